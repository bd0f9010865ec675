"""Malformed files of every format go the whole way into a hub: no crash, no hang, no half-commit, faults located.

Each file goes through the real ingest into a real hub in SQLite, which all files of a format share: it is the log
and quarantine that are compared before and after. Every 200 files the hub is made anew.
"""

import faulthandler
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from mdm.errors import HubError
from mdm.ingest import Columns
from mdm.log import Author
from mdm.services import rebuild
from mdm.services.hub import Hub, open_hub
from mdm.services.intake.ingest import File, Summary, ingest_file
from mdm.settings import Settings
from tests.stories.malformed import FORMATS, VALID, corpus, files

FILES_A_HUB = 200
HANGS = 120
"""Seconds after which a file counts as one that hangs: far more than a loaded machine needs for any."""


@dataclass
class Mill:
    """Takes in one file after the other, and looks at what each has left."""

    template: Path
    folder: Path
    format: str
    hub: Hub | None = None
    taken: int = 0
    slowest: float = 0.0
    became: dict[str, int] = field(default_factory=dict)

    def run(self, content: bytes) -> None:
        """Take in one file: it is refused and leaves nothing, or every row of it is accounted for."""
        hub = self.hub = self._hub()
        path = self.folder / f"file{self.taken}.{self.format}"
        path.write_bytes(content)
        self.taken += 1
        author = Author("test", f"2026-03-01T09:30:00.{self.taken:06}Z")
        before = self._facts()
        started = time.perf_counter()
        try:
            summary = ingest_file(hub, File(str(path), "crm", "customer", Columns()), author=author)
        except HubError as refusal:
            self._refused(refusal.detail, path.name, before)
        else:
            self._accounted(summary, before)
            self._count("accepted" if not summary.quarantined else "some rejected" if summary.accepted else "rejected")
        finally:
            self.slowest = max(self.slowest, time.perf_counter() - started)
            path.unlink()

    def _refused(self, detail: str, name: str, before: list[int]) -> None:
        assert "\n" not in detail
        assert name in detail
        assert self._facts() == before, detail
        self._count("refused")

    def _accounted(self, summary: Summary, before: list[int]) -> None:
        assert summary.rows == summary.accepted + summary.unchanged + summary.quarantined
        assert self._facts()[0] == before[0] + summary.accepted
        assert self.hub is not None
        with self.hub.database.read() as reader:
            rows = reader.rows("SELECT line, rule, raw, detail FROM quarantine WHERE file = ?", summary.file)
            pending = reader.one("SELECT count(*) FROM batch WHERE finished_at IS NULL")
        assert len(rows) <= summary.quarantined  # the same row twice is kept once
        assert bool(rows) == bool(summary.quarantined)
        for line, rule, raw, detail in rows:
            assert line > 0
            assert rule
            assert detail
            assert raw or self.format == "parquet"  # a row of parquet has no text of its own
        assert pending == (0,)

    def _facts(self) -> list[int]:
        assert self.hub is not None
        with self.hub.database.read() as reader:
            return [row[0] for query in _COUNTED for row in reader.rows(query)]

    def _hub(self) -> Hub:
        """The hub of the next file: a new one after so many files."""
        if self.hub is not None and self.taken % FILES_A_HUB:
            return self.hub
        self.close()
        path = self.folder / f"hub{self.taken}.db"
        shutil.copyfile(self.template, path)
        return open_hub(Settings(database_url=f"sqlite:///{path}"))

    def _count(self, what: str) -> None:
        self.became[what] = self.became.get(what, 0) + 1

    def close(self) -> None:
        """Derive the hub again from its log: what stands is what the log gives."""
        if self.hub is not None:
            assert rebuild.verify(self.hub).match
            self.hub.close()


_COUNTED = (
    "SELECT count(*) FROM log WHERE kind = 'record'",
    "SELECT count(*) FROM quarantine",
    "SELECT count(*) FROM batch",
)


@pytest.fixture(params=FORMATS)
def mill(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> Iterator[Mill]:
    """A mill for each format; a file that hangs ends the run with the place where it stands."""
    made = Mill(sqlite_template, tmp_path, request.param)
    yield made
    made.close()
    print(f"{made.format}: {made.taken} files, slowest {made.slowest:.2f} s, {made.became}")  # noqa: T201  for -s


def _through(mill: Mill, examples: int) -> None:
    @settings(
        max_examples=examples, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(files(mill.format))
    def each(content: bytes) -> None:
        faulthandler.dump_traceback_later(HANGS, exit=True)
        try:
            mill.run(content)
        finally:
            faulthandler.cancel_dump_traceback_later()

    run: Callable[[], None] = each
    run()


def test_the_valid_files_are_taken_whole(mill: Mill) -> None:
    mill.run(VALID[mill.format])
    assert mill.became == {"accepted": 1}


def test_malformed_files_neither_crash_nor_leave_half_of_themselves(mill: Mill) -> None:
    """A sample of each format; `make verify` takes two thousand."""
    for content in corpus(mill.format)[::4]:
        mill.run(content)
    _through(mill, 50 - mill.taken)
    assert mill.taken >= 50


@pytest.mark.verify
def test_two_thousand_malformed_files_neither_crash_nor_leave_half_of_themselves(mill: Mill) -> None:
    for content in corpus(mill.format):
        mill.run(content)
    _through(mill, 2_000 - mill.taken)
    assert mill.taken >= 2_000
