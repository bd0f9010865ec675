"""A firm leaves its old master: its crosswalk comes along, before or after the systems' own records."""

import random
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from mdm.ingest import Columns
from mdm.log import Author, Key
from mdm.services import rebuild, resolving
from mdm.services.deciding.decisions import verdict
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import crosswalk_files, ingest, snapshots
from mdm.services.intake.absences import pair_token
from mdm.services.intake.ingest import File
from mdm.services.reading import lookup
from mdm.settings import Settings
from mdm.store import digests, log
from tests.conftest import AUTHOR
from tests.forked import FORKING, forked

FIRMS = 24
Step = Callable[[Hub], object]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """CRM and ERP spell their customers too differently to match, and the old master knows which are one."""
    rnd = random.Random(7)
    crm, erp, old = ["id,name"], ["id,name"], ["source,entity_type,source_id,master_id"]
    for number in range(FIRMS):
        crm.append(f"C{number},Kunde {number * 7919}")
        erp.append(f"E{number},Debitor {number * 104729}")
        old += [f"crm,customer,C{number},M{number}", f"erp,customer,E{number},M{number}"]
    old.append("psa,customer,P1,M1")  # never arrives
    old[1:] = rnd.sample(old[1:], len(old) - 1)
    for name, lines in (("crm", crm), ("erp", erp), ("old", old)):
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def take(files: Path, source: str) -> Step:
    if source == "old":
        return lambda hub: crosswalk_files.ingest_crosswalk(hub, str(files / "old.csv"), author=AUTHOR)
    file = File(str(files / f"{source}.csv"), source, "customer", Columns())
    return lambda hub: ingest.ingest_file(hub, file, author=AUTHOR)


def clusters(hub: Hub) -> list[list[str]]:
    with hub.database.read() as reader:
        rows = reader.rows("SELECT golden, source_id FROM source_record WHERE golden IS NOT NULL AND NOT deleted")
    found: dict[int, list[str]] = {}
    for golden, source_id in rows:
        found.setdefault(golden, []).append(source_id)
    return sorted(sorted(members) for members in found.values())


@pytest.mark.parametrize("chunk", [13, pytest.param(5_000, marks=pytest.mark.verify)])
def test_the_crosswalk_first_or_last_gives_the_same_clusters(
    sqlite_template: Path, tmp_path: Path, files: Path, chunk: int
) -> None:
    told = set()
    for number, order in enumerate((["old", "crm", "erp"], ["crm", "erp", "old"], ["crm", "old", "erp"])):
        path = tmp_path / f"hub{number}.db"
        path.write_bytes(sqlite_template.read_bytes())
        hub = open_hub(Settings(database_url=f"sqlite:///{path}", ingest_chunk=chunk, resolve_chunk=chunk))
        for source in order:
            take(files, source)(hub)
        assert clusters(hub) == sorted(sorted((f"C{n}", f"E{n}", f"M{n}")) for n in range(FIRMS))
        assert {lookup.xref(hub, Key("master", "customer", f"M{n}"))["status"] for n in range(FIRMS)} == {"active"}
        with hub.database.read() as reader:
            told.add(digests.neutral(reader))
        if source == "erp":
            assert rebuild.verify(hub).match
        hub.close()
    assert len(told) == 1


def test_a_steward_who_disagrees_with_the_old_master_is_asked_and_not_overruled(hub: Hub, files: Path) -> None:
    for source in ("crm", "erp"):
        take(files, source)(hub)
    left, right = Key("crm", "customer", "C1"), Key("erp", "customer", "E1")
    verdict(hub, left, right, "distinct", reason="two firms of one name", author=AUTHOR)
    take(files, "old")(hub)
    assert lookup.xref(hub, left)["golden_id"] != lookup.xref(hub, right)["golden_id"]
    with hub.database.read() as reader:
        assert reader.rows("SELECT kind FROM task WHERE status = 'open' AND kind <> 'review'") == [("contradiction",)]
    assert rebuild.verify(hub).match


