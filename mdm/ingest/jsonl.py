"""Reads jsonl: one JSON object a line."""

import json
from collections.abc import Iterator
from typing import TextIO

from mdm.ingest.parts import Parts
from mdm.ingest.reading import Reading
from mdm.ingest.rows import Rejected, Row


def read_jsonl(text: TextIO, file: str, *, reading: Reading) -> Iterator[Row | Rejected]:
    """Read one object from each line that is not blank."""
    del reading  # each line names its columns itself
    for line, raw in enumerate(text, start=1):
        if raw.isspace():
            continue
        try:
            value = json.loads(raw, object_pairs_hook=_members, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            words = str(error) if isinstance(error, ValueError) else "nested too deeply"
            yield _malformed(file, line, f"not a JSON object: {words}", raw)
            continue
        if isinstance(value, dict):
            yield Row(line, value, raw, typed=True)
        else:
            detail = f"a JSON object is expected, not a {type(value).__name__}"
            yield _malformed(file, line, detail, raw)


def _malformed(file: str, line: int, detail: str, raw: str) -> Rejected:
    return Rejected(file, line, None, None, "malformed_json", detail, raw, Parts({}, typed=True))


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"member {twice!r} is given twice")
    return members


def _no_number(word: str) -> object:
    raise ValueError(f"{word} is not a JSON number")
