"""What is kept of sums, beside what counting everything anew gives."""

from collections import defaultdict
from collections.abc import Iterator

import orjson

from mdm.resolution.readiness_writing import standing_types
from mdm.resolution.sums import rounded
from mdm.settings import seconds_between
from mdm.store.database import Transaction
from mdm.store.sums import HAPPENED, HELD, Sum, Sums


def kept_sums_are_what_counting_gives(reader: Transaction) -> Sums:
    """Compare all of them, and that there are no others; give what is kept."""
    rows = reader.rows("SELECT what, entity_type, about, day, seconds, count FROM kept_sum WHERE count <> 0")
    kept = Sums({Sum(*place): count for *place, count in rows})
    moments = dict(reader.rows("SELECT position, recorded_at FROM log"))
    counted = _golden(reader, moments)
    for count in (_divergence, _tasks, _to_ready, _to_all_systems):
        counted.update(count(reader, moments))
    counted.update(_answers(reader))
    # On which day a record died is told by no table; how many live is.
    counted.update({of: number for of, number in kept.items() if of.what == "source_records" and of.day})
    for of, number in list(counted.items()):
        if of.what in {*HELD, *HAPPENED}:
            counted[of._replace(day="")] += number
    assert kept == {of: number for of, number in counted.items() if number}
    living = reader.rows(
        "SELECT entity_type, count(*) FROM source_record WHERE NOT deleted AND first_position IS NOT NULL GROUP BY 1"
    )
    records = {of.entity_type: number for of, number in kept.items() if of.what == "source_records" and not of.day}
    assert records == dict(living)
    return kept


Moments = dict[int, str]


def _golden(reader: Transaction, moments: Moments) -> Sums:
    found = Sums()
    rows = reader.rows("SELECT entity_type, since, until FROM golden_version WHERE attributes IS NOT NULL")
    for of, since, until in rows:
        found[Sum("golden_records", of, day=moments[since][:10])] += 1
        if until is not None:
            found[Sum("golden_records", of, day=moments[until][:10])] -= 1
    return found


def _divergence(reader: Transaction, moments: Moments) -> Iterator[Sum]:
    for of, since, until in reader.rows("SELECT entity_type, since, until FROM divergence"):
        yield Sum("divergence_opened", of, day=moments[since][:10])
        if until is not None:
            yield Sum("divergence_closed", of, day=moments[until][:10])


def _tasks(reader: Transaction, moments: Moments) -> Iterator[Sum]:
    opened: dict[str, int] = {}
    for of, kind, position, ids in reader.rows(
        "SELECT entity_type, kind, position, others FROM change WHERE kind IN ('task.opened', 'task.decided')"
        " ORDER BY sequence"
    ):
        for id_ in orjson.loads(ids):
            yield Sum(f"tasks_{kind.removeprefix('task.')}", of, day=moments[position][:10])
            if kind == "task.opened":
                opened[id_] = position
            else:
                yield _took("to_decide", of, "", moments[opened[id_]], moments[position])


def _answers(reader: Transaction) -> Iterator[Sum]:
    for of, process, missing in reader.rows("SELECT entity_type, process, missing FROM readiness"):
        said = {(one[0], one[1]) for one in orjson.loads(missing)}
        yield Sum("concerned", of, process)
        yield from () if said else (Sum("ready", of, process),)
        yield from (Sum("lacking", of, orjson.dumps([process, *one]).decode()) for one in said)


def _to_ready(reader: Transaction, moments: Moments) -> Iterator[Sum]:
    rows = reader.rows("SELECT entity_type, process, golden, first_ready FROM readiness WHERE first_ready IS NOT NULL")
    for of, process, golden, first in rows:
        yield _took("to_ready", of, process, moments[golden], moments[first])


def _to_all_systems(reader: Transaction, moments: Moments) -> Iterator[Sum]:
    first: defaultdict[tuple[str, int], dict[str, str]] = defaultdict(dict)
    for of, golden, source, since in reader.rows(
        "SELECT entity_type, source_record.golden, source, since FROM source_record JOIN xref ON record_id = id"
        " WHERE until IS NULL AND NOT deleted ORDER BY since"
    ):
        first[of, golden].setdefault(source, moments[since])
    for name, (entity_type, _) in standing_types(reader).items():
        wanted = {source for process in entity_type.readiness.values() for source in process.systems}
        for (of, golden), known in first.items():
            if of == name and wanted and wanted <= known.keys():
                yield _took("to_all_systems", of, "", moments[golden], max(known[source] for source in wanted))


def _took(what: str, of: str, about: str, begun: str, reached: str) -> Sum:
    return Sum(what, of, about, reached[:10], rounded(seconds_between(begun, reached)))
