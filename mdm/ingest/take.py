"""The way from the rows of a file to source records: mapped, gathered, checked; faults named as the file names them."""

from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from mdm.entity_types import EntityType
from mdm.ingest.columns import CHANGED, DELETED, ENTITY_TYPE, EVENT_TIME, ID_COLUMNS, MARKS, SOURCE, VERSION, Columns
from mdm.ingest.gather import TellId, gathered, located, with_days
from mdm.ingest.incoming import Incoming, Records, incoming_records
from mdm.ingest.mapped import mapped, named_as_in_file
from mdm.ingest.mapping import ID, Mapping
from mdm.ingest.rows import Chunk, Rejected, Row, each_row


def expected(entity_type: EntityType, columns: Columns, mapping: Mapping | None) -> tuple[str, ...]:
    """Name the columns that a file of such records may have, by which its header is found."""
    fields = [f"{name}.{field}" for name in entity_type.attributes for field in entity_type.column_fields(name)]
    own = [*ID_COLUMNS, VERSION, EVENT_TIME, DELETED, CHANGED, *MARKS, SOURCE, ENTITY_TYPE]
    said = [columns.id, columns.version, columns.event_time]
    in_file = [column for _, column in mapping.columns()] if mapping is not None else []
    return tuple(dict.fromkeys([*filter(None, said), *in_file, ID_COLUMNS[1], *entity_type.attributes, *fields, *own]))


def take(
    rows: Iterable[Chunk | Row | Rejected], entity_type: EntityType, *, source: str, file: str, columns: Columns,
    mapping: Mapping | None,
) -> Iterator[Records | Incoming | Rejected]:  # fmt: skip
    """Make source records of rows, or say why they cannot be; `columns` as they are called after the mapping.

    Raises:
        UnreadableFile: a column is missing, or is nothing the mapping or the entity type knows.
    """
    if mapping is not None:
        rows = mapped(each_row(rows), mapping, file=file)
    remaining = iter(rows)
    before, named = _columns(remaining)
    rows = chain(before, remaining)
    if entity_type.lines or with_days(entity_type, named):
        rows = gathered(each_row(rows), entity_type, file=file, columns=columns, tell_id=_tell_id(columns, mapping))
    for item in incoming_records(rows, entity_type, source=source, file=file, columns=columns):
        if isinstance(item, Rejected):
            yield _placed(item, mapping)
        else:
            yield item


def _columns(rows: Iterator[Chunk | Row | Rejected]) -> tuple[list[Chunk | Row | Rejected], Collection[str]]:
    """Read as far as the first row that was not rejected, by which the columns are known."""
    before: list[Chunk | Row | Rejected] = []
    for one in rows:
        before.append(one)
        if not isinstance(one, Rejected):
            return before, one.columns if isinstance(one, Chunk) else one.values
    return before, ()


def _placed(item: Rejected, mapping: Mapping | None) -> Rejected:
    item = located(item)
    return item if mapping is None else named_as_in_file(item, mapping)


def _tell_id(columns: Columns, mapping: Mapping | None) -> TellId:
    """Make the function that reads the id off a row that was rejected before it became a record."""
    target = columns.id or ID
    renamed = [column for column, to in mapping.rename.items() if to == target] if mapping is not None else []
    names = renamed or ([columns.id] if columns.id else ID_COLUMNS)

    def tell(rejected: Rejected) -> str | None:
        values = rejected.parts.values if rejected.parts is not None else {}
        found = next((values[name] for name in names if values.get(name)), None)
        return str(found).strip() or None if isinstance(found, str | int) else None

    return tell
