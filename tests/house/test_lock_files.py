"""The lock files: every package exactly, with hashes, from no named place."""

import re
import tomllib
from pathlib import Path

import pytest

LOCKS = ("core.txt", "dev.txt")
PEERS = "bench.txt"  # what the benchmarks measure us against, in an environment of its own
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,_-]+\])?==([^ ;\\]+)(?: ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def pins(path: Path) -> set[tuple[str, str]]:
    found = [PINNED.match(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {(match[1], match[2]) for match in found if match}


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~ ;]", one)[0].lower().replace("_", "-") for one in requirements}


@pytest.mark.parametrize("lock", [*LOCKS, PEERS])
def test_each_line_pins_a_package_or_gives_a_hash_and_no_address(root: Path, lock: str) -> None:
    lines = (root / "requirements" / lock).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not PINNED.match(line) and not HASH.match(line)] == []
    without = [
        line
        for line, after in zip(lines, [*lines[1:], ""], strict=True)
        if PINNED.match(line) and not HASH.match(after)
    ]
    assert without == []


def test_the_packages_for_development_include_those_of_the_hub_in_the_same_versions(root: Path) -> None:
    core, dev = (pins(root / "requirements" / lock) for lock in LOCKS)
    assert core
    assert core - dev == set()


def test_everything_the_project_asks_for_is_locked(root: Path) -> None:
    document = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project = document["project"]
    asked = names([*project["dependencies"], *document["build-system"]["requires"]])
    locked = [{name for name, _ in pins(root / "requirements" / lock)} for lock in LOCKS]
    assert asked - locked[0] == set()
    assert (asked | names(project["optional-dependencies"]["dev"])) - locked[1] == set()
    wanted = (root / "requirements" / "bench.in").read_text(encoding="utf-8").splitlines()
    peers = names([line for line in wanted if not line.startswith("#")])
    assert peers - {name for name, _ in pins(root / "requirements" / PEERS)} == set()
