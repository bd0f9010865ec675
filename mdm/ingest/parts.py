"""A rejected row taken apart into its columns, kept so that it can be mended and read again."""

from typing import NamedTuple

import orjson

from mdm.ingest.columns import Columns


class Parts(NamedTuple):
    """The values of a row by column, whether they carry types of their own, and the columns that the caller named.

    A cell that the row does not have is None; `values` is empty where the row cannot be taken apart. `mapping` is
    the version of the mapping that makes attributes of the columns; `lines` are the rows of a record that has several.
    `crosswalk`: it is a row of a crosswalk and not of source records.
    """

    values: dict[str, object]
    typed: bool = False
    columns: Columns = Columns()
    mapping: str | None = None
    lines: tuple[int, ...] = ()
    crosswalk: bool = False


def uneven(header: list[str], cells: list[str]) -> dict[str, object]:
    """Take apart a row of too few or too many cells: None for a missing one, `cell 4` and so on for those left over."""
    names = header + [f"cell {number}" for number in range(len(header) + 1, len(cells) + 1)]
    return {name: cells[place] if place < len(cells) else None for place, name in enumerate(names)}


def written(parts: Parts | None) -> str | None:
    """Write parts as text for the database; what JSON cannot hold counts as a row that cannot be taken apart."""
    if parts is None:
        return None
    named = [parts.columns.id, parts.columns.version, parts.columns.event_time]
    rest = [parts.typed, named, parts.mapping, parts.lines, parts.crosswalk]
    try:
        return orjson.dumps([parts.values, *rest]).decode()
    except orjson.JSONEncodeError:  # half a surrogate pair, nested too deeply, or a number of over 64 bits
        return orjson.dumps([{}, *rest]).decode()


def parsed(text: str | None) -> Parts:
    """Read what `written` wrote."""
    if text is None:
        return Parts({}, typed=True)
    values, typed, named, *rest = orjson.loads(text)
    mapping, lines, crosswalk = rest or (None, (), False)  # rows that were kept before mappings were have none of these
    return Parts(values, typed, Columns(*named), mapping, tuple(lines), crosswalk)
