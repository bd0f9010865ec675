"""Exports: a snapshot and the deltas after it make the next snapshot, whatever happens in between."""

import random
from typing import Any

import pyarrow.parquet
import pytest

from mdm.errors import InvalidInput
from mdm.ingest.incoming import Incoming
from mdm.log import Key
from mdm.publish.files import pieces
from mdm.services.deciding import decisions
from mdm.services.feed import exporting
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.resolving import resolve_all
from tests.conftest import AUTHOR

NAMES = ("Nordwind GmbH", "Suedwind AG", "Westwind SE")
EMAILS = ("a@wind.example", "b@wind.example", "c@wind.example")


def taken(hub: Hub, what: Any, **asked: Any) -> tuple[int, list[dict[str, Any]]]:
    with exporting.export(hub, what, "customer", **asked) as found:
        return found.position, list(found.documents)


def key_of(what: str, one: dict[str, Any]) -> object:
    if what == "golden-records":
        return one["golden_id"]
    if what == "crosswalk":
        return one["source"], one["source_id"]
    return one["golden_id"]


def applied(what: str, standing: list[dict[str, Any]], delta: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a reader holds after a delta: what it tells takes the place of what it is about."""
    about = {key_of(what, one) for one in delta}
    kept = [one for one in standing if key_of(what, one) not in about]
    return [*kept, *(one for one in delta if one["status"] == "active")]


def as_set(found: list[dict[str, Any]]) -> list[str]:
    return sorted(map(repr, found))


def something(hub: Hub, drawn: random.Random) -> None:
    source, number = drawn.choice(("crm", "erp")), str(drawn.randrange(6))
    mode = drawn.choice(("put", "put", "put", "delete"))
    attributes = {"name": drawn.choice(NAMES), "email": [drawn.choice(EMAILS)]} if mode == "put" else {}
    records.put(hub, Incoming(source, "customer", number, attributes, None, None, mode), author=AUTHOR, wait=False)
    if drawn.random() < 0.3:
        resolve_all(hub, author=AUTHOR)
        _, standing = taken(hub, "golden-records")
        ids = [one["golden_id"] for one in standing]
        many = next((one for one in standing if len(one["crosswalk"]) > 1), None)
        if len(ids) > 1 and drawn.random() < 0.5:
            decisions.merge(hub, drawn.sample(ids, 2), reason="test", author=AUTHOR, supersede=True)
        elif many is not None:
            first = many["crosswalk"][0]
            keys = [Key(first["source"], "customer", first["source_id"])]
            decisions.split(hub, many["golden_id"], keys, reason="test", author=AUTHOR, supersede=True)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.verify) for seed in range(2, 12))])
def test_a_snapshot_and_the_deltas_after_it_are_the_next_snapshot(hub: Hub, seed: int) -> None:
    drawn = random.Random(seed)
    held: dict[str, tuple[int, list[dict[str, Any]]]] = {}
    for _ in range(6):
        for _ in range(6):
            something(hub, drawn)
        resolve_all(hub, author=AUTHOR)
        for what in ("golden-records", "crosswalk", "lineage"):
            now = taken(hub, what)
            if what in held:
                since, standing = held[what]
                reached, delta = taken(hub, what, since=since)
                assert reached == now[0]
                assert as_set(applied(what, standing, delta)) == as_set(now[1])
                assert as_set(taken(hub, what, as_of=since)[1]) == as_set(standing)
            held[what] = now
    assert taken(hub, "golden-records", since=held["golden-records"][0])[1] == []


def test_every_format_tells_the_same(sqlite_hub: Hub, tmp_path: Any) -> None:
    sent = Incoming("crm", "customer", "=1", {"name": "Acme GmbH", "phone": ["+49 30 901820"]}, None, None, "put")
    records.put(sqlite_hub, sent, author=AUTHOR, wait=True)
    for what in ("golden-records", "crosswalk", "lineage"):
        told = {}
        for form in ("csv", "jsonl", "parquet"):
            with exporting.export(sqlite_hub, what, "customer") as found:
                told[form] = b"".join(pieces(form, found.sheet, found.documents, safe=True))
        (tmp_path / "out.parquet").write_bytes(told["parquet"])
        table = pyarrow.parquet.read_table(tmp_path / "out.parquet")
        assert table.column_names == told["csv"].decode().splitlines()[0].split(",")
        assert table.num_rows == len(told["csv"].splitlines()) - 1 == len(told["jsonl"].splitlines())
        assert b",+49" not in told["csv"]
        assert b",=1" not in told["csv"]


def test_a_delta_since_what_is_yet_to_come_is_refused(sqlite_hub: Hub) -> None:
    with pytest.raises(InvalidInput, match="lies after position"):
        taken(sqlite_hub, "crosswalk", since="1000000")
