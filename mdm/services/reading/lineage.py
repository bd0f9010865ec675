"""Lineage as it is read: winner and losers with the values they sent, and the file and line they came from."""

import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import orjson

from mdm.code_lists import CodeLists
from mdm.entity_types import EntityType
from mdm.log import Key
from mdm.resolution.fold import under_new_names
from mdm.services.deciding.decisions import decision_id
from mdm.services.hub import parsed, read_code_lists
from mdm.services.reading.brought_values import BROUGHT, as_seen, told_apart
from mdm.store import golden as stored_golden
from mdm.store import log as stored_log
from mdm.store import resolution as stored_rules
from mdm.store.database import Transaction
from mdm.store.golden import StoredGolden

Entry = dict[str, Any]


def lineage_of(transaction: Transaction, golden: StoredGolden, rules: EntityType | None = None) -> dict[str, Entry]:
    """For each attribute `{"winner" or "winners", "losers", "strategy", "step"?, "rules_version"}`.

    `step` is the place of the rule that decided, where there are several or it has a condition.

    A winner or loser is `{"source", "source_id", "position", "version", "value", "file"?, "line"?, "flagged"?}`, a
    loser with `because`; `flagged` are the validity rules that it breaks without being disqualified. Where a person's
    data has been erased the value is absent.

    Of a list (`union`) each golden value has its winner, in their order, and the value of a winner or loser is that one
    of those that its record sent.

    Where a person set the value, the winner is `{"decision_id", "actor", "recorded_at", "value", "reason", "until",
    "until_source_changes", "approved_by"?}`, and what would have survived is a loser, because `overridden`; of a dated
    value also the days on which the decision holds.

    Of dated lines each golden line has its winner, in their order; winners and losers tell `key`, `valid_from`,
    `valid_to` and `index`, the place of the line in the list its record sent, and their value is that line.
    `overlaps` are days on which a record contradicts itself (`covers`: the places of the lines that were passed
    over), `gaps` days between the first and the last of a key on which no line holds.

    rules: the entity type under the rules of that version, where the caller has it.
    """
    if golden.lineage is None:
        return {}
    return told_of(transaction, golden, orjson.loads(zlib.decompress(golden.lineage)), rules)


def told_of(
    transaction: Transaction, golden: StoredGolden, kept: dict[str, Entry], rules: EntityType | None = None
) -> dict[str, Entry]:
    """Tell entries of the lineage of a golden record, as they are kept, the way `lineage_of` does."""
    decided = {place["decision"] for entry in kept.values() for place in _places(entry) if "decision" in place}
    positions = {place["position"] for entry in kept.values() for place in _places(entry) if "position" in place}
    bodies, authors = stored_log.said(transaction, sorted(positions | decided))
    files = stored_golden.batch_files(transaction, {body["batch"] for body in bodies.values() if body.get("batch")})
    made_under = rules or parsed(stored_rules.document(transaction, golden.rules_version))
    renamed = made_under.renamed
    for body in bodies.values():
        if "attributes" in body:
            body["attributes"] = under_new_names(body["attributes"], renamed)
    return {
        attribute: _entry(entry, attribute, golden.rules_version, bodies=bodies, files=files, authors=authors)
        for attribute, entry in sorted(_apart(transaction, golden, kept, bodies, made_under).items())
    }


def _apart(
    transaction: Transaction, golden: StoredGolden, kept: dict[str, Entry], bodies: Mapping[int, Entry],
    made_under: EntityType,
) -> dict[str, Entry]:  # fmt: skip
    """The same entries; those of lists say which of the values that a record sent each of its places stands for."""
    lists = {name: entry for name, entry in kept.items() if entry["strategy"] == "union" and "winners" in entry}
    survived = orjson.loads(golden.attributes) if lists and golden.attributes else {}

    @cache
    def codes() -> CodeLists:
        at = stored_rules.boundary(transaction, golden.entity_type, at=golden.since).upto
        return read_code_lists(transaction, upto=at)

    def apart(name: str, entry: Entry) -> Entry:
        sent = {position: body["attributes"].get(name) for position, body in bodies.items() if "attributes" in body}
        return told_apart(entry, sent, survived.get(name), as_seen(made_under, name, codes))

    return kept | {name: apart(name, entry) for name, entry in lists.items()}


def _places(entry: Entry) -> Iterator[Entry]:
    if "winner" in entry:
        yield entry["winner"]
    yield from entry.get("winners", ())
    yield from entry["losers"]
    yield from entry.get("overlaps", ())


def _entry(
    entry: Entry,
    attribute: str,
    rules_version: str,
    *,
    bodies: Mapping[int, Entry],
    files: Mapping[str, str],
    authors: Mapping[int, tuple[str, str]],
) -> Entry:
    def told(place: Entry) -> Entry:
        if "decision" in place:
            days: Entry = {name: place[name] for name in ("key", "valid_from", "valid_to") if name in place}
            return {**_overruling(place["decision"], bodies.get(place["decision"]), authors), **days}
        return _place(place, attribute, bodies.get(place["position"]), files)

    found: Entry = {}
    if "winner" in entry:
        found["winner"] = told(entry["winner"])
    if "winners" in entry:
        found["winners"] = [told(place) for place in entry["winners"]]
    found["losers"] = [told(place) for place in entry["losers"]]
    if "overlaps" in entry:
        found["overlaps"] = [told(place) for place in entry["overlaps"]]
        found["gaps"] = entry["gaps"]
    found["strategy"] = entry["strategy"]
    if "step" in entry:
        found["step"] = entry["step"]
    return {**found, "rules_version": rules_version}


def _overruling(position: int, body: Entry | None, authors: Mapping[int, tuple[str, str]]) -> Entry:
    """Who set a value, when, why, and until when."""
    actor, recorded_at = authors[position]
    found: Entry = {"decision_id": decision_id(position), "actor": actor, "recorded_at": recorded_at}
    if body is None:
        return found
    told: Entry = {name: body[name] for name in ("value", "reason", "until", "approved_by") if name in body}
    return {**found, **told, "until_source_changes": body["overruled"] is not None}


def _place(place: Entry, attribute: str, body: Entry | None, files: Mapping[str, str]) -> Entry:
    key = Key.parse(place["record"])
    found: Entry = {"source": key.source, "source_id": key.source_id, "position": place["position"]}
    if body is not None:
        found |= {
            "version": body["version"],
            "event_time": body["event_time"],
            "value": _value(place, body["attributes"].get(attribute)),
        }
        if body.get("batch") in files:
            found |= {"file": files[body["batch"]], "line": body.get("line")}
    told = ("index", "key", "valid_from", "valid_to", "covers", "flagged", "because")
    return {**found, **{name: place[name] for name in told if name in place}}


def _value(place: Entry, sent: Any) -> Any:
    """What was sent: of a list or dated lines, what is meant; a value sent before it was dated stands alone."""
    if BROUGHT in place:
        return place[BROUGHT]
    if "index" not in place or not isinstance(sent, list | None):
        return sent
    return sent[place["index"]] if isinstance(sent, list) and place["index"] < len(sent) else None
