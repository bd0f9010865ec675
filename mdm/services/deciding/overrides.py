"""What a steward sets on a golden record: a value of one attribute that stands above every source (rule 6)."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from golden_records.effective import EVER_AFTER, EVER_BEFORE
from golden_records.identity import parse_golden_id
from mdm.errors import Fault, InvalidInput, Stale
from mdm.log import Author, Fact, key_token
from mdm.resolution.golden import survived_of
from mdm.resolution.overrides import under_new_name
from mdm.resolution.references import read_targets
from mdm.resolution.work import Work
from mdm.services.deciding import decisions
from mdm.services.deciding.decisions import Decided
from mdm.services.deciding.override_values import agree, checked, checked_days
from mdm.services.deciding.standing import standing
from mdm.services.hub import Hub
from mdm.services.resolving import catch_up
from mdm.store import golden as stored_golden
from mdm.store import log
from mdm.store import overrides as stored_overrides
from mdm.store.database import Transaction
from mdm.store.overrides import StoredOverride

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A value for one attribute of a golden record, None for nothing.

    valid_from, valid_to, valid_through: of a dated attribute the days on which it holds, as sources say them; with
    none of them it holds on all days.
    until: the ISO date of the first day on which it no longer holds.  until_source_changes: it holds only while what
    it overrules would still survive.  version: of the golden record that the steward has seen.  beside: the position of
    a decision that it was made with, and is undone with.
    """

    golden_id: str
    attribute: str
    value: object
    until: str | None = None
    until_source_changes: bool = False
    version: int | None = None
    beside: int | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    valid_through: str | None = None


def override(hub: Hub, wanted: Wanted, *, reason: str, author: Author, supersede: bool = False) -> Decided:
    """Set an attribute of a golden record, whatever sources say, until it is undone or ends.

    It is bound to the founding record: it stays with that through merges and splits, and where several meet in one
    golden record the latest holds, of a dated attribute on each day. It takes the place of those set before, of a
    dated attribute of those that have no day beside its own. An attribute of a group is set until a value of the group
    changes, so that parts of two addresses never stand together. The same once more changes nothing.

    Raises:
        NotFound: the ID was never given.
        InvalidInput: there is no such attribute, it holds dated lines, or it cannot have the value or the days.
        Conflict: the record is not active; or another value is set already, and `supersede` is not.
        Stale: the golden record is no longer of the version that was seen.
    """
    entity_type, _ = decisions.members_of(hub, [wanted.golden_id])
    name = entity_type.entity_type
    with hub.database.locked(name):
        catch_up(hub, name, author=author)
        with hub.database.read() as reader:
            said = _said(standing(hub, reader, entity_type), wanted, reason)
            holding = _holding(reader, wanted, said)
        key = said["record"]
        for position, body in holding.items():
            if _is_same(body, said):
                return Decided(decisions.decision_id(position), [wanted.golden_id], {}, position)
        against = [
            position
            for position, body in holding.items()
            if not agree(entity_type, wanted.attribute, body["value"], said["value"])
        ]
        if against and not supersede:
            raise decisions.contradiction(hub, against)
        before = decisions.goldens(hub, [key])
        at = decisions.append(hub, Fact("override", name, said, key_token(hub.salt, key)), author)
        catch_up(hub, name, author=author)
    return decisions.outcome(hub, entity_type, at, concerned=[key], before=before, author=author)


def _said(work: Work, wanted: Wanted, reason: str) -> Body:
    """The fact, once everything about it has been checked."""
    number = parse_golden_id(wanted.golden_id)[1]
    members = work.load("golden", [number])
    living = sorted(record.id for record in members if record.living)
    version = stored_golden.at(work.reader, [number])[number].version if living else None
    if version is None:
        raise decisions.not_active(work.reader, wanted.golden_id)
    if wanted.version not in {None, version}:
        detail = f"{wanted.golden_id} is at version {version}, and {wanted.version} was seen; read it again"
        raise Stale(detail, extra={"version": version})
    value = checked(work, wanted.attribute, wanted.value)
    days = _days(work, wanted)
    renamed = work.entity_type.renamed
    standing = [under_new_name(one, renamed) for one in stored_overrides.of(work.reader, [one.id for one in members])]
    return {
        "record": next(record.key for record in members if record.first_position == number),
        "attribute": wanted.attribute, "value": value, "until": _end(wanted.until, work.tick),
        "overruled": _overruled(work, living, wanted), "reason": reason,
        "supersedes": _replaced(work, wanted, days, standing), **days,
        **({"beside": wanted.beside} if wanted.beside is not None else {}),
    }  # fmt: skip


