"""What must hold of the stored state in itself, whatever the facts were: intervals, counters, the feed."""

from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import orjson

from mdm.services.hub import Hub
from mdm.store import refetches
from mdm.store.database import Transaction
from mdm.store.refetches import StoredRefetch
from tests.laws.kept_sums import kept_sums_are_what_counting_gives


def check(hub: Hub) -> None:
    """Check all of it, where nothing waits; an AssertionError says what does not hold."""
    check_half_way(hub)
    with hub.database.read() as reader:
        for law in (_due, _references, _refetches, _links):
            law(reader)


def check_half_way(hub: Hub) -> None:
    """Check what holds after every commit, also while something waits to be resolved again."""
    with hub.database.read() as reader:
        for law in (
            _xrefs,
            _crosswalks,
            _versions,
            _blocks,
            _edges,
            _hanging,
            _cut,
            _feed,
            _tasks,
            kept_sums_are_what_counting_gives,
        ):
            law(reader)


def _intervals(rows: list[tuple[Any, int, int | None]]) -> dict[Any, list[tuple[int, int | None]]]:
    """Half-open intervals by what they are of: one after another without a gap or an overlap, the last one open."""
    found: defaultdict[Any, list[tuple[int, int | None]]] = defaultdict(list)
    for of, since, until in sorted(rows, key=lambda row: row[:2]):
        found[of].append((since, until))
    for of, intervals in found.items():
        assert all(one[1] == other[0] for one, other in pairwise(intervals)), (of, intervals)
        assert all(until is None or since < until for since, until in intervals), (of, intervals)
        assert intervals[-1][1] is None, (of, intervals)
    return found


def _xrefs(reader: Transaction) -> None:
    rows = reader.rows("SELECT record_id, since, until, golden FROM xref")
    _intervals([row[:3] for row in rows])
    standing = dict(reader.rows("SELECT id, golden FROM source_record WHERE golden IS NOT NULL"))
    assert {record: golden for record, _, until, golden in rows if until is None} == standing


def _crosswalks(reader: Transaction) -> None:
    """What is kept for look-ups are the living members of every golden number that has any, and which are behind."""
    members: defaultdict[int, list[tuple[str, str, int, str, int]]] = defaultdict(list)
    for golden, *member in reader.rows(
        "SELECT xref.golden, source, source_id, since, entity_type, id FROM xref JOIN source_record ON record_id = id"
        " WHERE until IS NULL AND NOT deleted"
    ):
        members[golden].append(tuple(member))
    behind = refetches.of_records(reader, [one[4] for of in members.values() for one in of])
    expected = [
        (golden, of[0][3], [_told(one, behind) for one in sorted(of)], max(one[2] for one in of))
        for golden, of in sorted(members.items())
    ]
    rows = reader.rows("SELECT golden, entity_type, members, seq FROM crosswalk ORDER BY golden")
    assert [(golden, of, orjson.loads(said), seq) for golden, of, said, seq in rows] == expected


def _refetches(reader: Transaction) -> None:
    """A record is to be fetched again in intervals that do not overlap."""
    found: defaultdict[int, list[tuple[int, int | None]]] = defaultdict(list)
    for record, since, until in reader.rows("SELECT record_id, since, until FROM refetch ORDER BY record_id, since"):
        found[record].append((since, until))
    for intervals in found.values():
        assert all(one[1] is not None and one[1] <= other[0] for one, other in pairwise(intervals)), intervals


def _told(member: tuple[str, str, int, str, int], behind: dict[int, StoredRefetch]) -> dict[str, Any]:
    told = {"needs_refetch": behind[member[4]].told} if member[4] in behind else {}
    return {"source": member[0], "source_id": member[1], **told}


def _versions(reader: Transaction) -> None:
    rows = reader.rows("SELECT golden, version, since, until, attributes, lineage FROM golden_version")
    _intervals([(golden, since, until) for golden, _, since, until, _, _ in rows])
    for golden in {row[0] for row in rows}:
        mine = sorted((version, since) for number, version, since, *_ in rows if number == golden)
        assert [version for version, _ in mine] == list(range(1, len(mine) + 1))
        assert mine == sorted(mine, key=lambda each: each[1])
    members = reader.rows("SELECT DISTINCT golden FROM source_record WHERE golden IS NOT NULL AND NOT deleted")
    assert {row[0] for row in rows if row[3] is None and row[4] is not None} == {row[0] for row in members}
    assert all((attributes is None) == (lineage is None) for *_, attributes, lineage in rows)


def _blocks(reader: Transaction) -> None:
    """Each record stands in the blocks of its keys, and the counters say how many do."""
    records = reader.rows("SELECT id, keys, deleted FROM source_record")
    expected = {(key, id_) for id_, keys, _ in records for key in np.frombuffer(keys, "<i8").tolist()}
    assert set(reader.rows("SELECT key, record_id FROM block_member")) == expected
    deleted = {id_ for id_, _, gone in records if gone}
    counts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for key, id_ in expected:
        counts[key][id_ in deleted] += 1
    rows = reader.rows("SELECT key, living, deleted FROM block_size WHERE living <> 0 OR deleted <> 0")
    assert {key: [living, gone] for key, living, gone in rows} == counts


