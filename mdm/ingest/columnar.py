"""Takes chunks of rows apart column by column; rows out of the ordinary are left to be taken one by one.

What is taken here is what `cells` and `objects` make of the same rows, faster; whatever they might refuse or read
in a special way is left to them, so that there is one place for each rule. Attributes are written as the JSON that
facts have (`mdm.log.canonical`), a member of each column at a time: objects in between would cost as much again.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from matching.kinds.several import parted
from mdm.entity_types import (
    LONGEST_TEXT,
    MOST_VALUES,
    EntityType,
    check_value,
    control_character,
    takes_any_parts,
    takes_any_text,
)
from mdm.ingest.cells import taker
from mdm.ingest.columns import ENTITY_TYPE, INSTANCE, SOURCE, Layout
from mdm.ingest.flags import FALSE
from mdm.ingest.rows import Chunk
from mdm.ingest.texts import Texts, members, objects
from mdm.ingest.times import time_text, version_value
from mdm.log import canonical

LONGEST_ID = 1_000

Cells = Sequence[object]
Places = set[int]


class Taken(NamedTuple):
    """The rows of a chunk by column, attributes as canonical JSON; `odd` are places of rows to be taken one by one."""

    ids: Sequence[str]
    attributes: Sequence[str]
    versions: Sequence[int | str | None]
    event_times: Sequence[str | None]
    odd: Places


class Columnar:
    """Takes the chunks of one file, whose columns are laid out alike."""

    def __init__(self, entity_type: EntityType, layout: Layout, *, source: str, typed: bool) -> None:
        self.entity_type, self.layout, self.source, self.typed = entity_type, layout, source, typed
        self.writers = {name: self._writer(name) for name in layout.attributes}
        parts: dict[str, list[tuple[str, str]]] = {}
        for column, name, part in layout.fields:
            parts.setdefault(name, []).append((part, column))
        self.parts = {name: sorted(found) for name, found in parts.items()}

    def __call__(self, chunk: Chunk) -> Taken:
        """Take a chunk apart."""
        odd: Places = set()
        self._set_apart(chunk, odd)
        ids = _ids(chunk.columns[self.layout.id], odd)
        versions = self._ordering(chunk, self.layout.version, version_value, odd)
        times = self._ordering(chunk, self.layout.event_time, time_text, odd)
        return Taken(ids, self._attributes(chunk, odd), versions, times, odd)  # type: ignore[arg-type]  # times are text

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
        declared = self.entity_type.source(self.source).instance
        if declared is None:
            plain.add(INSTANCE)  # whatever a row says of it
        own = {
            SOURCE: self.source,
            ENTITY_TYPE: self.entity_type.entity_type,
            INSTANCE: declared,
        }
        for name, cells in chunk.columns.items():
            if name in plain:
                continue
            usual: Collection[object] = FALSE if name in {layout.deleted, layout.changed} else ("", own.get(name))
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

    def _attributes(self, chunk: Chunk, odd: Places) -> Sequence[str]:
        columns: dict[str, Sequence[str]] = {
            name: write(chunk.columns[name], odd) for name, write in self.writers.items()
        }
        columns |= {name: self._objects(chunk, name, odd) for name in self.parts}
        blank = [""] * len(chunk.lines)
        for name, attribute in self.entity_type.attributes.items():
            if attribute.must_be_there and "" in columns.get(name, blank):
                odd.update(place for place, member in enumerate(columns.get(name, blank)) if not member)
        return (
            _together([columns[name] for name in sorted(columns)], "{", "}", blank=False)
            if columns
            else ["{}"] * len(blank)
        )

    def _writer(self, name: str) -> Callable[[Cells, Places], Sequence[str]]:
        """Make the function that writes the cells of one column as members of an object, "" where there is none."""
        member, between = _member(name), self.entity_type.between(name)
        check = _checker(self.entity_type, name, typed=self.typed)
        form = _Form(f"{member}[", "]", "" if self.typed else between) if between else _Form(member, "", "")

        def checked(cells: Cells, odd: Places) -> list[str]:
            return _written(member, check(cells, odd))

        def write(cells: Cells, odd: Places) -> Sequence[str]:
            found = _texts(cells, odd, form, typed=self.typed)
            return checked(cells, odd) if found is None else found

        return write if takes_any_text(self.entity_type, name) else checked

    def _objects(self, chunk: Chunk, name: str, odd: Places) -> Sequence[str]:
        cells = [chunk.columns[column] for _, column in self.parts[name]]
        if takes_any_parts(self.entity_type, name):
            forms = [_Form(_member(part), "", "") for part, _ in self.parts[name]]
            members = [_texts(column, odd, form, typed=self.typed) for column, form in zip(cells, forms, strict=True)]
            known = [column for column in members if column is not None]
            if len(known) == len(members):
                return _together(known, f"{_member(name)}{{", "}", blank=True)
        if not self.typed:
            cells = [[str(cell).strip() or None for cell in column] for column in cells]
        parts = [part for part, _ in self.parts[name]]
        rows = (
            {part: value for part, value in zip(parts, row, strict=True) if value is not None}
            for row in zip(*cells, strict=True)
        )
        return _written(_member(name), _checked(self.entity_type, name, (row or None for row in rows), odd))


class _Form(NamedTuple):
    """What stands before and after a text; `between`: the characters at which it is parted into several, if it is."""

    before: str
    after: str
    between: str


def _member(name: str) -> str:
    return f",{canonical(name).decode()}:"


def _written(member: str, values: Cells) -> list[str]:
    return ["" if value is None else f"{member}{canonical(value).decode()}" for value in values]


def _ids(cells: Cells, odd: Places) -> Sequence[str]:
    if isinstance(cells, Texts):
        texts = cells.stripped()
        odd.update(texts.blank(), texts.longer_than(LONGEST_ID))
        return texts
    if set(map(type, cells)) - {str}:
        odd.update(
            place for place, cell in enumerate(cells) if isinstance(cell, bool) or not isinstance(cell, str | int)
        )
        cells = ["" if cell is None else str(cell) for cell in cells]
    joined = "".join(cells)  # type: ignore[arg-type]
    ids = [text.strip() for text in cells]  # type: ignore[attr-defined]
    if not joined.isprintable():
        odd.update(place for place, text in enumerate(ids) if not text.isprintable())
    if "" in ids:
        odd.update(place for place, text in enumerate(ids) if not text)
    if max(map(len, ids), default=0) > LONGEST_ID:
        odd.update(place for place, text in enumerate(ids) if len(text) > LONGEST_ID)
    return ids


def _together(columns: Sequence[Sequence[str]], before: str, after: str, *, blank: bool) -> Sequence[str]:
    """Put members, each of which begins with a comma, together into one object a row, or `blank` where none is."""
    if any(isinstance(column, Texts) for column in columns):
        return objects(columns, before, after, blank=blank)
    empty = "" if blank else f"{before}{after}"
    return [f"{before}{one[1:]}{after}" if one else empty for one in map("".join, zip(*columns, strict=True))]


def _texts(cells: Cells, odd: Places, form: _Form, *, typed: bool) -> Sequence[str] | None:
    """Write stripped texts in a form, "" for blank ones; None where some are of another type."""
    if isinstance(cells, Texts) and not cells.has(form.between):
        return members(cells, form.before, form.after)
    try:
        texts: Sequence[str] = cells if not typed else ["" if cell is None else cell for cell in cells]  # type: ignore[assignment, misc]
        joined = "".join(texts)
    except TypeError:
        return None
    printable = joined.isprintable()
    if not printable and control_character(joined):
        odd.update(place for place, text in enumerate(texts) if control_character(text))
    if len(joined) > LONGEST_TEXT:
        odd.update(place for place, text in enumerate(texts) if len(text) > LONGEST_TEXT)
    stripped = list(map(str.strip, texts))
    if typed and stripped.count("") > cells.count(None):  # blank is not absent there
        odd.update(place for place, text in enumerate(stripped) if not text and cells[place] is not None)
    if printable and not any(letter in joined for letter in f'"\\{form.between}'):
        before, after = f'{form.before}"', f'"{form.after}'
        return [f"{before}{text}{after}" if text else "" for text in stripped]
    return ["" if place in odd else _escaped(one, place, odd, form) for place, one in enumerate(texts)]


def _escaped(text: str, place: int, odd: Places, form: _Form) -> str:
    values = parted(text, form.between) if form.between else [text]
    if len(values) > MOST_VALUES:
        odd.add(place)
    written = [canonical(value).decode() for one in values if (value := one.strip())]
    return f"{form.before}{','.join(written)}{form.after}" if written else ""


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
