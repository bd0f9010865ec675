"""Activity: who decided what and when, from the log; nothing ages out."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from golden_records.identity import golden_id
from mdm.errors import Fault, InvalidInput
from mdm.log import key_token
from mdm.services.deciding.decisions import decision_id, parse_decision_id
from mdm.services.deciding.overrides import is_over
from mdm.services.entering import proposal_id
from mdm.services.hub import Hub
from mdm.services.whole_list import whole_list
from mdm.store import activity as stored
from mdm.store import history as stored_history
from mdm.store import log, records, resolution
from mdm.store.activity import DECIDED, Decided
from mdm.store.database import Transaction
from mdm.store.xref import NOW

Document = dict[str, Any]
KINDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("same", "distinct", "related", "merge", "split", "bulk"), ("verdict",)),
    "override": ("override",), "undo": ("undo",), "map": ("code_mapping",), "code_list": ("code_list",),
    "rules": ("rules",), "rollback": ("rules",),
}  # fmt: skip
VERBS = tuple(KINDS)
"""What people do, as `verb` tells it."""
SAID = ("verdict", "attribute", "value", "until", "valid_from", "valid_to", "code_list", "source", "version",
        "rolled_back", "approved_by")  # fmt: skip
FEW = 6
EXPORT_PAGE = 500
SCANNED = 20_000
"""Decisions that are looked through for one page, so that a rare verb keeps nobody waiting."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which decisions are wanted; None takes all. since and until: days (UTC), both included."""

    actor: str | None = None
    verb: str | None = None
    entity_type: str | None = None
    since: str | None = None
    until: str | None = None


def page(hub: Hub, wanted: Wanted, *, cursor: str | None = None, limit: int = 100) -> Document:
    """Decisions, newest first: `{"items", "next"}`.

    An item is `{"seq", "verb", "entity_type", "actor", "recorded_at", "reason", "in_force", "decision_id"?,
    "proposal_id"?, "undoes"?, "undone_by"?, "keys", "records", "golden_ids"}`, with what it says as far as that is said
    (`verdict`, `attribute`, `value`, `version` ...). `keys` are the first of the source keys that it names, `records`
    how many they are, `golden_ids` what those bear now. `in_force` is None where it is not resolved, or no such thing,
    and false of what was set once the day has come on which it ended.

    Raises:
        InvalidInput: there is no such verb, a day is no day, or the cursor is of no page.
        NotFound: there is no such entity type.
    """
    before = None if cursor is None else parse_decision_id(cursor)
    with hub.database.read() as reader:
        only = _only(hub, reader, wanted)
        found: list[Decided] = []
        scanned = 0
        while len(found) <= limit and scanned < SCANNED:
            some = stored.page(reader, only, before=before, limit=EXPORT_PAGE)
            found += [one for one in some if wanted.verb in {None, verb_of(one)}]
            scanned += len(some)
            if len(some) < EXPORT_PAGE:
                before = None
                break
            before = some[-1].position
        shown = found[:limit]
        items = _documents(hub, reader, shown)
    last = shown[-1].position if len(found) > limit else before
    return {"items": items, "next": None if last is None else decision_id(last)}


def export(hub: Hub, wanted: Wanted) -> Iterator[Document]:
    """Every decision that is wanted, page by page."""
    return whole_list(lambda cursor: page(hub, wanted, cursor=cursor, limit=EXPORT_PAGE))


def counts(hub: Hub, wanted: Wanted) -> Document:
    """How much each person decided: `{"items": [{"actor", "decisions", "kinds": {kind: n}, "taken_back"}]}`.

    taken_back: those that no longer hold, because they were undone or another took their place. `verb` does not count
    here, but for the kind of fact that it stands for.
    """
    with hub.database.read() as reader:
        rows = stored.counts(reader, _only(hub, reader, wanted))
    kinds: defaultdict[str, Counter[str]] = defaultdict(Counter)
    back: Counter[str] = Counter()
    for actor, kind, count, undone in rows:
        kinds[actor][kind] += count
        back[actor] += undone
    items = [
        {
            "actor": actor,
            "decisions": sum(some.values()),
            "kinds": dict(sorted(some.items())),
            "taken_back": back[actor],
        }
        for actor, some in kinds.items()
    ]
    return {"items": sorted(items, key=lambda one: (-int(str(one["decisions"])), str(one["actor"])))}


