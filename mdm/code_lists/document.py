"""Reads code lists and mappings from YAML, strictly: each fault names the file, the place and the nearest word."""

from collections.abc import Iterable, Iterator
from importlib import resources
from typing import TypeAlias

from pydantic import ValidationError

from mdm.code_lists.models import CodeList, CodeMapping, Spelling
from mdm.code_lists.spelling import fold
from mdm.code_lists.world import countries, currencies
from mdm.entity_types.faults import faults_of, pointer
from mdm.entity_types.strict_yaml import invalid, load
from mdm.errors import Fault

Document: TypeAlias = "CodeList | CodeMapping"


def parse(text: str, *, file: str) -> Document:
    """Make a code list or a mapping of a YAML document; `file` is only named in errors.

    Raises:
        InvalidRules: with one fault for each thing that is wrong.
    """
    document = load(text, file)
    if not isinstance(document, dict):
        raise invalid(file, [Fault("", "the document is not a mapping that starts with code_list:", "yaml")])
    model = CodeMapping if document.keys() & {"map", "source"} else CodeList
    try:
        found: Document = model.model_validate(document)
    except ValidationError as error:
        raise invalid(file, [_in_quotes(fault) for fault in faults_of(error, model, document)]) from None
    if faults := list(ambiguous(found)):
        raise invalid(file, faults)
    return found


def ambiguous(document: Document) -> Iterator[Fault]:
    """A fault for each spelling that leads to two codes."""
    if isinstance(document, CodeList):
        yield from _twice(document.written)
    else:
        yield from _twice((("map", value), value, code or "no code") for value, code in document.map.items())


def shipped() -> dict[str, CodeList]:
    """Give the code lists that come with the hub, by name."""
    folder = resources.files("mdm.code_lists") / "shipped"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    parsed = [parse(file.read_text(encoding="utf-8"), file=file.name) for file in files]
    lists = [one for one in parsed if isinstance(one, CodeList)]
    return {one.code_list: one for one in [*lists, currencies(), countries()]}


def _twice(written: Iterable[Spelling]) -> Iterator[Fault]:
    first: dict[str, tuple[str, str]] = {}
    for path, text, code in written:
        known, where = first.setdefault(fold(text), (code, text))
        if known != code:
            detail = f"{text!r} leads to two codes, {known} (as {where!r}) and {code}"
            yield Fault(pointer(path), detail, "two_codes", text)


def _in_quotes(fault: Fault) -> Fault:
    """YAML reads 7 and NO as a number and as false: say what to do about it."""
    if fault.rule != "string_type":
        return fault
    return Fault(fault.pointer, f"{fault.detail}; write it in quotes", fault.rule, fault.value)
