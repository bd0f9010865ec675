"""What stewards decide of records: verdicts, merges, splits, and undoing any decision, each one fact (rule 6)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from golden_records.identity import golden_id, parse_golden_id, status
from mdm.entity_types import EntityType
from mdm.errors import Conflict, Fault, InvalidInput, NotFound
from mdm.log import Author, Fact, Key, key_token
from mdm.services.deciding.approval import needs
from mdm.services.deciding.foreseen import effect, heirs
from mdm.services.deciding.planning import Plan, Ruling, Verdict, met, named, plan
from mdm.services.deciding.sample import Ask
from mdm.services.entering import enter
from mdm.services.hub import Hub
from mdm.services.known_keys import known
from mdm.services.resolving import catch_up, resolve, resolve_arrived
from mdm.services.rulebook import code_lists
from mdm.store import decisions, golden, history, log, overrides, records, xref
from mdm.store.database import Transaction
from mdm.store.xref import NOW

Beside = TypeVar("Beside")


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, and what it did: the golden records concerned now, and old IDs that redirect."""

    decision_id: str
    golden_ids: list[str]
    redirects: dict[str, str]
    position: int


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
        concerned = _concerned(reader, _about(reader, position, body))
    if found is None and (mapping := code_lists.take_back(hub, position, reason=reason, author=author)):
        return _taken_back(mapping.position)
    if found is None or body is None:
        raise NotFound(f"there is no decision {decision_id}")
    entity_type, _, in_force = found
    if not in_force:
        raise _not_in_force(hub, position)
    with hub.database.locked(entity_type):
        catch_up(hub, entity_type, author=author)
        before = goldens(hub, concerned)
        at = append(hub, Fact("undo", entity_type, {"undoes": position, "reason": reason}), author)
        besides = replace(author, consent=author.consent and replace(author.consent, proposal=None))
        for one in _made_beside(hub, position, entity_type, before.values()):
            append(hub, Fact("undo", entity_type, {"undoes": one, "reason": reason, "beside": at}), besides)
        catch_up(hub, entity_type, author=author)
    return outcome(hub, hub.entity_type(entity_type), at, concerned=concerned, before=before, author=author)


def _not_in_force(hub: Hub, position: int) -> Conflict:
    """The refusal to take back what does not hold, with the decision that stands against it."""
    with hub.database.read() as reader:
        against = history.voided_by(reader, [position])[position]
        _, kind, _ = decisions.states(reader, [against])[against]
    what = "took it back already" if kind == "undo" else "was decided in its place; undo that one to have it back"
    return Conflict(f"{decision_id(position)} is not in force: {decision_id(against)} {what}")


def _about(reader: Transaction, position: int, body: dict[str, Any] | None) -> int:
    """The position of the decision that an undo is about in the end, which may undo an undo; of another its own."""
    while body is not None and "undoes" in body:
        position = body["undoes"]
        body = log.bodies(reader, [position]).get(position)
    return position


def _made_beside(hub: Hub, position: int, entity_type: str, numbers: Iterable[int]) -> list[int]:
    """What is in force of what was made with the decision at a position: values that it set, or undos of such."""
    with hub.database.read() as reader:
        members = records.by_column(reader, "golden", set(numbers))
        about, _ = history.decisions_about(reader, [one.id for one in members], entity_type=entity_type)
        later = [one for one, (_, in_force) in about.items() if in_force and one > position]
        bodies = log.bodies(reader, later)
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

    def planned(reader: Transaction) -> tuple[Plan, None]:
        return plan(hub, reader, ruling, met(hub, reader, ruling)), None

    _, decided = make(hub, ruling.entity_type, planned, author=author, supersede=supersede)
    return decided


def make(
    hub: Hub, entity_type: EntityType, planned: Callable[[Transaction], tuple[Plan, Beside]], *, author: Author,
    supersede: bool,
) -> tuple[Beside, Decided]:  # fmt: skip
    """Plan a decision about pairs by what stands when all is resolved, put it into the log, and resolve what follows.

    Gives what the plan comes with, too.

    Raises:
        Conflict: decisions in force say the opposite, and `supersede` is not set; names them.
        NeedsApproval: the rules ask for a second person and none has approved it.
    """
    name = entity_type.entity_type
    with hub.database.locked(name):
        catch_up(hub, name, author=author)
        with hub.database.read() as reader:
            found, beside = planned(reader)
        if found.against and not supersede:
            raise contradiction(hub, found.against)
        with hub.database.write() as writer:
            same_rules = hub.entity_type(name, seen_by=writer).version == found.rules
            asked = found.needs if same_rules else needs(hub, writer, found.fact)
            at = enter(writer, found.fact, author=author, needs=asked)
        catch_up(hub, name, author=author)
    return beside, outcome(hub, entity_type, at, concerned=found.keys, before=found.before, author=author)


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
    went = heirs(before, after)
    with hub.database.read() as reader:
        active = golden.living(reader, {*went, *after.values()})  # by a record that the decision is not about, too
    resolve_arrived(hub, author=author)
    found = effect(entity_type.id_prefix, heirs=went, after=after.values(), active=active)
    return Decided(decision_id(at), found.golden_ids, found.redirects, at)


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
        found = named(hub, reader, [str(key) for key in keys])
    for key in keys:
        if str(key) not in found:
            raise NotFound(f"there is no source record {key}")


def goldens(hub: Hub, keys: Iterable[str]) -> dict[str, int]:
    """The golden number that each of these keys bears now."""
    tokens = {key_token(hub.salt, key): key for key in keys}
    with hub.database.read() as reader:
        borne = records.borne(reader, tokens)
    return {tokens[token]: number for token, number in borne}


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
                raise not_active(reader, written)
        types[prefix] = prefixes[prefix]
        members[written] = sorted(record.key for record in found)
    if len(types) > 1:
        detail = f"golden records of different entity types cannot be one: {', '.join(golden_ids)}"
        raise _refused("golden_ids", detail)
    return next(iter(types.values())), members


def not_active(reader: Transaction, written: str) -> Conflict | NotFound:
    """The refusal to decide about a golden record that stands for nothing now, with what became of its ID."""
    prefix, number = parse_golden_id(written)
    bearers = xref.bearers(reader, number, at=NOW)
    versions = golden.at(reader, {number, *(one.golden for one in bearers)})
    if number not in versions:
        return NotFound(f"the golden ID {written!r} was never given")
    living = {of for of, version in versions.items() if version.attributes is not None}
    now = status(number, bearers={one.key: one.golden for one in bearers}, living=living)
    became = f"it is {now.status}"
    if now.successors:
        became += f" into {', '.join(golden_id(prefix, successor) for successor in now.successors)}"
    return Conflict(f"{written} is no active golden record: {became}")


def _refused(part: str, detail: str) -> InvalidInput:
    """The refusal of a part of what was sent."""
    return InvalidInput(detail, faults=[Fault(f"/{part}", detail, "decision")])