def _days(work: Work, wanted: Wanted) -> dict[str, str | None]:
    """The days on which it holds, as the fact has them; of an attribute without days there is nothing to say."""
    given = {name: getattr(wanted, name) for name in ("valid_from", "valid_to", "valid_through")}
    start, end = checked_days(work.entity_type, wanted.attribute, given)
    if wanted.attribute not in work.entity_type.dated:
        return {}
    if wanted.until_source_changes:
        detail = f"{wanted.attribute} is dated: what is set holds on its days, and not until a source changes"
        raise InvalidInput(detail, faults=[Fault("/until_source_changes", detail, "dated", wanted.attribute)])
    return {"valid_from": start, "valid_to": end}


def _replaced(
    work: Work, wanted: Wanted, days: Mapping[str, str | None], standing: Iterable[StoredOverride]
) -> list[int]:
    """What it takes the place of: all that was set on the attribute, of a dated one what has no day beside its own."""
    before = sorted(one.position for one in standing if one.in_force and one.attribute == wanted.attribute)
    bodies = log.bodies(work.reader, before) if days else {}
    return [position for position in before if not days or _is_within(bodies.get(position, {}), days)]


def _is_within(body: Body, days: Mapping[str, str | None]) -> bool:
    (start, end), (first, last) = _interval(body), _interval(days)
    return first <= start and end <= last


def _interval(said: Mapping[str, Any]) -> tuple[str, str]:
    return said.get("valid_from") or EVER_BEFORE, said.get("valid_to") or EVER_AFTER


def _end(until: str | None, tick: str | None) -> str | None:
    if until is None:
        return None
    try:
        end = date.fromisoformat(until).isoformat()
    except ValueError:
        detail = f"until takes a day such as 2026-12-31, not {until!r}"
        raise InvalidInput(detail, faults=[Fault("/until", detail, "day", until)]) from None
    if tick is not None and end <= tick:
        detail = f"until {end} is over: the hub has seen {tick}"
        raise InvalidInput(detail, faults=[Fault("/until", detail, "over", until)])
    return end


def is_over(said: Body, tick: str | None) -> bool:
    """Whether the day has come, by the latest tick, on which what a decision set ended."""
    return tick is not None and said.get("until") is not None and said["until"] <= tick


def _overruled(work: Work, living: list[int], wanted: Wanted) -> dict[str, list[Any]] | None:
    """The values that would survive without any override, of the attribute and of those that survive with it."""
    rules = work.entity_type.survivorship
    group = next((group for group in rules.groups if wanted.attribute in group), None)
    if group is None and not wanted.until_source_changes:
        return None
    read_targets(work, living)
    survived = survived_of(work, living).attributes
    plain = work.entity_type.matching.attributes
    found = {name: survived.get(name, []) for name in sorted(group or (wanted.attribute,)) if name in plain}
    return {name: value if isinstance(value, list) else [value] for name, value in found.items()}


def _holding(reader: Transaction, wanted: Wanted, said: Body) -> dict[int, Body]:
    """The overrides that the attribute has its value from, of a dated one on any of the days; by position."""
    golden = stored_golden.at(reader, [parse_golden_id(wanted.golden_id)[1]])
    kept: Mapping[str, Body] = orjson.loads(zlib.decompress(next(iter(golden.values())).lineage or b""))
    entry = kept.get(wanted.attribute, {})
    places = [entry["winner"]] if "winner" in entry else entry.get("winners", [])
    start, end = _interval(said)
    positions = {
        one["decision"] for one in places
        if "decision" in one and _interval(one)[0] < end and start < _interval(one)[1]
    }  # fmt: skip
    return dict(sorted(log.bodies(reader, sorted(positions)).items()))


def _is_same(one: Body, other: Body) -> bool:
    return all(one.get(name) == other[name] for name in other.keys() - {"supersedes", "beside"})
