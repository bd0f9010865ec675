"""What each system calls a role and a unit, and the mapping documents that say so."""

from functools import cache
from importlib.resources import files

from mdm.code_lists import CodeMapping, parse, shipped
from mdm.code_lists.spelling import fold
from mdm.demo.words import table

ROLES = tuple(row["code"] for row in table("role_words"))


def role(source: str, code: str) -> str:
    """Say a role as the system does."""
    return _words("role_words")[code][source]


def unit(source: str, code: str) -> str:
    """Say a unit as the system does."""
    return _words("unit_words")[code][source]


@cache
def _words(name: str) -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in table(name)}


@cache
def documents() -> dict[str, str]:
    """Give the shipped mapping documents: by file name, what a system means by its own codes."""
    folder = files("mdm.demo") / "code_lists"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".yaml"))
    return {name: (folder / name).read_text(encoding="utf-8") for name in names}


@cache
def _mapped() -> frozenset[tuple[str, str, str]]:
    parsed = [parse(text, file=name) for name, text in documents().items()]
    mappings = [one for one in parsed if isinstance(one, CodeMapping)]
    return frozenset((one.code_list, one.source, fold(value)) for one in mappings for value in one.map)


@cache
def _known(code_list: str) -> frozenset[str]:
    return frozenset(fold(text) for _, text, _ in shipped()[code_list].written)


def is_mapped(code_list: str, source: str, value: str) -> bool:
    """Say whether the hub knows what a system means by the value: by its mapping document, or by the list."""
    return (code_list, source, fold(value)) in _mapped() or fold(value) in _known(code_list)
