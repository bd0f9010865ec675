"""The hub works from an installed wheel as it does from the checkout: all modules, data files and migrations."""

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

IMPORT_ALL = """
import importlib, pathlib, pkgutil, sys
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    assert "site-packages" in package.__file__, package.__file__
    for module in pkgutil.walk_packages(package.__path__, name + "."):
        if not module.name.startswith("migrations.env"):  # Alembic runs it, inside a migration
            importlib.import_module(module.name)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, root: Path, repository_files: list[Path]) -> Path:
    """The wheel, built from what is in the repository and nothing else."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for path in repository_files:
        copy = source / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    run(
        "-m", "pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", built, source
    )
    [found] = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """A virtual environment with the wheel, which finds the packages it needs where these tests run."""
    place = tmp_path_factory.mktemp("installed")
    run("-m", "venv", "--without-pip", place)
    scheme = {"base": str(place), "platbase": str(place)}
    packages = Path(sysconfig.get_path("purelib", scheme="venv", vars=scheme))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "needed.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return place


def run(*arguments: object, python: str = sys.executable, cwd: Path | None = None) -> str:
    result = subprocess.run([python, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_every_file_of_the_packages_is_in_the_wheel(
    wheel: Path, root: Path, repository_files: list[Path], packages: tuple[str, ...]
) -> None:
    with zipfile.ZipFile(wheel) as archive:
        there = {name for name in archive.namelist() if ".dist-info/" not in name}
    wanted = {str(path.relative_to(root)) for path in repository_files if path.relative_to(root).parts[0] in packages}
    assert wanted - there == set()
    assert there - wanted == set()


@pytest.mark.verify
def test_every_module_can_be_imported_from_the_wheel(
    installed: Path, packages: tuple[str, ...], tmp_path: Path
) -> None:
    run("-I", "-c", IMPORT_ALL, *packages, python=str(installed / "bin" / "python"), cwd=tmp_path)


@pytest.mark.verify
def test_the_program_of_the_wheel_makes_a_hub(installed: Path, tmp_path: Path) -> None:
    python = str(installed / "bin" / "python")
    program = ("-I", "-c", "from mdm.cli.app import main; main()")
    assert "golden" in run(*program, "--help", python=python, cwd=tmp_path)
    assert "The hub is ready." in run(*program, "init", python=python, cwd=tmp_path)


def test_the_wheel_brings_the_program(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [entry_points] = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        assert "mdm = mdm.cli.app:main" in archive.read(entry_points).decode()
        assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())