def verb_of(one: Decided) -> str:
    """What somebody did, in one of `VERBS`."""
    if one.kind == "verdict":
        action = str(one.body.get("action", "verdict"))
        return action if action in KINDS else str(one.body["verdict"])
    if one.kind == "rules":
        return "rollback" if "rolled_back" in one.body else "rules"
    return "map" if one.kind == "code_mapping" else one.kind


def _only(hub: Hub, reader: Transaction, wanted: Wanted) -> stored.Wanted:
    if wanted.verb is not None and wanted.verb not in KINDS:
        detail = f"there is no verb {wanted.verb!r}; there are {', '.join(VERBS)}"
        raise InvalidInput(detail, faults=[Fault("/query/verb", detail, "verb", wanted.verb)])
    if wanted.entity_type is not None:
        hub.entity_type(wanted.entity_type, seen_by=reader)
    start, end = (_day(name, getattr(wanted, name)) for name in ("since", "until"))
    # Times in the log never go back, so a day is a stretch of positions.
    return stored.Wanted(
        wanted.actor, KINDS[wanted.verb] if wanted.verb else DECIDED, wanted.entity_type,
        after=0 if start is None else log.position_at(reader, start),
        upto=None if end is None else log.position_at(reader, f"{end}T99"),
    )  # fmt: skip


def _day(name: str, written: str | None) -> str | None:
    try:
        return None if written is None else date.fromisoformat(written).isoformat()
    except ValueError:
        detail = f"{name} is no date such as 2026-03-01: {written!r}"
        raise InvalidInput(detail, faults=[Fault(f"/query/{name}", detail, "date", written)]) from None


def _documents(hub: Hub, reader: Transaction, found: Sequence[Decided]) -> list[Document]:
    positions = [one.position for one in found]
    holds = stored.in_force(reader, positions)
    undone = stored_history.voided_by(reader, positions)
    types = {one.entity_type for one in found if one.entity_type is not None and one.body.get("until")}
    ticks = {name: resolution.tick(reader, name, at=NOW) for name in types}
    holds |= {one.position: False for one in found if is_over(one.body, ticks.get(one.entity_type or ""))}
    named = {one.position: _keys(one.body) for one in found}
    tokens = {key: key_token(hub.salt, key) for keys in named.values() for key in keys[:FEW]}
    prefixes = {name: one.id_prefix for name, one in hub.entity_types(seen_by=reader).items()}
    bear = {
        one.key: golden_id(prefixes[one.entity_type], one.golden)
        for one in records.by_column(reader, "key_token", set(tokens.values())) if one.golden is not None
    }  # fmt: skip
    return [
        {
            "seq": one.position, "verb": verb_of(one), "entity_type": one.entity_type, "actor": one.actor,
            "recorded_at": one.recorded_at, "reason": one.body.get("reason"), "in_force": holds.get(one.position),
            **({"decision_id": decision_id(one.position)} if one.kind not in {"rules", "code_list"} else {}),
            **{name: one.body[name] for name in SAID if one.body.get(name) is not None},
            **({"proposal_id": proposal_id(one.body["proposal"])} if "proposal" in one.body else {}),
            **({"undoes": decision_id(one.body["undoes"])} if "undoes" in one.body else {}),
            **({"undone_by": decision_id(undone[one.position])} if one.position in undone else {}),
            "keys": named[one.position][:FEW], "records": len(named[one.position]),
            "golden_ids": sorted({bear[key] for key in named[one.position][:FEW] if key in bear}),
        }
        for one in found
    ]  # fmt: skip


def _keys(body: Document) -> list[str]:
    """The source keys that a decision names, each once."""
    pairs = [key for pair in body.get("pairs", ()) for key in pair]
    one = [body["record"]] if "record" in body else []
    return list(dict.fromkeys([*body.get("left", ()), *body.get("right", ()), *pairs, *one]))
