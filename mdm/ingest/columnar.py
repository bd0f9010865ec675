"""Takes chunks of rows apart column by column; rows out of the ordinary are left to be taken one by one.

What is taken here is what `cells` and `objects` make of the same rows, faster; whatever they might refuse or read
in a special way is left to them, so that there is one place for each rule.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from mdm.entity_types import (
    LONGEST_TEXT,
    MOST_VALUES,
    EntityType,
    check_value,
    control_character,
    takes_any_parts,
    takes_any_text,
)
from mdm.ingest.cells import BETWEEN_VALUES, taker
from mdm.ingest.columns import ENTITY_TYPE, SOURCE, Layout
from mdm.ingest.flags import FALSE
from mdm.ingest.rows import Chunk
from mdm.ingest.times import time_text, version_value

LONGEST_ID = 1_000

Cells = Sequence[object]
Places = set[int]


class Taken(NamedTuple):
    """The rows of a chunk by column; `odd` are the places of those that are to be taken one by one."""

    ids: list[str]
    versions: Sequence[int | str | None]
    event_times: Sequence[str | None]
    attributes: list[dict[str, object]]
    odd: Places


class Columnar:
    """Takes the chunks of one file, whose columns are laid out alike."""

    def __init__(self, entity_type: EntityType, layout: Layout, *, source: str, typed: bool) -> None:
        self.entity_type, self.layout, self.source, self.typed = entity_type, layout, source, typed
        self.takers = {name: self._taker(name) for name in layout.attributes}
        parts: dict[str, list[tuple[str, str]]] = {}
        for column, name, part in layout.fields:
            parts.setdefault(name, []).append((part, column))
        self.parts = {name: sorted(found) for name, found in parts.items()}

    def __call__(self, chunk: Chunk) -> Taken:
        odd: Places = set()
        self._set_apart(chunk, odd)
        ids = _ids(chunk.columns[self.layout.id], odd)
        versions = self._ordering(chunk, self.layout.version, version_value, odd)
        times = self._ordering(chunk, self.layout.event_time, time_text, odd)
        return Taken(ids, versions, times, self._attributes(chunk, odd), odd)  # type: ignore[arg-type]  # times are text

    def _set_apart(self, chunk: Chunk, odd: Places) -> None:
        """Leave rows of another source, deleted ones, and those that say anything else of their own."""
        layout = self.layout
        plain = {
            layout.id,
            layout.version,
            layout.event_time,
            *layout.attributes,
            *(one for one, _, _ in layout.fields),
        }
        for name, cells in chunk.columns.items():
            if name in plain:
                continue
            owner = {SOURCE: self.source, ENTITY_TYPE: self.entity_type.entity_type}.get(name, "")
            usual: Collection[object] = FALSE if name == layout.deleted else ("", owner)
            odd.update(
                place
                for place, cell in enumerate(cells)
                if not (cell is None or cell is False or (isinstance(cell, str) and cell in usual))
            )

    def _ordering(
        self, chunk: Chunk, column: str | None, read: Callable[[object], int | str], odd: Places
    ) -> Sequence[int | str | None]:
        if column is None:
            return [None] * len(chunk.lines)
        cells = chunk.columns[column]
        answers: dict[object, int | str | None] = {}
        wrong: set[object] = set()
        try:
            distinct = set(cells)
        except TypeError:  # lists or objects
            odd.update(range(len(cells)))
            return [None] * len(cells)
        for cell in distinct:
            blank = cell is None or (not self.typed and not str(cell).strip())
            try:
                answers[cell] = None if blank else read(cell)
            except ValueError:
                answers[cell] = None
                wrong.add(cell)
        if wrong:
            odd.update(place for place, cell in enumerate(cells) if cell in wrong)
        return [answers[cell] for cell in cells]

    def _attributes(self, chunk: Chunk, odd: Places) -> list[dict[str, object]]:
        columns = {name: take(chunk.columns[name], odd) for name, take in self.takers.items()}
        columns |= {name: self._objects(chunk, name, odd) for name in self.parts}
        for name, attribute in self.entity_type.attributes.items():
            if attribute.required:
                odd.update(_missing(columns.get(name) or [None] * len(chunk.lines)))
        if not columns:
            return [{} for _ in chunk.lines]
        names = sorted(columns)  # the order in which facts are written
        rows = zip(*(columns[name] for name in names), strict=True)
        return [{name: value for name, value in zip(names, row, strict=True) if value is not None} for row in rows]

    def _taker(self, name: str) -> Callable[[Cells, Places], list[object]]:
        """Make the function that turns the cells of one column into values, None where there is none."""
        many = self.entity_type.attributes[name].many
        parted = many and not self.typed
        checked = _checker(self.entity_type, name, typed=self.typed)
        if not takes_any_text(self.entity_type, name):
            return checked

        def take(cells: Cells, odd: Places) -> list[object]:
            found = _texts(cells, odd, typed=self.typed)
            if found is None:
                return checked(cells, odd)
            return _several(found, odd, parted=parted) if many else found  # type: ignore[return-value]

        return take

    def _objects(self, chunk: Chunk, name: str, odd: Places) -> list[object]:
        parts = [part for part, _ in self.parts[name]]
        columns = [_texts(chunk.columns[column], odd, typed=self.typed) for _, column in self.parts[name]]
        known = takes_any_parts(self.entity_type, name) and None not in columns
        cells = columns if known or not self.typed else [chunk.columns[column] for _, column in self.parts[name]]
        rows = zip(*cells, strict=True)  # type: ignore[arg-type]
        found: list[object] = [
            {part: value for part, value in zip(parts, row, strict=True) if value is not None} or None for row in rows
        ]
        return found if known else _checked(self.entity_type, name, found, odd)


def _ids(cells: Cells, odd: Places) -> list[str]:
    if not all(isinstance(cell, str) for cell in cells):
        odd.update(
            place for place, cell in enumerate(cells) if isinstance(cell, bool) or not isinstance(cell, str | int)
        )
        cells = ["" if cell is None else str(cell) for cell in cells]
    texts: Sequence[str] = cells  # type: ignore[assignment]
    joined = "".join(texts)
    ids = [text.strip() for text in texts]
    if not joined.isprintable():
        odd.update(place for place, text in enumerate(ids) if not text.isprintable())
    if "" in ids:
        odd.update(place for place, text in enumerate(ids) if not text)
    if len(joined) > LONGEST_ID:
        odd.update(place for place, text in enumerate(ids) if len(text) > LONGEST_ID)
    return ids


def _texts(cells: Cells, odd: Places, *, typed: bool) -> list[str | None] | None:
    """Strip texts, blank ones become None; None where some are of another type."""
    try:
        texts: Sequence[str] = cells if not typed else ["" if cell is None else cell for cell in cells]  # type: ignore[assignment, misc]
        joined = "".join(texts)
    except TypeError:
        return None
    if control_character(joined):
        odd.update(place for place, text in enumerate(texts) if control_character(text))
    if len(joined) > LONGEST_TEXT:
        odd.update(place for place, text in enumerate(texts) if len(text) > LONGEST_TEXT)
    found = [text.strip() or None for text in texts]
    if typed:  # blank is not absent there
        odd.update(place for place, text in enumerate(found) if text is None and cells[place] is not None)
    return found


def _several(texts: Sequence[str | None], odd: Places, *, parted: bool) -> list[object]:
    """Make lists of the texts of a column with several values, which stand between separators in a cell."""
    found: list[object] = [None if text is None else [text] for text in texts]
    if not parted:
        return found
    for place, text in enumerate(texts):
        if text is not None and (";" in text or "|" in text):
            values = BETWEEN_VALUES.split(text)
            found[place] = [value.strip() for value in values if value.strip()] or None
            if len(values) > MOST_VALUES:
                odd.add(place)
    return found


def _checker(entity_type: EntityType, name: str, *, typed: bool) -> Callable[[Cells, Places], list[object]]:
    """Make the function that checks the cells of a column one by one, each distinct text once."""
    if typed:
        return lambda cells, odd: _checked(entity_type, name, cells, odd)
    take = taker(entity_type, name)

    def checked(cells: Cells, odd: Places) -> list[object]:
        taken = [take(cell) if cell else (None, None) for cell in cells]  # type: ignore[arg-type]
        odd.update(place for place, (_, fault) in enumerate(taken) if fault is not None)
        return [value for value, _ in taken]

    return checked


def _checked(entity_type: EntityType, name: str, values: Iterable[object], odd: Places) -> list[object]:
    """Check values with types of their own; one that is there and says nothing is out of the ordinary."""
    found: list[object] = []
    for place, value in enumerate(values):
        cleaned, faults = (None, []) if value is None else check_value(entity_type, name, value)
        if faults or (cleaned in (None, []) and value is not None):
            odd.add(place)
        found.append(cleaned)
    return found


def _missing(values: Cells) -> Iterable[int]:
    return [place for place, value in enumerate(values) if value is None] if None in values else []
