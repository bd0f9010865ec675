"""Malformed files: a corpus of nasty ones, and mutations of valid ones, drawn by Hypothesis."""

import csv
import gzip
import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import orjson
import pyarrow as pa
import pyarrow.parquet
from hypothesis import strategies as st

ROWS = [
    {"id": "1", "name": "Waldsee Medizintechnik AG", "tax_id": "DE136695976", "email": "info@waldsee.example"},
    {"id": "2", "name": 'Blackwell "B" Engineering, Ltd', "tax_id": "", "email": "a@b.example;c@d.example"},
    {"id": "3", "name": "Søren & Söhne\nKøbenhavn", "tax_id": "x", "email": ""},
    {"id": "4", "name": "株式会社", "tax_id": "4711", "email": "x@y.example"},
]
COLUMNS = list(ROWS[0])


def as_csv(rows: list[dict[str, Any]], delimiter: str = ",") -> bytes:
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, COLUMNS, delimiter=delimiter, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def as_jsonl(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def as_xlsx(rows: list[dict[str, Any]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append([row[name] for name in COLUMNS])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    written = io.BytesIO()
    pyarrow.parquet.write_table(pa.Table.from_pylist(rows), written)
    return written.getvalue()


VALID: dict[str, bytes] = {
    "csv": as_csv(ROWS),
    "tsv": as_csv(ROWS, "\t"),
    "jsonl": as_jsonl(ROWS),
    "xlsx": as_xlsx(ROWS),
    "parquet": as_parquet(ROWS),
    "csv.gz": gzip.compress(as_csv(ROWS), mtime=0),
}
FORMATS = tuple(VALID)
PIECES = (
    b"\0", b'"', b"'", b"\r", b"\n", b"\r\n", b",", b"\t", b";", b"\xff", b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf",
    b"\x1b[2J", b"\xed\xa0\x80", b"1e999", b"9" * 400, b"-0", b"NaN", b"{", b"[" * 3_000, b'{"a":' * 2_000, b"\\ud800",
    b"null", b"true", b"sep=;\n", b"PK\x03\x04", b"\x1f\x8b", b"PAR1", b"=cmd()", "\u202e".encode(), b"\x85", b"\x0c",
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, valid: bytes) -> bytes:
    """A valid file with one to six accidents: bytes flipped, cut out, doubled, moved, or put in between."""
    content = bytearray(valid)
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(len(content) - 1, 0)))
        end = min(len(content), place + draw(st.integers(0, 40)))
        accident = draw(st.sampled_from(("flip", "cut", "double", "swap", "piece", "end", "byte")))
        if accident == "flip" and content:
            content[place] ^= 1 << draw(st.integers(0, 7))
        elif accident == "cut":
            del content[place:end]
        elif accident == "double":
            content[place:place] = content[place:end]
        elif accident == "swap":
            moved = bytes(content[place:end])
            del content[place:end]
            content[len(content) // 2 : len(content) // 2] = moved
        elif accident == "piece":
            content[place:place] = draw(st.sampled_from(PIECES))
        elif accident == "end":
            del content[place:]
        elif content:
            content[place] = draw(st.integers(0, 255))
    return bytes(content)


CELLS = st.one_of(
    st.text(max_size=12), st.sampled_from(['"', '""', "a\nb", "\0", "1" * 500, "é", "\ud7ff", " ", "true", "1e400"])
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=6,
)


@st.composite
def ragged(draw: st.DrawFn, delimiter: str) -> bytes:
    """Lines of cells of any number, with quotes wherever; sometimes in another encoding."""
    lines = draw(st.lists(st.lists(CELLS, max_size=6), max_size=8))
    header = [COLUMNS] if draw(st.booleans()) else []
    text = draw(st.sampled_from(["\n", "\r\n", "\r"])).join(delimiter.join(cells) for cells in [*header, *lines])
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-16", "utf-32", "cp1252", "cp932"])), "replace")


@st.composite
def inside_of_xlsx(draw: st.DrawFn) -> bytes:
    """A sound zip whose parts are not: the accidents reach the XML."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(VALID["xlsx"])) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if ("sheet1" in name or "sharedStrings" in name or name == "xl/workbook.xml") and draw(st.booleans()):
                part = draw(mutated(part))
            new.writestr(name, part)
    return made.getvalue()


@st.composite
def strange_sheet(draw: st.DrawFn) -> bytes:
    """A sound workbook with a sheet of any cells in any places."""
    plain = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
    values = st.one_of(
        plain, st.integers(-(10**18), 10**18), st.floats(allow_nan=False, allow_infinity=False), st.booleans(),
        st.none(), st.dates(), st.times(), st.datetimes(), st.timedeltas(), st.sampled_from(["=1/0", "#N/A", "id"]),
    )  # fmt: skip
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in draw(st.lists(st.lists(values, max_size=5), max_size=2)) if draw(st.booleans()) else []:
        sheet.append(row)
    if draw(st.integers(0, 3)):
        sheet.append(COLUMNS)
    for row in draw(st.lists(st.lists(values, max_size=6), max_size=6)):
        sheet.append(row)
    written = io.BytesIO()
    try:
        book.save(written)
    except (ValueError, OverflowError):  # a date before the calendar of spreadsheets begins
        return b""
    return written.getvalue()


@st.composite
def objects(draw: st.DrawFn) -> bytes:
    """Lines of JSON of any shape, under names that are known or not."""
    names = st.one_of(
        st.sampled_from([*COLUMNS, "attributes", "version", "event_time", "deleted"]), st.text(max_size=4)
    )
    rows = draw(st.lists(st.dictionaries(names, VALUES, max_size=5), max_size=6))
    # With json of the standard library: orjson refuses much of what a system might write all the same.
    import json

    return "\n".join(json.dumps(row) for row in rows).encode()


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """A sound parquet file with columns of types that attributes seldom are."""
    types = [pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32(), pa.timestamp("us"), pa.binary(),
             pa.list_(pa.string()), pa.decimal128(9, 2), pa.null()]  # fmt: skip
    known = [*COLUMNS, "address.city", "version", "event_time", "deleted"]
    names = draw(st.lists(st.sampled_from(known), min_size=1, max_size=5, unique=draw(st.booleans())))
    names = [*(name for name in ("id", "name") if name not in names), *names] if draw(st.booleans()) else names
    count = draw(st.integers(0, 4))
    arrays = []
    for _ in names:
        kind = draw(st.sampled_from(types))
        values = [None if draw(st.booleans()) else draw(_OF[str(kind)]) for _ in range(count)]
        arrays.append(pa.array(values, kind))
    written = io.BytesIO()
    pyarrow.parquet.write_table(pa.Table.from_arrays(arrays, names=names), written)
    return written.getvalue()


_OF: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(max_size=8), "int64": st.integers(-(2**63), 2**63 - 1), "double": st.floats(),
    "bool": st.booleans(), "date32[day]": st.dates(), "timestamp[us]": st.datetimes(), "binary": st.binary(max_size=8),
    "list<item: string>": st.lists(st.text(max_size=4), max_size=3), "list<element: string>": st.lists(st.text()),
    "decimal128(9, 2)": st.decimals(-999, 999, places=2), "null": st.none(),
}  # fmt: skip
SHAPED: dict[str, Callable[[], st.SearchStrategy[bytes]]] = {
    "csv": lambda: ragged(","),
    "tsv": lambda: ragged("\t"),
    "jsonl": objects,
    "xlsx": lambda: st.one_of(inside_of_xlsx(), strange_sheet()),
    "parquet": tables,
    "csv.gz": lambda: st.one_of(ragged(";"), mutated(VALID["csv"])).map(lambda text: gzip.compress(text, mtime=0)),
}


CONTAINERS = frozenset({"xlsx", "parquet", "csv.gz"})


def files(format_: str) -> st.SearchStrategy[bytes]:
    """Malformed files: text is mostly mutated; a mutated container seldom opens, so there the inside is strange."""
    whole, shaped = mutated(VALID[format_]), SHAPED[format_]()
    return st.one_of(whole, shaped, shaped, shaped) if format_ in CONTAINERS else st.one_of(whole, whole, shaped)


def corpus(format_: str) -> list[bytes]:
    """Files that have broken readers: empty, of one byte, of another format, cut at every eighth, with each piece."""
    valid = VALID[format_]
    cuts = [valid[: len(valid) * part // 8] for part in range(8)]
    pieces = [valid[: len(valid) // 2] + piece + valid[len(valid) // 2 :] for piece in PIECES]
    fronts = [piece + valid for piece in PIECES]
    others = [content for name, content in VALID.items() if name != format_]
    return [*cuts, *pieces, *fronts, *others, b"\0" * 1_000, b"\xff" * 1_000, b"\n" * 1_000, b'"' * 1_001, valid * 2]