def _edges(reader: Transaction) -> None:
    gone = {row[0] for row in reader.rows("SELECT id FROM source_record WHERE deleted")}
    for left, right, living in reader.rows("SELECT left_id, right_id, living FROM edge"):
        assert bool(living) == (not {left, right} & gone)


def _hanging(reader: Transaction) -> None:
    """Only clusters without a living member hang, and they bear the ID of what they hang on."""
    rows = reader.rows(
        "SELECT one.golden, other.golden, one.deleted, other.deleted FROM source_record AS one"
        " JOIN source_record AS other ON other.id = one.hangs_on WHERE one.golden IS NOT NULL"
    )
    for mine, theirs, deleted, target_deleted in rows:
        assert (mine, bool(deleted), bool(target_deleted)) == (theirs, True, False)


def _cut(reader: Transaction) -> None:
    for of, count in reader.rows("SELECT entity_type, cut_records FROM resolution"):
        assert reader.one("SELECT count(*) FROM source_record WHERE cut AND entity_type = ?", of) == (count,)


def _due(reader: Transaction) -> None:
    """Every type is at the greatest tick, and whatever was due by it has been decided again."""
    bodies = reader.rows("SELECT body FROM payload JOIN log ON log.position = payload.position WHERE kind = 'tick'")
    greatest = max((orjson.loads(body)["date"] for (body,) in bodies), default=None)
    ticks = reader.rows("SELECT tick FROM resolution WHERE entity_type IN ('place', 'thing')")
    assert {row[0] for row in ticks} == {greatest}
    rows = reader.rows(
        "SELECT due, tick FROM golden_version JOIN resolution"
        " ON resolution.entity_type = golden_version.entity_type WHERE until IS NULL AND due IS NOT NULL"
    )
    assert all(tick is None or due > tick for due, tick in rows)


def _references(reader: Transaction) -> None:
    """A link for each place and each value of a code list that a record names; no mark is left."""
    expected: list[int] = []
    for id_, of, written in reader.rows("SELECT id, entity_type, layers FROM source_record"):
        values = {name: value for layer in orjson.loads(written) for name, value in layer["attributes"].items()}
        named = {value.lower() if value != "-" else "" for value in [*values.get("d", ()), values.get("c")] if value}
        expected += [id_] * (len(named) + (of == "thing" and "place" in values))
    rows = reader.rows("SELECT record_id FROM reference_link")
    assert sorted(row[0] for row in rows) == sorted(expected)
    assert reader.one("SELECT count(*) FROM dirty_record") == (0,)


def _links(reader: Transaction) -> None:
    """Each record holds at most one link of a sort, made by the newest fact about it; links are of one entity type."""
    rows = reader.rows(
        "SELECT one.entity_type, other.entity_type, link.kind, log.kind, one.key_token, log.key_token"
        " FROM source_link AS link JOIN source_record AS one ON one.id = record_id"
        " JOIN source_record AS other ON other.id = other_id JOIN log ON log.position = link.position"
    )
    assert reader.one("SELECT count(*) FROM source_link") == (len(rows),)
    for mine, theirs, kind, said, token, about in rows:
        assert (mine, kind, token) == (theirs, said, about)
    facts = reader.rows(
        "SELECT key_token, body FROM log JOIN payload ON payload.position = log.position"
        " WHERE kind = 'crosswalk' ORDER BY log.position"
    )
    latest = {(token, said["master"]): said["master_id"] for token, said in ((t, orjson.loads(b)) for t, b in facts)}
    standing = reader.rows(
        "SELECT one.key_token, master, other.source_id FROM source_link JOIN source_record AS one ON one.id = record_id"
        " JOIN source_record AS other ON other.id = other_id WHERE kind = 'crosswalk'"
    )
    assert {(token, master): id_ for token, master, id_ in standing} == {
        slot: id_ for slot, id_ in latest.items() if id_ is not None
    }


def _tasks(reader: Transaction) -> None:
    """The intervals of each task have no gap or overlap, and the last of them says what stands."""
    columns = "id, entity_type, kind, left_id, right_id, weight, status, opened, closed, about"
    rows = reader.rows("SELECT id, since, until FROM task_version")
    _intervals(rows)
    standing = reader.rows(f"SELECT {columns} FROM task ORDER BY id")  # noqa: S608
    assert reader.rows(f"SELECT {columns} FROM task_version WHERE until IS NULL ORDER BY id") == standing  # noqa: S608


def _feed(reader: Transaction) -> None:
    """Told from its beginning, the feed says who bears which golden number and which are active."""
    bears: dict[int, int] = {}
    active: set[int] = set()
    rows = reader.rows("SELECT sequence, kind, golden, record_id, others, version_after FROM change ORDER BY sequence")
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    for _, kind, golden, record, others, version in rows:
        if kind in {"xref.assigned", "xref.moved"}:
            bears[record] = golden
        elif kind.startswith("golden."):
            (active.discard if version is None else active.add)(golden)
            active -= set(orjson.loads(others)) if kind == "golden.merged" else set()
    assert bears == dict(reader.rows("SELECT id, golden FROM source_record WHERE golden IS NOT NULL"))
    standing = reader.rows("SELECT golden FROM golden_version WHERE until IS NULL AND attributes IS NOT NULL")
    assert active == {row[0] for row in standing}
