"""What the house tests look at: the repository, its packages, and the files that belong to it."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("mdm", "matching", "golden_records", "stewardship_ui", "migrations")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def packages() -> tuple[str, ...]:
    return PACKAGES


@pytest.fixture(scope="session")
def modules() -> dict[Path, ast.Module]:
    """Every Python module of the product, parsed; generated migrations are not written by hand."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(_written())}


@pytest.fixture(scope="session")
def repository_files() -> list[Path]:
    """Every file that is in git or would be added to it."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.fail(f"the house tests look at what git knows, and git says: {listed.stderr.strip()}")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def _written() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (path for path in (ROOT / package).rglob("*.py") if "versions" not in path.parts)
    yield ROOT / "docs" / "generate.py"
