"""Puts what pydantic finds wrong with a document into words: one fault a place, with the nearest word."""

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mdm.entity_types.attribute import ATTRIBUTE_NAME, ENTITY_TYPE_NAME, PREFIX
from mdm.entity_types.nearest import hint
from mdm.errors import Fault

Path = tuple[str | int, ...]


_LOWER = "lower-case letters, digits and _, starting with a letter"
_PATTERNS = {
    ENTITY_TYPE_NAME: _LOWER,
    PREFIX: "up to 16 lower-case letters and digits, starting with a letter",
    ATTRIBUTE_NAME: "letters, digits, _ and single spaces or hyphens, starting with a letter",
}


def pointer(path: Path) -> str:
    """Write a path as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def faults_of(error: ValidationError, model: type[BaseModel], document: object) -> list[Fault]:
    """List what is wrong with a document that `model` does not take.

    What a tried alternative says of a whole value gives way to what another says of its inside.
    """
    found: dict[Path, Fault] = {}
    for details in error.errors(include_url=False):
        path = _real(details, document)
        found.setdefault(path, _fault(details, path, model))
    innermost = [
        fault
        for path, fault in found.items()
        if not any(len(other) > len(path) and other[: len(path)] == path for other in found)
    ]
    # A misspelt key is the cause of the missing one beside it, so it is said first.
    return sorted(innermost, key=lambda fault: fault.rule != "unknown_key")


def _real(details: ErrorDetails, document: object) -> Path:
    """Leave out the parts of pydantic's location that name an alternative of a type, not a place."""
    path: list[str | int] = []
    for part in details["loc"]:
        if isinstance(document, dict) and part in document:
            document = document[part]
        elif isinstance(document, list) and isinstance(part, int):
            document = document[part] if part < len(document) else None
        elif not (details["type"] == "missing" and part == details["loc"][-1]):
            continue
        path.append(part)
    return tuple(path)


def _fault(details: ErrorDetails, path: Path, model: type[BaseModel]) -> Fault:
    kind, value = details["type"], details["input"]
    if kind == "extra_forbidden":
        word = str(path[-1])
        valid = members(model, details["loc"][:-1])
        return Fault(pointer(path), f"unknown key {word!r}{hint(word, valid)}", "unknown_key")
    if kind == "missing":
        return Fault(pointer(path), f"{path[-1]!r} is missing", "missing")
    if kind == "literal_error" and isinstance(value, str):
        valid = {word.strip("'") for word in details["ctx"]["expected"].replace(" or ", ", ").split(", ")}
        return Fault(pointer(path), f"unknown word {value!r}{hint(value, valid)}", "unknown_word", value)
    if kind == "string_pattern_mismatch":
        where = _PATTERNS.get(details["ctx"]["pattern"], f"the pattern is {details['ctx']['pattern']}")
        return Fault(pointer(path), f"{value!r} is not a name that can stand here: {where}", "name", value)
    words = details["msg"].removeprefix("Value error, ")
    plain = value if isinstance(value, str | int | float | bool) else None
    shown = "" if plain is None or repr(plain) in words else f": {plain!r}"
    return Fault(pointer(path), f"{words}{shown}", kind, plain)


def members(model: object, location: Path) -> set[str]:
    """List the keys that may stand at a location, as pydantic tells it, of a document of this type."""
    here: list[object] = [model]
    for part in location:
        here = [inner for annotation in here for inner in _step(annotation, part)]
    return {name for annotation in here for name in _fields(annotation)}


def _fields(annotation: object) -> Iterator[str]:
    for one in _alternatives(annotation):
        if isinstance(one, type) and issubclass(one, BaseModel):
            yield from one.model_fields


def _alternatives(annotation: object) -> Iterator[object]:
    if get_origin(annotation) is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for one in get_args(annotation):
            yield from _alternatives(one)
    else:
        yield annotation


def _step(annotation: object, part: str | int) -> Iterator[object]:
    for one in _alternatives(annotation):
        origin, arguments = get_origin(one), get_args(one)
        if isinstance(one, type) and issubclass(one, BaseModel):
            # A part that is no field names this alternative: it stands at the same place.
            yield one.model_fields[part].annotation if part in one.model_fields else one
        elif origin is dict:
            yield arguments[1]
        elif origin in (list, tuple):
            yield arguments[0]
