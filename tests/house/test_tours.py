"""The pages that show commands were run as written: each command works, and prints what the page says it prints."""

import doctest
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import structlog

from mdm.cli.app import main
from mdm.store import schema
from mdm.store.database import Database

PAGES = (
    "README.md",
    "docs/tutorial.md",
    "docs/how-to/add-an-entity-type.md",
    "docs/how-to/map-a-file.md",
    "docs/how-to/run-it.md",
    "docs/how-to/map-codes.md",
    "docs/how-to/mend-rejected-rows.md",
    "docs/how-to/bring-an-old-master.md",
    "docs/how-to/send-snapshots.md",
    "docs/how-to/send-source-events.md",
    "docs/how-to/read-files.md",
    "docs/how-to/watch-quality.md",
    "docs/how-to/choose-values.md",
    "docs/how-to/date-values.md",
    "docs/how-to/ask-for-rates.md",
    "docs/how-to/override-a-value.md",
    "docs/how-to/search-before-create.md",
    "docs/how-to/release-new-rules.md",
    "docs/how-to/ask-what-the-hub-knew.md",
    "docs/how-to/find-divergence.md",
    "docs/how-to/follow-relations.md",
    "docs/how-to/gate-on-readiness.md",
    "docs/how-to/work-on-tasks.md",
    "docs/how-to/decide-with-care.md",
    "docs/how-to/read-a-report.md",
    "docs/how-to/match-any-file.md",
)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^<!-- file: (\S+) -->\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REFUSED = re.compile(r"^mdm: | is not ready for ", re.MULTILINE)
LIKE_THE_PAGE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def commands(page: str) -> Iterator[tuple[str, str]]:
    """Each command of a page, and what the page shows below it."""
    for block in CONSOLE.findall(page):
        for part in block.split("$ ")[1:] if block.startswith("$ ") else []:
            command, _, shown = part.partition("\n")
            yield command, shown


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """A command points the log at the standard error of its test, which is closed afterwards."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that has been migrated, and nothing more."""
    path = tmp_path_factory.mktemp("migrated") / "mdm.db"
    database = Database(f"sqlite:///{path}")
    schema.migrate(database)
    database.close()
    return path


@pytest.fixture
def page(request: pytest.FixtureRequest, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A page; the first two go all the way, for the others a file is copied where all migrations would run again."""
    name: str = request.param
    if name not in PAGES[:2]:
        monkeypatch.setattr(schema, "migrate", partial(_copy, migrated, schema.migrate))
    return name


def _copy(migrated: Path, migrate: Callable[[Database], None], database: Database) -> None:
    path = Path(str(database.url.database))
    if path.exists():
        migrate(database)
    else:
        shutil.copyfile(migrated, path)


@pytest.mark.parametrize("page", PAGES, indirect=True)
def test_a_page_with_commands_was_run_as_written(
    page: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (root / page).read_text(encoding="utf-8")
    shutil.copytree(root / "docs" / "tour", tmp_path / "docs" / "tour")
    for name, content in FILE.findall(text):
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    ran = 0
    for command, shown in commands(text):
        program, *arguments = shlex.split(command)
        assert program == "mdm", command
        with pytest.raises(SystemExit) as end:
            main(arguments)
        printed = "".join(capsys.readouterr())
        assert (end.value.code or 0) == (1 if REFUSED.search(shown) else 0), f"$ {command}\n{printed}"
        ok = doctest.OutputChecker().check_output(shown, printed, LIKE_THE_PAGE)
        assert ok, f"$ {command}\nthe page shows:\n{shown}\nbut it prints:\n{printed}"
        ran += 1
    assert ran >= 3


def test_a_shown_line_that_is_not_printed_is_noticed() -> None:
    [(command, shown)] = commands("```console\n$ mdm init\nThe hub is ready.\n...\n```\n")
    assert command == "mdm init"
    checker = doctest.OutputChecker()
    assert checker.check_output(shown, "The hub is ready.\nEntity types: customer\n", LIKE_THE_PAGE)
    assert not checker.check_output(shown, "The hub was there already.\n", LIKE_THE_PAGE)
