"""What must not stand in any file of the repository: places of one machine, and hosts of package registries."""

import re
from pathlib import Path

# Put together here so that this file does not find itself.
_HOSTS = [
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("npmjs", "org"),
    ("npmjs", "com"),
    ("crates", "io"),
    ("deb.debian", "org"),
]
HOSTS = re.compile("|".join(re.escape(".".join(parts)) for parts in _HOSTS), re.IGNORECASE)
_PLACES = ["home", "root", "work", "Users", "opt", "mnt"]
PLACES = re.compile(rf"(?<![\w.:/<>*{{}}$\"'-])[\"'`(]?/(?:{'|'.join(_PLACES)})/[\w.-]+")
LARGEST = 1_000_000


def text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def test_no_file_names_a_package_registry(repository_files: list[Path], root: Path) -> None:
    found = [str(path.relative_to(root)) for path in repository_files if HOSTS.search(text(path))]
    assert found == []


def test_no_file_names_a_place_of_one_machine(repository_files: list[Path], root: Path) -> None:
    found = [
        f"{path.relative_to(root)}: {match[0]}"
        for path in repository_files
        if path != Path(__file__)
        for match in PLACES.finditer(text(path))
    ]
    assert found == []


def test_no_file_is_large(repository_files: list[Path], root: Path) -> None:
    large = {str(path.relative_to(root)): path.stat().st_size for path in repository_files}
    assert {name: size for name, size in large.items() if size > LARGEST} == {}


def test_the_search_for_places_finds_them() -> None:
    assert PLACES.search('open("' + "/ho" + 'me/jane/hub.db")')
    assert PLACES.search("path = " + "/wo" + "rk/main")
    assert not PLACES.search("GET https://hub.example/work/items")
