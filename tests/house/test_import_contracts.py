"""The import contracts hold, and each of them catches the import it is there to forbid."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# Where an import is planted, the import, and how the report must name it.
PLANTED = [
    ("matching/score.py", "import golden_records", "matching.score -> golden_records"),
    ("golden_records/survive.py", "from mdm import errors", "golden_records.survive -> mdm.errors"),
    ("mdm/errors.py", "import stewardship_ui", "mdm.errors -> stewardship_ui"),
    ("mdm/store/records.py", "from mdm.services import hub", "mdm.store.records -> mdm.services.hub"),
    ("mdm/services/reading/lookup.py", "from mdm import api", "mdm.services.reading.lookup -> mdm.api"),
    ("mdm/entity_types/values.py", "from mdm import log", "mdm.entity_types.values -> mdm.log"),
    ("mdm/store/history.py", "from mdm import publish", "mdm.store.history -> mdm.publish"),
    ("matching/block.py", "import random", "matching.block -> random"),
    ("golden_records/trust.py", "import time", "golden_records.trust -> time"),
    ("matching/rules.py", "import sqlalchemy", "matching.rules -> sqlalchemy"),
    ("mdm/ingest/rows.py", "from mdm.ingest import read", ".rows -> .read"),
    ("mdm/somewhere.py", '"""A module that no layer names."""', "mdm.somewhere"),
]


def lint_imports(directory: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the packages that stand in `directory`, and over no others."""
    run = (
        "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    command = [sys.executable, "-c", run, "--no-logo", "--no-cache", "--verbose"]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


@pytest.fixture
def house(tmp_path: Path, root: Path, packages: tuple[str, ...]) -> Path:
    """A copy of the packages, to plant imports in."""
    shutil.copy(root / "pyproject.toml", tmp_path)
    for package in packages:
        shutil.copytree(root / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    return tmp_path


def test_the_import_contracts_hold(house: Path) -> None:
    result = lint_imports(house)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_planted_import_is_caught(house: Path) -> None:
    for module, line, _ in PLANTED:
        with (house / module).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    result = lint_imports(house)
    report = " ".join(result.stdout.partition("Broken contracts")[2].split())
    assert [expected for *_, expected in PLANTED if expected not in report] == [], result.stdout
    assert result.returncode == 1
