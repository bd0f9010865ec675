"""The documentation is complete: words, promises, references, links and changes."""

import re
import runpy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from mdm.cli.app import app
from mdm.settings import Settings

WORDS = """
    source; source record; entity type; attribute; kind; standardise; blocking key; candidate pair; comparison; level;
    match weight; match rule; outcome of a pair; edge; verdict; decision; cluster; cross-reference; xref; crosswalk;
    golden record; golden ID; contribution; survivorship; strategy; trust; override; lineage; steward task; merge;
    split; redirect; outbox; publish; change feed; rules version; quarantine; must-link; snapshot;
    validity rule; grade; completeness; validity; uniqueness; timeliness; divergence; readiness; tick; dry run;
    step; conflict; forecast; weak bridge; proposal; hold; approval; bulk decision;
    claim; lease; skip; snooze; escalate; assign; value at stake; key; account; session
"""
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
PROMISE = re.compile(r"^## (P\d+) .+$", re.MULTILINE)
HOLDER = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def command_names(command: Any, name: str = "mdm") -> list[str]:
    below = getattr(command, "commands", None)
    if below is None:
        return [name]
    return [full for word, one in below.items() if not one.hidden for full in command_names(one, f"{name} {word}")]


def headings(path: Path) -> set[str]:
    """The anchors that a page offers, as readers of Markdown make them from its headings."""
    titles = re.findall(r"^#+ (.+)$", read(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_generated_pages_are_current(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate = runpy.run_path(str(root / "docs" / "generate.py"))
    assert generate["main"](["--check"]) == 0, capsys.readouterr().err


def test_every_command_stands_in_the_reference_with_an_example(root: Path) -> None:
    page = read(root / "docs/reference/cli.md")
    sections = dict(re.findall(r"^## (mdm [^\n]+)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    assert sections.keys() == set(command_names(get_command(app)))
    assert [name for name, section in sections.items() if "Example:" not in section] == []


def test_every_setting_stands_in_the_reference_with_what_it_does(root: Path) -> None:
    page = read(root / "docs/reference/settings.md")
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} needs a description"
        assert f"`MDM_{name.upper()}`" in page


def test_the_glossary_defines_every_word(root: Path) -> None:
    defined = re.findall(r"^\*\*(.+)\*\*\n: \S", read(root / "docs/glossary.md"), re.MULTILINE)
    assert {word.strip() for word in WORDS.split(";")} - set(defined) == set()
    assert len(defined) == len(set(defined))


def test_every_promise_names_tests_that_exist_or_says_that_it_is_not_yet_held(root: Path) -> None:
    page = read(root / "docs/invariants.md")
    _, *parts = PROMISE.split(page)
    promises = dict(zip(parts[::2], parts[1::2], strict=True))
    assert list(promises) == [f"P{number}" for number in range(1, 14)]
    for promise, text in promises.items():
        assert HOLDER.search(text) or "Not yet held" in text, promise
        for file, name in HOLDER.findall(text):
            assert (root / file).is_file(), f"{promise}: {file}"
            assert re.search(rf"^\s*(?:async )?def {name}\(", read(root / file), re.MULTILINE), f"{promise}: {name}"


def test_every_link_leads_somewhere(repository_files: list[Path], root: Path) -> None:
    broken = []
    for page in [path for path in repository_files if path.suffix == ".md"]:
        for target in LINK.findall(re.sub(r"```.*?```", "", read(page), flags=re.DOTALL)):
            file, _, anchor = target.partition("#")
            if "://" in target:
                continue
            leads_to = (page.parent / file).resolve() if file else page
            if not leads_to.exists() or (anchor and anchor not in headings(leads_to)):
                broken.append(f"{page.relative_to(root)}: {target}")
    assert broken == []


def test_every_decision_record_is_listed(root: Path) -> None:
    folder = root / "docs/decisions"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", read(folder / "README.md")) == records
    numbers = [int(name[:4]) for name in records]
    assert numbers == sorted(set(numbers)), "a number is given once; one may be kept free for work under way"


def test_the_change_log_has_a_place_for_what_is_unreleased(root: Path) -> None:
    assert re.search(r"^## Unreleased$", read(root / "CHANGELOG.md"), re.MULTILINE)


@pytest.mark.parametrize(
    "target", ["demo", "test", "verify", "soak", "check", "bench", "docs", "screenshots", "browser", "help"]
)
def test_make_knows_the_target(root: Path, target: str) -> None:
    result = subprocess.run(["make", "--dry-run", target], cwd=root, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("target", ["screenshots", "browser"])
def test_a_target_that_needs_a_browser_says_what_to_install(root: Path, target: str, tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text(read(root / "Makefile"), encoding="utf-8")
    # As if everything else were installed.
    for name in ("requirements/dev.txt", "requirements/browser.txt", "pyproject.toml", ".venv/bin/python", ".venv/dev",
                 ".venv/browser", "bin/nothing"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    make, nothing = shutil.which("make"), {"PATH": str(tmp_path / "bin")}
    assert make
    result = subprocess.run([make, target], cwd=tmp_path, env=nothing, capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert result.stderr.startswith(f"make {target}: no Chromium here"), result.stderr
    assert "apt-get install chromium" in result.stderr
