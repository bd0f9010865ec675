"""What stewards decide of records: verdicts, merges, splits, and undoing any decision, each one fact (rule 6)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal

from golden_records.identity import golden_id, parse_golden_id
from mdm.entity_types import EntityType
from mdm.errors import Conflict, Fault, InvalidInput, NotFound
from mdm.log import Author, Fact, Key, key_token
from mdm.services.deciding.approval import needs
from mdm.services.deciding.sample import Ask
from mdm.services.entering import enter
from mdm.services.environments import ensure_one
from mdm.services.hub import Hub
from mdm.services.known_keys import known
from mdm.services.resolving import catch_up, resolve, resolve_arrived
from mdm.services.rulebook import code_lists
from mdm.store import decisions, golden, log, overrides, records
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord

Verdict = Literal["same", "distinct", "related"]
Action = Literal["verdict", "merge", "split", "bulk"]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, and what it did: the golden records concerned now, and old IDs that redirect."""

    decision_id: str
    golden_ids: list[str]
    redirects: dict[str, str]
    position: int


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is decided of pairs of source keys of one entity type: every pair across two sets, or pairs one by one.

    asks: the tasks that it decides on which a second opinion is asked for.
    """

    entity_type: EntityType
    verdict: Verdict
    action: Action
    reason: str
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    asks: tuple[Ask, ...] = ()

    @property
    def keys(self) -> list[str]:
        """The keys that it names."""
        return list(dict.fromkeys([*self.left, *self.right, *(key for pair in self.pairs for key in pair)]))

    @property
    def across(self) -> Iterator[tuple[str, str]]:
        """Every pair that it is about."""
        yield from self.pairs
        yield from product(self.left, self.right)


def verdict(  # noqa: PLR0913  a decision has these parts
    hub: Hub, left: Key, right: Key, verdict: Verdict, *, reason: str, author: Author, supersede: bool = False,
    asks: tuple[Ask, ...] = (),
) -> Decided:  # fmt: skip
    """Say of two source records that they are the same, distinct, or distinct but related.

    Raises Conflict, naming them, when decisions in force say the opposite and `supersede` is not set.
    """
    left, right = known(hub, [left, right])
    if left.entity_type != right.entity_type or left == right:
        raise InvalidInput(f"a verdict joins two different records of one entity type, not {left} and {right}")
    entity_type = hub.entity_type(left.entity_type)
    _known(hub, [left, right])
    ruling = Ruling(entity_type, verdict, "verdict", reason, (str(left),), (str(right),), asks=asks)
    return rule(hub, ruling, author=author, supersede=supersede)


def merge(hub: Hub, golden_ids: Sequence[str], *, reason: str, author: Author, supersede: bool = False) -> Decided:
    """Say that golden records are one thing: every record of the first is the same as every record of the others."""
    if len(set(golden_ids)) < 2:
        raise _refused("golden_ids", "a merge needs at least two different golden IDs")
    entity_type, members = members_of(hub, golden_ids)
    first, rest = members[golden_ids[0]], [key for id_ in golden_ids[1:] for key in members[id_]]
    limit = entity_type.match.piece_limit
    if len(first) + len(rest) > limit:
        detail = f"that would tie {len(first) + len(rest)} records together; at most {limit} are allowed"
        raise _refused("golden_ids", detail)
    ruling = Ruling(entity_type, "same", "merge", reason, tuple(first), tuple(rest))
    return rule(hub, ruling, author=author, supersede=supersede)


def split(
    hub: Hub, golden_id: str, keys: Sequence[Key], *, reason: str, author: Author, supersede: bool = False
) -> Decided:
    """Say that some records of a golden record are not the same thing as the rest of it."""
    entity_type, members = members_of(hub, [golden_id])
    mine, parting = members[golden_id], [str(key) for key in dict.fromkeys(known(hub, keys))]
    strangers = [key for key in parting if key not in mine]
    if strangers or not parting:
        detail = f"{', '.join(strangers) or 'nothing'} is not a record of {golden_id}; it has {', '.join(mine)}"
        raise _refused("keys", detail)
    rest = [key for key in mine if key not in parting]
    if not rest:
        raise _refused("keys", f"a split leaves at least one record with {golden_id}")
    ruling = Ruling(entity_type, "distinct", "split", reason, tuple(rest), tuple(parting))
    return rule(hub, ruling, author=author, supersede=supersede)


def undo(hub: Hub, decision_id: str, *, reason: str, author: Author) -> Decided:
    """Take a decision back: the state becomes what the log gives without it."""
    position = parse_decision_id(decision_id)
    with hub.database.read() as reader:
        fact = log.at(reader, position)
    if fact is not None and fact.entity_type is not None:  # it may have been made at this very moment
        resolve(hub, fact.entity_type, author=author, upto=position)
    with hub.database.read() as reader:
        found = decisions.states(reader, [position]).get(position)
        body = log.bodies(reader, [position]).get(position)
        concerned = _concerned(reader, position)
    if found is None and (mapping := code_lists.take_back(hub, position, reason=reason, author=author)):
        return _taken_back(mapping.position)
    if found is None or body is None:
        raise NotFound(f"there is no decision {decision_id}")
    entity_type, _, in_force = found
    if not in_force:
        raise Conflict(f"{decision_id} is not in force: it was undone or superseded already")
    with hub.database.locked(entity_type):
        catch_up(hub, entity_type, author=author)
        before = goldens(hub, concerned)
        at = append(hub, Fact("undo", entity_type, {"undoes": position, "reason": reason}), author)
        besides = replace(author, consent=author.consent and replace(author.consent, proposal=None))
        for one in _set_beside(hub, position, before.values()):
            append(hub, Fact("undo", entity_type, {"undoes": one, "reason": reason}), besides)
        catch_up(hub, entity_type, author=author)
    return outcome(hub, hub.entity_type(entity_type), at, concerned=concerned, before=before, author=author)


def _set_beside(hub: Hub, position: int, numbers: Iterable[int]) -> list[int]:
    """The overrides in force on these golden records that were made with the decision at a position."""
    with hub.database.read() as reader:
        members = records.by_column(reader, "golden", set(numbers))
        standing = [one.position for one in overrides.of(reader, [one.id for one in members]) if one.in_force]
        bodies = log.bodies(reader, standing)
    return sorted(one for one, body in bodies.items() if body.get("beside") == position)


def _taken_back(position: int) -> Decided:
    return Decided(decision_id(position), [], {}, position)


def decision_id(position: int) -> str:
    """The ID of the decision at a position of the log."""
    return f"dec_{position}"


def parse_decision_id(written: str) -> int:
    """The position that a decision ID names; NotFound when it cannot be one."""
    digits = written.removeprefix("dec_")
    if not written.startswith("dec_") or not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        raise NotFound(f"there is no decision {written!r}; a decision ID looks like dec_1234")
    return int(digits)


def rule(hub: Hub, ruling: Ruling, *, author: Author, supersede: bool) -> Decided:
    """Put what is decided of pairs into the log, and resolve what follows; raises Conflict as `verdict` does."""
    name = ruling.entity_type.entity_type
    concerned = ruling.keys
    ensure_one(ruling.entity_type, concerned)
    with hub.database.locked(name):
        catch_up(hub, name, author=author)
        against = sorted({position for _, position in contradicted(hub, ruling)})
        if against and not supersede:
            raise contradiction(hub, against)
        before = goldens(hub, concerned)
        named = {"pairs": ruling.pairs} if ruling.pairs else {"left": ruling.left, "right": ruling.right}
        body = {
            "verdict": ruling.verdict, **named, "reason": ruling.reason, "supersedes": _answered(hub, ruling, against),
            "action": ruling.action, **({"asks": ruling.asks} if ruling.asks else {}),
        }  # fmt: skip
        at = append(hub, Fact("verdict", name, body), author)
        catch_up(hub, name, author=author)
    return outcome(hub, ruling.entity_type, at, concerned=concerned, before=before, author=author)


def append(hub: Hub, fact: Fact, author: Author) -> int:
    """Put one decision into the log; the caller holds the type's lock. Returns its position.

    Raises NeedsApproval where the rules ask for a second person and none has approved it.
    """
    with hub.database.write() as writer:
        return enter(writer, fact, author=author, needs=needs(hub, writer, fact))


def outcome(
    hub: Hub, entity_type: EntityType, at: int, *, concerned: list[str], before: dict[str, int], author: Author
) -> Decided:
    """What a decision at a position did to the golden records of some keys, by what they bore before."""
    after = goldens(hub, concerned)
    borne = set(after.values())
    heirs: dict[int, set[int]] = {}
    for key in before.keys() & after.keys():
        heirs.setdefault(before[key], set()).add(after[key])
    with hub.database.read() as reader:
        active = golden.living(reader, heirs)  # by a record that the decision is not about, too
    gone = {old: min(new) for old, new in heirs.items() if old not in active and len(new) == 1}
    resolve_arrived(hub, author=author)
    name = entity_type.id_prefix
    return Decided(
        decision_id(at),
        [golden_id(name, number) for number in sorted(borne)],
        {golden_id(name, old): golden_id(name, new) for old, new in sorted(gone.items())},
        at,
    )


def _answered(hub: Hub, ruling: Ruling, against: Sequence[int]) -> list[int]:
    """Those of these decisions that the ruling takes the place of: it speaks of every pair that they speak of.

    The others go on holding for their other pairs: parting one record from a merged three leaves two together.
    """
    with hub.database.read() as reader:
        across, _ = _across(hub, reader, ruling)
        left = {position for *ends, position, _, _ in decisions.pairs_at(reader, against) if tuple(ends) not in across}
    return [position for position in against if position not in left]


def contradicted(hub: Hub, ruling: Ruling) -> list[tuple[tuple[str, str], int]]:
    """The pairs of which a decision in force says the opposite, each with the position of that decision."""
    with hub.database.read() as reader:
        across, ids = _across(hub, reader, ruling)
        latest: dict[tuple[int, int], tuple[int, str]] = {}
        for one, other, position, said, in_force in decisions.pairs_of(reader, ids):
            if in_force and (one, other) in across:
                latest[one, other] = max(latest.get((one, other), (0, "")), (position, said))
    same = ruling.verdict == "same"
    return [(across[ends], position) for ends, (position, said) in latest.items() if (said == "same") != same]


def _across(hub: Hub, reader: Transaction, ruling: Ruling) -> tuple[dict[tuple[int, int], tuple[str, str]], set[int]]:
    """The pairs of records that have a row, by their ids, as the ruling writes them; and all ids in it."""
    ids = {key: record.id for key, record in _records(hub, reader, ruling.keys).items()}
    pairs = {(min(ids[x], ids[y]), max(ids[x], ids[y])): (x, y) for x, y in ruling.across if x in ids and y in ids}
    return pairs, set(ids.values())


def contradiction(hub: Hub, positions: list[int]) -> Conflict:
    """The refusal of a decision that says the opposite of these, which it names."""
    with hub.database.read() as reader:
        bodies, authors = log.said(reader, positions)
    listed = [
        {
            "decision_id": decision_id(position),
            **{name: bodies[position][name] for name in ("verdict", "attribute", "reason") if name in bodies[position]},
            "author": authors[position][0], "at": authors[position][1],
        }
        for position in positions if position in bodies
    ]  # fmt: skip
    names = ", ".join(decision_id(position) for position in positions)
    return Conflict(f"this contradicts {names}; supersede on purpose to decide anew", extra={"decisions": listed})


def _known(hub: Hub, keys: Sequence[Key]) -> None:
    with hub.database.read() as reader:
        found = _records(hub, reader, [str(key) for key in keys])
    for key in keys:
        if str(key) not in found:
            raise NotFound(f"there is no source record {key}")


def _records(hub: Hub, reader: Transaction, keys: Iterable[str]) -> dict[str, StoredRecord]:
    tokens = [key_token(hub.salt, key) for key in keys]
    return {record.key: record for record in records.by_column(reader, "key_token", tokens)}


def goldens(hub: Hub, keys: Iterable[str]) -> dict[str, int]:
    """The golden number that each of these keys bears now."""
    with hub.database.read() as reader:
        found = _records(hub, reader, keys)
    return {key: record.golden for key, record in found.items() if record.golden is not None}


def _concerned(reader: Transaction, position: int) -> list[str]:
    ids = {id_ for row in decisions.pairs_at(reader, [position]) for id_ in row[:2]}
    ids |= {one.record_id for one in overrides.at(reader, [position])}
    return sorted(record.key for record in records.by_column(reader, "id", ids))


def members_of(hub: Hub, golden_ids: Sequence[str]) -> tuple[EntityType, dict[str, list[str]]]:
    """The entity type and the member keys of active golden records."""
    members: dict[str, list[str]] = {}
    types: dict[str, EntityType] = {}
    prefixes = {entity_type.id_prefix: entity_type for entity_type in hub.entity_types().values()}
    for written in golden_ids:
        try:
            prefix, number = parse_golden_id(written)
        except ValueError as error:
            raise NotFound(str(error)) from error
        with hub.database.read() as reader:
            found: list[Any] = records.by_column(reader, "golden", [number])
        if prefix not in prefixes or not any(record.living for record in found):
            raise Conflict(f"{written} is no active golden record; look it up to see what became of it")
        types[prefix] = prefixes[prefix]
        members[written] = sorted(record.key for record in found)
    if len(types) > 1:
        detail = f"golden records of different entity types cannot be one: {', '.join(golden_ids)}"
        raise _refused("golden_ids", detail)
    return next(iter(types.values())), members


def _refused(part: str, detail: str) -> InvalidInput:
    """The refusal of a part of what was sent."""
    return InvalidInput(detail, faults=[Fault(f"/{part}", detail, "decision")])
