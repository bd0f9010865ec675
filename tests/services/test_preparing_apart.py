"""A large file is read by a process of its own, and nothing but the time that it takes shows it."""

import gzip
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.csv
import pyarrow.parquet
import pytest

from mdm.errors import Fault, InvalidInput, Unavailable, UnreadableFile
from mdm.ingest import Columns
from mdm.ingest.mapping import parse_mapping
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import preparing_apart
from mdm.services.intake.ingest import Summary, ingest_file
from mdm.services.intake.preparing import File
from mdm.settings import Settings
from tests.conftest import AUTHOR

ROWS = 1_000
CHUNK = 250
NAMED = "id,name,email,updated\n"
GOOD = [
    f"{number},Company {number},office@company{number}.example,2024-01-{number % 28 + 1:02}" for number in range(ROWS)
]
BAD = [
    "7,Company 7,,2024-01-08",
    '8,"Company\n8",,2024-02-01',
    "9,Company 9,,on Monday",
    "10,Company 10",
    '11,"Company',
]
TEXT = NAMED + "\n".join([*GOOD, *BAD]) + "\n"
MAPPING = "rename: {id: id, name: name, email: email, updated: event_time}\ndates: {updated: '%Y-%m-%d'}\n"
RATES = "id,name,lines.role,lines.currency,lines.rate,lines.valid_from\n" + "".join(
    f"{number // 3},Card {number // 3},Consultant,EUR,{100 + number % 3},2024-0{number % 3 + 1}-01\n"
    for number in range(ROWS)
)
# One that starts the process at once, says which it is, and waits until it is told to go on.
STARTER = """
import subprocess, sys, time
from mdm.cli.app import main
from mdm.services.intake import ingest, preparing_apart
preparing_apart.LARGE = 0
class Popen(subprocess.Popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        print(self.pid, flush=True)
preparing_apart.Popen = Popen
written = ingest._write
def slowly(*arguments):
    found = written(*arguments)
    print("acknowledged", flush=True)
    time.sleep(1)
    return found
ingest._write = slowly
main(["ingest", sys.argv[1], "--source", "crm", "--type", "customer", "--event-time", "updated"])
"""


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list["subprocess.Popen[bytes]"]]:
    """Has every file read by a process of its own from then on; gives the processes that were started."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: Any, **options: Any) -> "subprocess.Popen[bytes]":
        started.append(subprocess.Popen(*arguments, **options))
        return started[-1]

    def begin() -> list["subprocess.Popen[bytes]"]:
        monkeypatch.setattr(preparing_apart, "LARGE", 0)
        monkeypatch.setattr(preparing_apart, "Popen", start)
        return started

    return begin


@pytest.fixture
def hubs(sqlite_template: Path, tmp_path: Path) -> tuple[Hub, Hub]:
    """Two fresh hubs that are alike to their salt."""
    made = []
    for name in ("one.db", "other.db"):
        (tmp_path / name).write_bytes(sqlite_template.read_bytes())
        made.append(open_hub(Settings(database_url=f"sqlite:///{tmp_path / name}", ingest_chunk=CHUNK)))
    return made[0], made[1]


def written(folder: Path, name: str, text: str = TEXT) -> Path:
    """Write a file of rows; of the forms that hold no bad rows, without those."""
    path = folder / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode("cp1252")))
    elif name.endswith(".parquet"):
        (folder / "rows.csv").write_text(NAMED + "\n".join([*GOOD, BAD[0]]) + "\n", encoding="utf-8")
        pyarrow.parquet.write_table(pyarrow.csv.read_csv(folder / "rows.csv"), path)
    elif name.endswith(".xlsx"):
        book = openpyxl.Workbook()
        for row in ["A title", *text.splitlines()]:
            book.active.append(row.split(","))  # type: ignore[union-attr]
        book.save(path)
    else:
        path.write_text(text, encoding="utf-8")
    return path


def held(hub: Hub) -> dict[str, list[tuple[Any, ...]]]:
    """All that a file leaves behind, but for the random salts and what is bound to them."""
    facts = "SELECT log.position, kind, entity_type, actor, key_token, CAST(body AS TEXT) FROM log JOIN payload"
    with hub.database.read() as reader:
        return {
            "facts": reader.rows(f"{facts} ON payload.position = log.position WHERE kind = 'record' ORDER BY 1"),
            "batches": reader.rows("SELECT * FROM batch"),
            "quarantine": reader.rows("SELECT * FROM quarantine ORDER BY id"),
        }


def taken(hub: Hub, file: File, how: str | None) -> tuple[Summary, list[tuple[int, bool]]]:
    """Take a file in; gives its summary without the time, and how far it said it was, and whether it knew its share."""
    told: list[tuple[int, bool]] = []
    mapping = None if how is None else parse_mapping(how, hub.entity_type(file.entity_type), file="mapping.yaml")
    summary = ingest_file(
        hub, replace(file, mapping=mapping), author=AUTHOR, resolve=False,
        progress=lambda rows, share: told.append((rows, share is not None and 0 < share <= 1)),
    )  # fmt: skip
    return replace(summary, seconds=0), told


@pytest.mark.parametrize(
    ("name", "text", "entity_type"),
    [
        ("rows.csv", TEXT, "customer"),
        ("rows.parquet", TEXT, "customer"),
        pytest.param("mapped.csv", TEXT, "customer", marks=pytest.mark.verify),
        pytest.param("rates.csv", RATES, "rate_card", marks=pytest.mark.verify),
        pytest.param("rows.csv.gz", TEXT.replace("Company", "Größe"), "customer", marks=pytest.mark.verify),
        pytest.param("rows.xlsx", TEXT, "customer", marks=pytest.mark.verify),
        pytest.param("rows.jsonl", '{"id": 1, "name": "Acme"}\n{"id": 2}\n[', "customer", marks=pytest.mark.verify),
    ],
)  # fmt: skip
def test_the_log_is_the_same_wherever_a_file_is_read(
    hubs: tuple[Hub, Hub], tmp_path: Path, apart: Any, name: str, text: str, entity_type: str
) -> None:
    how = MAPPING if name == "mapped.csv" else None
    columns = Columns(event_time="updated" if "updated" in text and how is None else None)
    file = File(str(written(tmp_path, name, text)), "crm", entity_type, columns)
    here = taken(hubs[0], file, how)
    started = apart()
    there = taken(hubs[1], file, how)
    assert [process.returncode is not None for process in started] == [True]
    assert there == here
    assert held(hubs[1]) == held(hubs[0])
    assert held(hubs[1])["facts"]


def test_a_small_file_and_a_stream_start_no_process(sqlite_hub: Hub, tmp_path: Path, apart: Any) -> None:
    path = written(tmp_path, "rows.csv")
    file = File(str(path), "crm", "customer", Columns(event_time="updated"))
    assert ingest_file(sqlite_hub, file, author=AUTHOR, resolve=False).rows == ROWS + len(BAD)
    started = apart()
    with path.open("rb") as stream:
        summary = ingest_file(sqlite_hub, replace(file, path="-", stream=stream), author=AUTHOR, resolve=False)
    assert (summary.file, summary.accepted, started) == ("standard input", 0, [])


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_the_process_that_reads_loads_nothing_that_it_does_not_use(
    sqlite_hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    python, *rest = preparing_apart.COMMAND
    monkeypatch.setattr(preparing_apart, "COMMAND", (python, "-X", "importtime", *rest))
    monkeypatch.setattr(preparing_apart, "LARGE", 0)
    taken(sqlite_hub, File(str(written(tmp_path, name)), "crm", "customer", Columns(None, None, "updated")), None)
    loaded = {line.rpartition("|")[2].strip() for line in capfd.readouterr().err.splitlines()}
    assert "pyarrow.lib" in loaded
    assert not loaded & {"pandas.core.frame", "scipy.sparse", "sqlalchemy", "fastapi"}


@pytest.mark.parametrize("text", ["id,nmae\n1,Acme\n", "id,name\n1,Größe\n"])
def test_the_error_of_a_file_that_cannot_be_read_arrives_whole(
    hubs: tuple[Hub, Hub], tmp_path: Path, apart: Any, text: str
) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(text.encode("cp1252") + b"2,\x81\x8d\n")
    file, errors = File(str(path), "crm", "customer", Columns(), encoding="utf-8" if "ö" in text else None), []
    for hub in hubs:
        with pytest.raises(UnreadableFile) as caught:
            ingest_file(hub, file, author=AUTHOR)
        errors.append((caught.value.detail, caught.value.faults, caught.value.extra, str(caught.value)))
        started = apart()
    assert errors[0] == errors[1]
    assert [process.returncode is not None for process in started] == [True]
    assert held(hubs[1]) == held(hubs[0]) == {"facts": [], "batches": [], "quarantine": []}


def test_an_error_keeps_its_faults_on_the_way_between_processes() -> None:
    error = InvalidInput("no", faults=[Fault("/name", "is required", "required", None)], extra={"hint": "yes"})
    arrived = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(arrived), arrived.detail, arrived.faults) == (InvalidInput, "no", error.faults)
    assert (arrived.extra, str(arrived)) == ({"hint": "yes"}, "no")


def test_a_process_that_is_killed_is_noticed_and_what_was_acknowledged_stays(
    hubs: tuple[Hub, Hub], tmp_path: Path, apart: Any
) -> None:
    many = [f"{number},{'Company ' * 50}{number},,2024-01-01" for number in range(10 * CHUNK)]
    path = written(tmp_path, "many.csv", NAMED + "\n".join(many) + "\n")
    file = File(str(path), "crm", "customer", Columns(event_time="updated"))
    started = apart()
    acknowledged: list[int] = []

    def kill(rows: int, share: float | None) -> None:
        acknowledged.append(rows)
        started[0].kill()

    with pytest.raises(Unavailable, match=r"many\.csv: the process that read it was killed \(SIGKILL\); what was ack"):
        ingest_file(hubs[0], file, author=AUTHOR, progress=kill)
    assert acknowledged[-1] < len(many)
    with hubs[0].database.read() as reader:
        count = reader.one("SELECT count(*) FROM log WHERE kind = 'record'")
        (batch,) = reader.rows("SELECT accepted, finished_at FROM batch")
    assert count == (batch[0],)
    assert batch[0] >= acknowledged[-1]
    assert (batch[0] % CHUNK, batch[1]) == (0, None)
    again = ingest_file(hubs[0], file, author=AUTHOR, resolve=False)
    assert (again.accepted, again.unchanged) == (len(many) - batch[0], batch[0])


@pytest.mark.parametrize(
    ("until", "sent"),
    [
        ("acknowledged", signal.SIGKILL),
        ("started", signal.SIGINT),
        pytest.param("started", signal.SIGKILL, marks=pytest.mark.verify),
        pytest.param("acknowledged", signal.SIGINT, marks=pytest.mark.verify),
    ],
)
def test_no_process_is_left_behind_by_one_that_is_killed_or_interrupted(
    sqlite_url: str, tmp_path: Path, until: str, sent: signal.Signals
) -> None:
    many = [f"{number},{'Company ' * 50}{number},,2024-01-01" for number in range(5_000)]
    path = written(tmp_path, "many.csv", NAMED + "\n".join(many) + "\n")
    command = [sys.executable, "-c", STARTER, str(path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "MDM_DATABASE_URL": sqlite_url, "MDM_INGEST_CHUNK": str(CHUNK)},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert int(process.stdout.readline())
        if until == "acknowledged":
            assert process.stdout.readline() == "acknowledged\n"
        os.killpg(process.pid, sent)  # as a terminal does: all of the command, but for what stands apart
        # The process that reads holds standard error open too: this ends when both have ended.
        said = process.communicate()[1]
    told = "mdm: interrupted; a hub keeps what was acknowledged, and the same command goes on from there\n"
    assert said == (told if sent == signal.SIGINT else "")
    assert process.returncode == (130 if sent == signal.SIGINT else -sent)
