"""Files are prepared in chunks that memory can hold, whatever the length of their rows."""

import io

import pytest

from mdm.entity_types import EntityType
from mdm.ingest import Columns
from mdm.services.hub import Hub
from mdm.services.intake import preparing
from mdm.services.intake.preparing import File, Work, prepared_chunks, reading_of

ROWS = 2_000


@pytest.fixture
def customer(sqlite_hub: Hub) -> EntityType:
    """The entity type whose records the files hold."""
    return sqlite_hub.entity_type("customer")


def work(customer: EntityType, *, name: str, most: int, ending: str = "csv") -> Work:
    """Work on a file in memory, each row of which has this name."""
    rows = (f"{number},{name}\n" for number in range(ROWS))
    if ending == "jsonl":
        rows = (f'{{"id": {number}, "name": "{name}"}}\n' for number in range(ROWS))
    text = ("id,name\n" if ending == "csv" else "") + "".join(rows)
    file = File("-", "crm", "customer", Columns(), stream=io.BytesIO(text.encode()))
    return Work(file, customer, reading_of(file, customer), b"salt", "batch", most)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_chunk_has_as_many_records_as_is_set(customer: EntityType, ending: str) -> None:
    chunks = list(prepared_chunks(work(customer, name="Acme", most=750, ending=ending)))
    assert [len(chunk) for chunk in chunks] == [750, 750, 500]


def test_chunks_of_rows_by_column_are_full_whatever_is_read_together(customer: EntityType) -> None:
    chunks = list(prepared_chunks(work(customer, name="Acme", most=700)))
    assert [len(chunk) for chunk in chunks] == [700, 700, 600]


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_chunk_of_long_rows_has_fewer_so_that_memory_stays_bounded(
    customer: EntityType, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(preparing, "LONGEST_CHUNK", 1 << 20)
    longest_part = preparing.AT_ONCE * 1_250  # the rows that are prepared together, with what facts have around them
    lengths, lines = [], 0
    for chunk in prepared_chunks(work(customer, name="x" * 1_000, most=20_000, ending=ending)):
        lengths.append(len(chunk.facts.bodies))
        lines += len(chunk)
    assert lines == ROWS
    assert len(lengths) > 1
    assert max(lengths) <= (1 << 20) + longest_part
