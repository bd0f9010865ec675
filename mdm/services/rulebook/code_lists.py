"""Code lists: install them, say what a source means by a value, and see what is unmapped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from mdm.code_lists import CodeList, CodeLists, CodeMapping, Document, ambiguous, fold, parse, suggest
from mdm.entity_types import hint
from mdm.entity_types.faults import faults_of, pointer
from mdm.errors import Conflict, Fault, InvalidInput, NotFound
from mdm.log import Author, Fact
from mdm.services.entering import enter
from mdm.services.hub import Hub, read_code_lists
from mdm.services.resolving import resolve_arrived
from mdm.store import code_lists as stored
from mdm.store.database import Transaction
from mdm.store.xref import NOW

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Applied:
    """A list or a mapping that was applied: how much of it was new, and where it stands in the log (0: nowhere)."""

    code_list: str
    source: str | None
    changed: int
    position: int

    @property
    def decision_id(self) -> str | None:
        """The decision that a new mapping is, to take it back by; a list is none."""
        return f"dec_{self.position}" if self.position and self.source is not None else None

    @property
    def document(self) -> Answer:
        """As commands and HTTP give it."""
        return {
            "code_list": self.code_list, "source": self.source, "changed": self.changed,
            "decision_id": self.decision_id, "seq": self.position or None,
        }  # fmt: skip


def listed(hub: Hub) -> list[Answer]:
    """Every code list: `{"code_list", "label", "codes", "mappings"}`, the last two as counts."""
    with hub.database.read() as reader:
        found = hub.code_lists(reader)
    return [
        {
            "code_list": name, "label": one.label or name, "codes": len(one.codes),
            "mappings": sum(value.code_list == name for value in found.mappings),
        }
        for name, one in sorted(found.lists.items())
    ]  # fmt: skip


def get(hub: Hub, name: str) -> Answer:
    """One code list: `{"code_list", "label", "codes": {code: {"label", "aliases"}}, "mappings": [...]}`.

    A mapping is `{"source", "value", "code", "seq"}`.

    Raises:
        NotFound: there is no such list; names the nearest.
    """
    with hub.database.read() as reader:
        found = known(hub.code_lists(reader), name)
        mapped = stored.mappings(reader, NOW, name)
    return {
        "code_list": name,
        "label": found.label or name,
        "codes": {code: {"label": one.label, "aliases": list(one.aliases)} for code, one in found.codes.items()},
        "mappings": [
            {"source": row.source, "value": row.value, "code": row.code, "seq": row.position} for row in mapped
        ],
    }


def apply(hub: Hub, text: str, *, file: str, author: Author) -> Applied:
    """Install or replace a code list, or say what a source means by its values; what is so already changes nothing.

    Every record that holds a value whose code is another one now is resolved again.

    Raises:
        InvalidRules: the document is not valid; names the place and the nearest word.
        NotFound: a mapping is of a list that there is not.
    """
    return take(hub, [parse(text, file=file)], author=author)[0]


def change(
    hub: Hub, name: str, source: str, mapped: Mapping[str, str | None], *, reason: str, author: Author
) -> Applied:
    """Say which codes a source means by its values, everywhere and at once; None takes a mapping away.

    Raises:
        InvalidInput: one of the codes is none of the list's; names the nearest.
    """
    document = {"code_list": name, "source": source, "map": dict(mapped), "reason": reason}
    try:
        mapping = CodeMapping.model_validate(document)
    except ValidationError as error:
        faults = faults_of(error, CodeMapping, document)
    else:
        faults = list(ambiguous(mapping))
    if faults:
        raise InvalidInput(f"this cannot be mapped: {faults[0].detail}", faults=faults)
    return take(hub, [mapping], author=author)[0]


def take(hub: Hub, documents: Sequence[Document], *, author: Author) -> list[Applied]:
    """Take lists and mappings into the log in one transaction, and resolve what they change."""
    with hub.database.write() as writer:
        writer.lock_log()
        done = [_take_one(writer, document, author) for document in documents]
    if any(one.position for one in done):
        resolve_arrived(hub, author=author)
    return done


def take_back(hub: Hub, position: int, *, reason: str, author: Author) -> Applied | None:
    """Take back the mapping at a position of the log: each of its values is mapped as before; None if there is none.

    Raises:
        Conflict: one of its values has been mapped anew since.
    """
    with hub.database.read() as reader:
        rows = stored.mapped_at(reader, position)
        if not rows:
            return None
        name, source = rows[0].code_list, rows[0].source
        last, before = (
            {row.folded: row for row in stored.said_last(reader, upto, name) if row.source == source}
            for upto in (NOW, position - 1)
        )
        codes = known(hub.code_lists(reader), name).codes
    if anew := [row for row in rows if last[row.folded].position != position]:
        raise Conflict(f"dec_{position} is not in force: {anew[0].value!r} has been mapped anew since")
    earlier = {row.value: before[row.folded].code if row.folded in before else None for row in rows}
    kept = {value: code if code in codes else None for value, code in earlier.items()}
    return take(hub, [CodeMapping(code_list=name, source=source, map=kept, reason=reason)], author=author)[0]


def known(found: CodeLists, name: str) -> CodeList:
    """A list that there is; NotFound names the nearest."""
    if name not in found.lists:
        raise NotFound(f"there is no code list {name!r}{hint(name, found.lists)}")
    return found.lists[name]


def suggestions(found: CodeLists, name: str, value: str) -> list[Answer]:
    """The codes of a list that a value is nearest to; none while there is no such list."""
    return [dict(one) for one in suggest(found.lists[name], value)] if name in found.lists else []


def _take_one(writer: Transaction, document: Document, author: Author) -> Applied:
    found = read_code_lists(writer)
    if isinstance(document, CodeList):
        if found.lists.get(document.code_list) == document:
            return Applied(document.code_list, None, 0, 0)
        position = _append(writer, "code_list", document.model_dump(mode="json", exclude_none=True), author)
        return Applied(document.code_list, None, len(document.codes), position)
    new = _new(writer, document, known(found, document.code_list))
    if not new:
        return Applied(document.code_list, document.source, 0, 0)
    body = {**document.model_dump(mode="json"), "map": new}
    return Applied(document.code_list, document.source, len(new), _append(writer, "code_mapping", body, author))


def _new(writer: Transaction, document: CodeMapping, code_list: CodeList) -> dict[str, str | None]:
    """The values of a mapping that are mapped otherwise, or not at all, as yet."""
    faults = [
        _no_code(code_list, value, code)
        for value, code in document.map.items()
        if code is not None and code not in code_list.codes
    ]
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise InvalidInput(f"{faults[0].detail}{more}", faults=faults)
    rows = stored.mappings(writer, NOW, document.code_list)
    there = {row.folded: row.code for row in rows if row.source == document.source}
    return {value: code for value, code in document.map.items() if there.get(fold(value)) != code}


def _no_code(code_list: CodeList, value: str, code: str) -> Fault:
    detail = f"{code_list.code_list} has no code {code!r}{hint(code, code_list.codes)}"
    return Fault(pointer(("map", value)), detail, "unknown_code", code)


def _append(writer: Transaction, kind: Any, body: Answer, author: Author) -> int:
    position = enter(writer, Fact(kind, None, body), author=author)
    stored.keep(writer, kind, body, position=position)
    return position
