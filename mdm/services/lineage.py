"""Lineage as it is read: winner and losers with the values they sent, and the file and line they came from."""

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from mdm.log import Key
from mdm.store import golden as stored_golden
from mdm.store import log as stored_log
from mdm.store.database import Transaction
from mdm.store.golden import StoredGolden

Entry = dict[str, Any]


def lineage_of(transaction: Transaction, golden: StoredGolden) -> dict[str, Entry]:
    """For each attribute `{"winner" or "winners", "losers", "strategy", "rules_version"}`.

    A winner or loser is `{"source", "source_id", "position", "version", "value", "file"?, "line"?, "flagged"?}`, a
    loser with `because`; `flagged` are the validity rules that it breaks without being disqualified. Where a person's
    data has been erased the value is absent.
    """
    if golden.lineage is None:
        return {}
    kept: dict[str, Entry] = orjson.loads(zlib.decompress(golden.lineage))
    positions = {place["position"] for entry in kept.values() for place in _places(entry)}
    bodies = stored_log.bodies(transaction, sorted(positions))
    files = stored_golden.batch_files(transaction, {body["batch"] for body in bodies.values() if body.get("batch")})
    return {
        attribute: _entry(entry, attribute, golden.rules_version, bodies=bodies, files=files)
        for attribute, entry in sorted(kept.items())
    }


def _places(entry: Entry) -> Iterator[Entry]:
    if "winner" in entry:
        yield entry["winner"]
    yield from entry.get("winners", ())
    yield from entry["losers"]


def _entry(
    entry: Entry, attribute: str, rules_version: str, *, bodies: Mapping[int, Entry], files: Mapping[str, str]
) -> Entry:
    def told(place: Entry) -> Entry:
        return _place(place, attribute, bodies.get(place["position"]), files)

    found: Entry = {}
    if "winner" in entry:
        found["winner"] = told(entry["winner"])
    if "winners" in entry:
        found["winners"] = [told(place) for place in entry["winners"]]
    found["losers"] = [told(place) for place in entry["losers"]]
    return {**found, "strategy": entry["strategy"], "rules_version": rules_version}


def _place(place: Entry, attribute: str, body: Entry | None, files: Mapping[str, str]) -> Entry:
    key = Key.parse(place["record"])
    found: Entry = {"source": key.source, "source_id": key.source_id, "position": place["position"]}
    if body is not None:
        found |= {
            "version": body["version"],
            "event_time": body["event_time"],
            "value": body["attributes"].get(attribute),
        }
        if body.get("batch") in files:
            found |= {"file": files[body["batch"]], "line": body.get("line")}
    return found | {name: place[name] for name in ("flagged", "because") if name in place}
