"""Sums of what the hub holds and of what came of it are kept; nothing is left that counts a whole table."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
import yaml
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

GONE = {
    "source_record": "deleted OR first_position IS NULL",
    "golden_version": "until IS NULL AND attributes IS NULL",
}
PLACE = ("what", "entity_type", "about", "day", "seconds")
KEY = ("what", "day", "entity_type", "about", "seconds")
OF_ALL_DAYS = (
    "source_records", "golden_records", "tasks_opened", "tasks_decided", "divergence_opened", "divergence_closed",
)  # fmt: skip
UNITS = ((86_400, 10 * 86_400), (3_600, 10 * 3_600), (60, 10 * 60))
Place = tuple[str, str, str, str, int]
Sums = Counter[Place]
Counted = Iterator[tuple[Place, int]]


def upgrade() -> None:
    op.create_table(
        "kept_sum",
        *(sa.Column(name, AutoString(), nullable=False) for name in KEY[:-1]),
        sa.Column("seconds", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*KEY),
        sqlite_with_rowid=False,
    )
    for table in GONE:
        op.drop_index(f"ix_{table}_gone", table)
    sums = Sums()
    for counted in (_held(), _divergence(), _tasks(), _answers(), _times_to_ready(), _times_to_all_systems()):
        for place, count in counted:
            sums[place] += count
            if place[0] in OF_ALL_DAYS:
                sums[*place[:2], "", "", 0] += count
    rows = [(*place, count) for place, count in sums.items() if count]
    table = sa.table("kept_sum", *map(sa.column, (*PLACE, "count")))
    for start in range(0, len(rows), 10_000):
        some = rows[start : start + 10_000]
        op.bulk_insert(table, [dict(zip((*PLACE, "count"), row, strict=True)) for row in some])


def downgrade() -> None:
    for table, condition in GONE.items():
        where = sa.text(condition)
        op.create_index(f"ix_{table}_gone", table, ["entity_type"], sqlite_where=where, postgresql_where=where)
    op.drop_table("kept_sum")


def _rows(statement: str) -> Iterable[Any]:
    return op.get_bind().exec_driver_sql(statement)


def _held() -> Counted:
    began = (
        "SELECT told.entity_type, substr(recorded_at, 1, 10), count(*) FROM golden_version AS told"
        " JOIN log ON log.position = since WHERE attributes IS NOT NULL GROUP BY 1, 2"
    )
    for statement, sign in ((began, 1), (began.replace("since", "until"), -1)):
        yield from ((("golden_records", of, "", day, 0), sign * count) for of, day, count in _rows(statement))
    deleted = {row[0] for row in _rows("SELECT id FROM source_record WHERE deleted")}
    came: dict[int, list[tuple[str, str, int]]] = {}
    for of, day, record, kind in _rows(
        "SELECT told.entity_type, substr(recorded_at, 1, 10), record_id, told.kind FROM change AS told"
        " JOIN log ON log.position = told.position WHERE told.kind IN ('xref.assigned', 'xref.removed')"
        " ORDER BY sequence"
    ):
        came.setdefault(record, []).append((of, day, 1 if kind == "xref.assigned" else -1))
    for record, steps in came.items():
        # One that was deleted from the beginning has borne a golden number, but has never counted.
        unborn = sum(step for *_, step in steps) - (record not in deleted)
        yield from ((("source_records", of, "", day, 0), step) for of, day, step in steps[unborn:])


def _divergence() -> Counted:
    began = (
        "SELECT told.entity_type, substr(recorded_at, 1, 10), count(*) FROM divergence AS told"
        " JOIN log ON log.position = since GROUP BY 1, 2"
    )
    for what, statement in (("opened", began), ("closed", began.replace("since", "until"))):
        yield from (((f"divergence_{what}", of, "", day, 0), count) for of, day, count in _rows(statement))


def _tasks() -> Counted:
    opened: dict[str, str] = {}
    for of, kind, when, ids in _rows(
        "SELECT told.entity_type, told.kind, recorded_at, others FROM change AS told"
        " JOIN log ON log.position = told.position WHERE told.kind IN ('task.opened', 'task.decided')"
        " ORDER BY sequence"
    ):
        named = orjson.loads(ids)
        yield (f"tasks_{kind.partition('.')[2]}", of, "", when[:10], 0), len(named)
        if kind == "task.opened":
            opened.update(dict.fromkeys(named, when))
        else:
            yield from ((_took("to_decide", of, "", opened[id_], when), 1) for id_ in named if id_ in opened)


def _answers() -> Counted:
    statement = "SELECT entity_type, process, missing, count(*) FROM readiness GROUP BY entity_type, process, missing"
    for of, process, missing, count in _rows(statement):
        said = {(one[0], one[1]) for one in orjson.loads(missing)}
        yield ("concerned", of, process, "", 0), count
        yield ("ready", of, process, "", 0), 0 if said else count
        yield from ((("lacking", of, orjson.dumps([process, *one]).decode(), "", 0), count) for one in said)


def _times_to_ready() -> Counted:
    for of, process, seen, told in _rows(
        "SELECT readiness.entity_type, process, seen.recorded_at, told.recorded_at FROM readiness"
        " JOIN log AS seen ON seen.position = golden JOIN log AS told ON told.position = first_ready"
    ):
        yield _took("to_ready", of, process, seen, told), 1


def _times_to_all_systems() -> Counted:
    wanted: dict[str, set[str]] = {}
    for of, document in list(_rows(
        "SELECT resolution.entity_type, document FROM resolution JOIN rules_document ON version = rules_version"
    )):  # fmt: skip
        processes = (yaml.safe_load(document).get("readiness") or {}).values()
        wanted[of] = {source for process in processes for source in process.get("systems") or ()}
    first: dict[tuple[str, int, str], dict[str, str]] = {}
    for of, golden, seen, source, told in _rows(
        "SELECT member.entity_type, member.golden, seen.recorded_at, source, min(told.recorded_at)"
        " FROM source_record AS member JOIN xref ON xref.record_id = member.id AND until IS NULL"
        " JOIN log AS told ON told.position = xref.since JOIN log AS seen ON seen.position = member.golden"
        " WHERE NOT deleted GROUP BY member.entity_type, member.golden, seen.recorded_at, source"
    ):
        if source in wanted[of]:
            first.setdefault((of, golden, seen), {})[source] = told
    for (of, _, seen), known in first.items():
        if known.keys() == wanted[of]:
            yield _took("to_all_systems", of, "", seen, max(known.values())), 1


def _took(what: str, of: str, about: str, begun: str, reached: str) -> Place:
    """Rounded down to whole minutes from ten minutes on, to whole hours from ten hours, to whole days from ten days."""
    begin, end = datetime.fromisoformat(begun), datetime.fromisoformat(reached)
    seconds = max(0, int((end - begin).total_seconds()))
    rounded = next((seconds - seconds % unit for unit, least in UNITS if seconds >= least), seconds)
    return what, of, about, reached[:10], rounded
