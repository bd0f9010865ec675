"""What a system's file says is what the firm holds, read back through the mapping file; its bad rows are refused."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mdm.demo import exports
from mdm.demo.books import Load
from mdm.demo.exports import entity_type, mapping
from mdm.demo.firm import Firm, exported, firm, mapping_file, write
from mdm.demo.vocabulary import documents
from mdm.ingest import Columns, Incoming, Rejected
from mdm.ingest.read import read_chunks
from mdm.ingest.reading import Reading
from mdm.ingest.take import expected, take

Taken = dict[str, list[Incoming | Rejected]]


@pytest.fixture(scope="module")
def demo() -> Firm:
    return firm()


@pytest.fixture(scope="module")
def folder(demo: Firm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = tmp_path_factory.mktemp("firm")
    write(demo, written)
    return written


@pytest.fixture(scope="module")
def taken(demo: Firm, folder: Path) -> Taken:
    """What ingest makes of every file, in the order of its rows."""
    return {load.name: list(items(load, folder)) for load in demo.loads}


def items(load: Load, folder: Path) -> Any:
    of, said = entity_type(load.entity_type), mapping(load)
    rows = read_chunks(str(folder / load.file), reading=Reading(None, None, expected(of, Columns(), said)))
    return take(rows, of, source=load.source, file=load.file, columns=Columns(), mapping=said)


def plain(row: dict[str, Any], load: Load) -> dict[str, Any]:
    """The attributes of a row as they should arrive."""
    separators = {one.into: one.by for one in mapping(load).concatenate}
    several = {name for name, one in entity_type(load.entity_type).attributes.items() if one.many}
    dated = entity_type(load.entity_type).dated
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name not in {"id", "updated", "deleted"}:
            found[name] = separators[name].join(value) if isinstance(value, tuple) else value
            if name in several and not isinstance(value, list):
                found[name] = [value]
            if name in dated:
                found[name] = [{"value": value}]
    return found


def comparable(attributes: dict[str, Any], *, lines: bool) -> dict[str, Any]:
    """Attributes without what a format writes in another way: zeros behind a point, an end that is open."""
    kept = {name: value for name, value in attributes.items() if name not in {"lines", "list_price"}}
    if lines:
        kept["lines"] = [
            (line.get("role"), line.get("grade"), float(line["rate"]), line.get("valid_from"), end(line))
            for line in attributes.get("lines", [])
        ]
    return kept


def end(line: dict[str, Any]) -> str | None:
    return None if line.get("valid_to") in {None, "9999-12-31"} else line["valid_to"]


def test_every_file_is_read_back_as_the_firm_holds_it(demo: Firm, taken: Taken) -> None:
    for load in demo.loads:
        good = [item for item in taken[load.name] if isinstance(item, Incoming)]
        rows = demo.files[load.name]
        assert [item.source_id for item in good] == [row["id"] for row in rows], load.name
        for item, row in zip(good, rows, strict=True):
            assert item.merged_into == row.get("merged_into")
            if item.mode == "put":
                lines = "lines" in entity_type(load.entity_type).attributes
                wanted = comparable(plain(row, load), lines=lines)
                assert comparable(item.attributes, lines=lines) == wanted, f"{load.name} {item.source_id}"


def test_exactly_the_bad_rows_are_refused(demo: Firm, taken: Taken) -> None:
    files = exported(demo)
    for load in demo.loads:
        refused = {item.line for item in taken[load.name] if isinstance(item, Rejected)}
        assert refused == {line for _, line in files[load.file].bad}, load.name


def test_rows_are_bad_in_many_ways(demo: Firm) -> None:
    sorts = Counter(what for one in exported(demo).values() for what, _ in one.bad)
    assert len(sorts) >= 14
    assert sum(sorts.values()) >= 100


def test_the_files_are_of_five_formats(demo: Firm) -> None:
    endings = {load.file.removeprefix(load.name) for load in demo.loads}
    assert endings == {".csv", ".tsv", ".jsonl", ".jsonl.gz", ".parquet"}
    assert exports.FORMATS["erp"].delimiter == ";"


def test_every_file_comes_with_its_mapping_and_the_codes_with_theirs(demo: Firm, folder: Path) -> None:
    assert {mapping_file(load) for load in demo.loads} == {
        f"mappings/{path.name}" for path in folder.glob("mappings/*")
    }
    assert {path.name for path in folder.glob("code_lists/*")} == set(documents())


def test_columns_are_named_differently_in_every_system(demo: Firm) -> None:
    names = {load.source: set(mapping(load).rename) for load in demo.loads if load.entity_type == "legal_entity"}
    assert len(names) == 7
    assert not set.intersection(*names.values())
