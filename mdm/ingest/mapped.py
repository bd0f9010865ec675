"""Turns rows as they stand in a file into rows with attributes for columns, as a mapping says."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from mdm.entity_types import hint
from mdm.errors import UnreadableFile
from mdm.ingest.formats import COUNTED, Format, boolean_format, cell_reader, date_format, day_after, number_format
from mdm.ingest.mapping import Concatenate, Mapping, Split
from mdm.ingest.parts import Parts
from mdm.ingest.rows import RefusalError, Rejected, Row

MOST_PLANS = 1_000
"""Sets of columns whose plan is remembered: lines of jsonl may each have their own."""

Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is done to rows with one set of columns: `moves` are (column, target)."""

    readers: tuple[tuple[str, Callable[[object], object]], ...]
    moves: tuple[tuple[str, str], ...]
    splits: tuple[Split, ...]
    joins: tuple[Concatenate, ...]


def mapped(rows: Iterable[Row | Rejected], mapping: Mapping, *, file: str) -> Iterator[Row | Rejected]:
    """Apply a mapping to each row, or say why it cannot be; in the order of the rows, lines and raw text kept.

    Raises:
        UnreadableFile: a file of cells lacks a column that the mapping names, or would fill a target twice.
    """
    readers = _readers(mapping)
    plans: dict[tuple[str, ...], _Plan] = {}
    for row in rows:
        if isinstance(row, Rejected):
            yield row if row.parts is None else row._replace(parts=row.parts._replace(mapping=mapping.version))
            continue
        columns = tuple(row.values)
        apart = Parts(row.values, row.typed, mapping=mapping.version)
        try:
            if (plan := plans.get(columns)) is None:
                if len(plans) >= MOST_PLANS:
                    plans.clear()
                if not row.typed:
                    _all_there(mapping, columns, file)
                plan = plans[columns] = _plan(mapping, readers, columns)
            values = _changed(row.values, mapping, plan)
            yield row._replace(values=_nested(values) if row.typed else values, apart=apart)
        except RefusalError as no:
            if no.rule == "filled_twice" and not row.typed:
                raise UnreadableFile(f"{file}: {no.detail}") from None
            yield Rejected(file, row.line, no.column, no.value, no.rule, no.detail, row.raw, apart)


def named_as_in_file(rejected: Rejected, mapping: Mapping) -> Rejected:
    """Name the column that a rejected row's attribute came from, where one column alone did."""
    for column, target in mapping.rename.items():
        if target == rejected.column:
            return rejected._replace(column=column)
    for split in mapping.split:
        if rejected.column in split.into:
            return rejected._replace(column=split.column)
    return rejected


def _readers(mapping: Mapping) -> dict[str, Callable[[object], object]]:
    forms: dict[str, tuple[str, Format | None]] = dict.fromkeys(mapping.many, ("many", None))
    forms |= {column: ("date", date_format(one)) for column, one in mapping.dates.items()}
    forms |= {column: ("date", day_after(forms.get(column, ("", None))[1])) for column in mapping.inclusive}
    forms |= {
        column: ("number", number_format(one.decimal, one.thousands, one.minor_units))
        for column, one in mapping.numbers.items()
    }
    forms |= {
        column: ("boolean", boolean_format(one.when_true, one.when_false)) for column, one in mapping.booleans.items()
    }
    counted = {column for column, pattern in mapping.dates.items() if pattern in COUNTED}
    counted |= {column for column, one in mapping.numbers.items() if one.minor_units}
    return {
        column: cell_reader(column, rule, form, mapping.many.get(column), counts=column in counted)
        for column, (rule, form) in forms.items()
    }


def _all_there(mapping: Mapping, columns: Collection[str], file: str) -> None:
    for path, column in mapping.columns():
        if column not in columns:
            raise UnreadableFile(
                f"{file}: no column {column!r}, which the mapping names under {path[0]}{hint(column, columns)}"
            )


def _plan(mapping: Mapping, readers: dict[str, Callable[[object], object]], columns: tuple[str, ...]) -> _Plan:
    splits = tuple(one for one in mapping.split if one.column in columns)
    joins = tuple(one for one in mapping.concatenate if any(column in columns for column in one.columns))
    used = {*mapping.drop, *(one.column for one in splits), *(column for one in joins for column in one.columns)}
    moves = tuple(
        (column, mapping.rename.get(column, column))
        for column in columns
        if column in mapping.rename or column not in used
    )
    filled = {target for path, target in mapping.targets() if path[0] != "rename"}
    for column, target in moves:
        if target in filled:
            detail = f"{target!r} is filled by column {column!r} and by another; drop or rename one"
            raise RefusalError(column, None, "filled_twice", detail)
        filled.add(target)
    return _Plan(tuple((name, readers[name]) for name in columns if name in readers), moves, splits, joins)


def _changed(values: Values, mapping: Mapping, plan: _Plan) -> Values:
    if plan.readers:
        values = {**values, **{column: read(values[column]) for column, read in plan.readers}}
    found = {target: values[column] for column, target in plan.moves}
    for split in plan.splits:
        found.update(_split(values[split.column], split))
    for joined in plan.joins:
        texts = [_text(values.get(column), column, "concatenate") for column in joined.columns]
        found[joined.into] = joined.by.join(text for text in texts if text)
    for target, value in mapping.constant.items():
        found[target] = str(value)
    return found


def _split(value: object, split: Split) -> Iterator[tuple[str, object]]:
    text = _text(value, split.column, "split")
    parts = text.split(split.by) if text else [""] * len(split.into)
    if len(parts) != len(split.into):
        detail = f"{split.column} has {len(parts)} parts between {split.by!r}, where {len(split.into)} are expected"
        raise RefusalError(split.column, text, "split", detail)
    return zip(split.into, (part.strip() for part in parts), strict=True)


def _text(value: object, column: str, rule: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value).strip()
    raise RefusalError(column, None, rule, f"{column} is no text, but a {type(value).__name__}")


def _nested(values: Values) -> Values:
    """Put `address.city` and its like into objects, and several values into lists, as jsonl writes them."""
    if isinstance(values.get("attributes"), dict):
        detail = "a mapping is for flat rows, and this one has its attributes in an object"
        raise RefusalError("attributes", None, "mapping", detail)
    found: Values = {}
    for name, value in values.items():
        attribute, dot, field = name.partition(".")
        if not dot:
            found[name] = list(value) if isinstance(value, tuple) else value
            continue
        inside = found.setdefault(attribute, {})
        if not isinstance(inside, dict):
            detail = f"{attribute!r} is filled both as a whole and by its fields"
            raise RefusalError(name, None, "filled_twice", detail)
        if value not in ("", None):
            found[attribute] = {**inside, field: value}
    return found