def run(url: str, path: Path, what: str, author: Author, started: Connection) -> None:
    """Ingest a file in small chunks: the old master's crosswalk, or a snapshot of a source."""
    hub = open_hub(Settings(database_url=url, ingest_chunk=10, resolve_chunk=20))
    started.send(True)
    if what == "old":
        crosswalk_files.ingest_crosswalk(hub, str(path), author=author)
    else:
        snapshots.ingest_snapshot(hub, File(str(path), what, "customer", Columns()), author=author, allow_short=True)


def moment(number: int) -> str:
    return f"2026-03-02T09:30:{number:02}.000000Z"


def complete(hub: Hub, number: int) -> bool:
    """Whether a snapshot run was through, though it was killed before its process ended."""
    with hub.database.read() as reader:
        last = log.latest(reader, "snapshot", pair_token(hub.salt, "crm", "customer"))
        done = reader.rows("SELECT id FROM batch WHERE started_at = ? AND finished_at IS NOT NULL", moment(number))
    return last is not None and (last.body["batch"],) in done


def killed(url: str, path: Path, what: str, *, number: int, after: float) -> bool:
    """Run in a process of its own, kill it after some seconds, and say whether it had ended by itself."""
    heard, started = FORKING.Pipe(duplex=False)
    with forked(run, url, path, what, Author("test", moment(number)), started) as process:
        started.close()
        heard.recv()
        time.sleep(after)
        process.kill()
        process.join()
        assert process.exitcode in {-signal.SIGKILL, 0}
    return process.exitcode == 0


@pytest.mark.parametrize(
    ("database", "kills"),
    [
        ("sqlite", 1),
        pytest.param("sqlite", 6, marks=pytest.mark.verify),
        pytest.param("postgres", 6, marks=pytest.mark.verify),
    ],
)
def test_a_killed_crosswalk_is_finished_by_running_it_again(
    request: pytest.FixtureRequest, files: Path, database: str, kills: int
) -> None:
    url, delays = request.getfixturevalue(f"{database}_url"), random.Random(kills)
    for number in range(kills):
        killed(url, files / "old.csv", "old", number=number, after=delays.uniform(0, 0.2))
    hub = open_hub(Settings(database_url=url))
    summary = crosswalk_files.ingest_crosswalk(hub, str(files / "old.csv"), author=AUTHOR)
    assert summary.accepted + summary.unchanged == summary.rows == 2 * FIRMS + 1
    with hub.database.read() as reader:
        facts = dict(reader.rows("SELECT kind, count(*) FROM log WHERE kind IN ('record', 'crosswalk') GROUP BY kind"))
    assert facts == {"record": FIRMS, "crosswalk": 2 * FIRMS + 1}
    assert rebuild.verify(hub).match
    hub.close()


@pytest.mark.parametrize(
    ("database", "kills"),
    [
        ("sqlite", 1),
        pytest.param("sqlite", 6, marks=pytest.mark.verify),
        pytest.param("postgres", 6, marks=pytest.mark.verify),
    ],
)
def test_a_killed_snapshot_that_is_run_again_counts_once(
    request: pytest.FixtureRequest, files: Path, tmp_path: Path, database: str, kills: int
) -> None:
    """Killed however often, the first export without some records deletes none of them; the next one deletes all."""
    url, delays = request.getfixturevalue(f"{database}_url"), random.Random(kills)
    hub = open_hub(Settings(database_url=url))
    take(files, "crm")(hub)
    lines = (files / "crm.csv").read_text(encoding="utf-8").splitlines()
    less = tmp_path / "less.csv"
    less.write_text("\n".join(lines[:-10]) + "\n", encoding="utf-8")
    numbers = iter(range(60))
    for round_, living in ((1, FIRMS), (2, FIRMS - 10)):
        ended = False
        for _ in range(kills):
            if not ended:
                number = next(numbers)
                ended = killed(url, less, "crm", number=number, after=delays.uniform(0, 0.2)) or complete(hub, number)
        if not ended:
            author = Author("test", f"2026-03-03T09:30:0{round_}.000000Z")
            file = File(str(less), "crm", "customer", Columns())
            snapshots.ingest_snapshot(hub, file, author=author, allow_short=True)
        resolving.resolve_all(hub, author=AUTHOR)
        with hub.database.read() as reader:
            assert reader.one("SELECT count(*) FROM source_record WHERE NOT deleted") == (living,)
    assert rebuild.verify(hub).match
    hub.close()
