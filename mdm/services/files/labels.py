"""Reads labelled pairs: which pairs of records people found to be one thing, or two."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mdm.entity_types import hint
from mdm.errors import InvalidInput, UnreadableFile
from mdm.ingest import Rejected, read

COLUMNS = ("record_id_1", "record_id_2", "label")
SOURCES = ("source_1", "source_2")
SPLIT = "split"
_TRUE = frozenset({"1", "1.0", "true", "yes", "match", "same"})
_FALSE = frozenset({"0", "0.0", "false", "no", "distinct", "different", "non-match"})


@dataclass(frozen=True, slots=True)
class Label:
    """What somebody found of a pair; `sources` are those of the records where the file has them, else None."""

    place: str
    ids: tuple[str, str]
    same: bool
    sources: tuple[str | None, str | None] = (None, None)


def labels(file: str, *, split: str | None = None) -> list[Label]:
    """Read a file of labelled pairs, `record_id_1,record_id_2,label[,split][,source_1,source_2]`.

    `split` keeps only the pairs of that part.

    Raises:
        UnreadableFile: the file cannot be read or lacks a column.
        InvalidInput: a label is neither true nor false, or no pair is left.
    """
    return labels_in(whole_rows(file), file, split=split)


def labels_in(rows: Iterable[tuple[int, Mapping[str, object]]], file: str, *, split: str | None = None) -> list[Label]:
    """Make labels of the rows of a file, given with their lines; raises as `labels` does."""
    found = [label for line, row in rows for label in _labelled(row, f"{file}: line {line}", split)]
    if not found:
        raise InvalidInput(f"{file}: no labelled pair{'' if split is None else f' of split {split!r}'}")
    return found


def _labelled(row: Mapping[str, object], place: str, split: str | None) -> Iterator[Label]:
    if split is not None and cell(row, SPLIT, place) != split:
        return
    one, other, label = (cell(row, column, place) for column in COLUMNS)
    if label.lower() not in _TRUE | _FALSE:
        raise InvalidInput(f"{place}: the label is neither 1 nor 0: {label!r}")
    left, right = (source_in(row, column) for column in SOURCES)
    yield Label(place, (one, other), label.lower() in _TRUE, (left, right))


def source_in(row: Mapping[str, object], column: str) -> str | None:
    """Give the source that a row names in a column that may be missing or blank."""
    return None if row.get(column) is None else str(row[column]).strip() or None


def whole_rows(file: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Read a file whole; what is made of part of it would mislead, so a row that cannot be read ends it."""
    for row in read(file):
        if isinstance(row, Rejected):
            raise UnreadableFile(str(row))
        yield row.line, row.values


def cell(row: Mapping[str, object], column: str, file: str) -> str:
    """Give a cell of a column that has to be there."""
    if column not in row:
        raise UnreadableFile(f"{file}: no column {column!r}{hint(column, row.keys())}")
    return str(row[column]).strip()
