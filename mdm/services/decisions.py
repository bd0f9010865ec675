"""What stewards decide of records: verdicts, merges, splits, and undoing any decision, each one fact (rule 6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from golden_records.identity import golden_id, parse_golden_id
from mdm.entity_types import EntityType
from mdm.errors import Conflict, InvalidInput, NotFound
from mdm.log import Author, Fact, Key, key_token
from mdm.services import code_lists
from mdm.services.hub import Hub
from mdm.services.resolving import catch_up, resolve_all
from mdm.store import decisions, log, overrides, records
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord

Verdict = Literal["same", "distinct", "related"]
Action = Literal["verdict", "merge", "split"]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, and what it did: the golden records concerned now, and old IDs that redirect."""

    decision_id: str
    golden_ids: list[str]
    redirects: dict[str, str]
    position: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two sets of source keys of one entity type, and what is decided of every pair across them."""

    entity_type: EntityType
    left: tuple[str, ...]
    right: tuple[str, ...]
    verdict: Verdict
    action: Action
    reason: str


def verdict(  # noqa: PLR0913  a decision has these parts
    hub: Hub, left: Key, right: Key, verdict: Verdict, *, reason: str, author: Author, supersede: bool = False
) -> Decided:
    """Say of two source records that they are the same, distinct, or distinct but related.

    Raises Conflict, naming them, when decisions in force say the opposite and `supersede` is not set.
    """
    if left.entity_type != right.entity_type or left == right:
        raise InvalidInput(f"a verdict joins two different records of one entity type, not {left} and {right}")
    entity_type = hub.entity_type(left.entity_type)
    _known(hub, [left, right])
    proposal = Proposal(entity_type, (str(left),), (str(right),), verdict, "verdict", reason)
    return _decide(hub, proposal, author=author, supersede=supersede)


def merge(hub: Hub, golden_ids: Sequence[str], *, reason: str, author: Author, supersede: bool = False) -> Decided:
    """Say that golden records are one thing: every record of the first is the same as every record of the others."""
    if len(set(golden_ids)) < 2:
        raise InvalidInput("a merge needs at least two different golden IDs")
    entity_type, members = members_of(hub, golden_ids)
    first, rest = members[golden_ids[0]], [key for id_ in golden_ids[1:] for key in members[id_]]
    limit = entity_type.match.piece_limit
    if len(first) + len(rest) > limit:
        raise InvalidInput(f"that would tie {len(first) + len(rest)} records together; at most {limit} are allowed")
    proposal = Proposal(entity_type, tuple(first), tuple(rest), "same", "merge", reason)
    return _decide(hub, proposal, author=author, supersede=supersede)


def split(
    hub: Hub, golden_id: str, keys: Sequence[Key], *, reason: str, author: Author, supersede: bool = False
) -> Decided:
    """Say that some records of a golden record are not the same thing as the rest of it."""
    entity_type, members = members_of(hub, [golden_id])
    mine, parting = members[golden_id], [str(key) for key in dict.fromkeys(keys)]
    strangers = [key for key in parting if key not in mine]
    if strangers or not parting:
        raise InvalidInput(
            f"{', '.join(strangers) or 'nothing'} is not a record of {golden_id}; it has {', '.join(mine)}"
        )
    rest = [key for key in mine if key not in parting]
    if not rest:
        raise InvalidInput(f"a split leaves at least one record with {golden_id}")
    proposal = Proposal(entity_type, tuple(rest), tuple(parting), "distinct", "split", reason)
    return _decide(hub, proposal, author=author, supersede=supersede)


def undo(hub: Hub, decision_id: str, *, reason: str, author: Author) -> Decided:
    """Take a decision back: the state becomes what the log gives without it."""
    position = parse_decision_id(decision_id)
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
        catch_up(hub, entity_type, author=author)
    return outcome(hub, hub.entity_type(entity_type), at, concerned=concerned, before=before, author=author)


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


def _decide(hub: Hub, proposal: Proposal, *, author: Author, supersede: bool) -> Decided:
    name = proposal.entity_type.entity_type
    concerned = [*proposal.left, *proposal.right]
    with hub.database.locked(name):
        catch_up(hub, name, author=author)
        against = _contradicted(hub, proposal)
        if against and not supersede:
            raise contradiction(hub, against)
        before = goldens(hub, concerned)
        body = {
            "verdict": proposal.verdict, "left": list(proposal.left), "right": list(proposal.right),
            "reason": proposal.reason, "supersedes": against, "action": proposal.action,
        }  # fmt: skip
        at = append(hub, Fact("verdict", name, body), author)
        catch_up(hub, name, author=author)
    return outcome(hub, proposal.entity_type, at, concerned=concerned, before=before, author=author)


def append(hub: Hub, fact: Fact, author: Author) -> int:
    """Put one decision into the log; the caller holds the type's lock. Returns its position."""
    with hub.database.write() as writer:
        return log.append(writer, [fact], author=author)


def outcome(
    hub: Hub, entity_type: EntityType, at: int, *, concerned: list[str], before: dict[str, int], author: Author
) -> Decided:
    """What a decision at a position did to the golden records of some keys, by what they bore before."""
    after = goldens(hub, concerned)
    gone = {old: after[key] for key, old in sorted(before.items()) if old not in after.values() and key in after}
    resolve_all(hub, author=author)
    name = entity_type.id_prefix
    return Decided(
        decision_id(at),
        [golden_id(name, number) for number in sorted(set(after.values()))],
        {golden_id(name, old): golden_id(name, new) for old, new in sorted(gone.items())},
        at,
    )


def _contradicted(hub: Hub, proposal: Proposal) -> list[int]:
    """The decisions in force that say the opposite of any pair across the two sets."""
    with hub.database.read() as reader:
        ids = {key: record.id for key, record in _records(hub, reader, [*proposal.left, *proposal.right]).items()}
        across = {
            tuple(sorted((ids[x], ids[y]))) for x in proposal.left for y in proposal.right if x in ids and y in ids
        }
        latest: dict[tuple[int, int], tuple[int, str]] = {}
        for one, other, position, said, in_force in decisions.pairs_of(reader, set(ids.values())):
            if in_force and (one, other) in across:
                latest[one, other] = max(latest.get((one, other), (0, "")), (position, said))
    same = proposal.verdict == "same"
    return sorted({position for position, said in latest.values() if (said == "same") != same})


def contradiction(hub: Hub, positions: list[int]) -> Conflict:
    """The refusal of a decision that says the opposite of these, which it names."""
    with hub.database.read() as reader:
        bodies, authors = log.bodies(reader, positions), log.authors(reader, positions)
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
        raise InvalidInput(f"golden records of different entity types cannot be one: {', '.join(golden_ids)}")
    return next(iter(types.values())), members
