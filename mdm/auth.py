"""Who may do what, and who may see what: the one policy of the API, the UI, exports and feeds.

The policy is two tables, so that it can be read at a glance: what a role may do, and which values it sees.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from mdm.entity_types import Attribute, EntityType, Privacy
from mdm.errors import Forbidden

Role = Literal["reader", "source", "steward", "approver", "auditor", "admin"]
Action = Literal[
    "ingest", "look up", "read golden records", "read the feed", "read tasks", "decide", "approve", "read quarantine",
    "mend quarantine", "read rules", "apply rules", "read statistics",
    "read code lists", "map codes", "apply code lists", "read access", "manage access", "read agreement",
    "audit",
]  # fmt: skip
ROLES: tuple[Role, ...] = get_args(Role)
ACTIONS: tuple[Action, ...] = get_args(Action)
PEOPLE: tuple[Role, ...] = tuple(role for role in ROLES if role != "source")
"""The roles that a person can have; a source is a program."""

_READ: frozenset[Action] = frozenset(
    {"look up", "read golden records", "read the feed", "read rules", "read statistics", "read code lists"}
)
_STEWARD: frozenset[Action] = _READ | {"read tasks", "decide", "read quarantine", "mend quarantine", "map codes"}
MAY: dict[Role, frozenset[Action]] = {
    "reader": _READ,
    "source": frozenset({"ingest", "look up", "read quarantine", "mend quarantine"}),
    "steward": _STEWARD,
    "approver": _STEWARD | {"approve", "read agreement"},
    "auditor": _READ | {"read tasks", "read quarantine", "read access", "read agreement", "audit"},
    "admin": frozenset(ACTIONS),
}
_OPEN: frozenset[Privacy] = frozenset({"public", "internal"})
_ALL: frozenset[Privacy] = frozenset(get_args(Privacy))
SEES: dict[Role, frozenset[Privacy]] = {
    "reader": _OPEN,
    "source": _OPEN,
    "steward": _ALL - {"financial"},
    "approver": _ALL - {"financial"},
    "auditor": _OPEN,
    "admin": _ALL,
}
# These bind a key that is narrowed to one source: what it writes and whose payloads it reads. A crosswalk stays whole.
_BY_SOURCE: frozenset[Action] = frozenset({"ingest", "read quarantine", "mend quarantine"})
# Whoever gives others access could give them more than their own narrowed right, and the log is bound as a whole.
_WHOLE: frozenset[Action] = frozenset({"read access", "manage access", "audit"})


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking: a key by its id or a person by name, the role, and the source and type narrowed to (None: any)."""

    id: str
    role: Role
    source: str | None = None
    entity_type: str | None = None
    sort: Literal["key", "user"] = "key"

    @property
    def actor(self) -> str:
        """Who it is in facts, and as a person that tasks are given to: `key:ID` or `user:NAME`."""
        return f"{self.sort}:{self.id}"


def allowed(principal: Principal, action: Action, *, source: str | None = None, entity_type: str | None = None) -> None:
    """Let the action pass, or raise Forbidden saying what is lacking.

    Without a source or entity type the question is whether the role may do it at all.
    """
    if action not in MAY[principal.role]:
        roles = ", ".join(role for role in ROLES if action in MAY[role])
        raise Forbidden(f"the role {principal.role} may not {action}; {roles} may")
    if action in _WHOLE and (principal.source, principal.entity_type) != (None, None):
        raise Forbidden(f"this {principal.sort} is narrowed, and may not {action}: that is about the whole hub")
    if entity_type is not None and principal.entity_type not in {None, entity_type}:
        raise Forbidden(f"this {principal.sort} is narrowed to the entity type {principal.entity_type}")
    if source is not None and action in _BY_SOURCE and principal.source not in {None, source}:
        raise Forbidden(f"this {principal.sort} is narrowed to the source {principal.source}")


def hidden(principal: Principal, entity_type: EntityType) -> frozenset[str]:
    """The attributes whose values the principal has no right to."""
    seen = SEES[principal.role]
    return frozenset(name for name, attribute in entity_type.attributes.items() if attribute.privacy not in seen)


def hidden_anywhere(principal: Principal, entity_types: Iterable[EntityType]) -> frozenset[tuple[str, str]]:
    """The same of several entity types, each attribute with the type that it is of."""
    return frozenset((one.entity_type, name) for one in entity_types for name in hidden(principal, one))


def ensure_sees(principal: Principal, entity_type: EntityType, attributes: Iterable[str | None]) -> None:
    """Let somebody say something of attributes, or raise Forbidden where they may not see what these say now.

    A field of dated lines is named `lines.role`; None stands for no attribute.
    """
    barred = hidden(principal, entity_type) & {(name or "").partition(".")[0] for name in attributes}
    if barred:
        raise Forbidden(f"the role {principal.role} has no right to {', '.join(sorted(barred))}")


def sees_all(principal: Principal, entity_type: EntityType) -> bool:
    """Whether the principal has a right to every attribute, and to every field of dated lines."""
    fields = (field for attribute in entity_type.lines.values() for field in attribute.of.values())
    seen = SEES[principal.role]
    return not hidden(principal, entity_type) and all(
        field.privacy is None or field.privacy in seen for field in fields
    )


def mask(principal: Principal, entity_type: EntityType, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes as the principal may see them: hidden ones are left out, for an auditor reduced to their form.

    The class of an attribute covers all of its dated lines; a field with a class of its own needs a right to both.
    An attribute that the entity type no longer has is treated as the most private: only an admin sees it.
    """
    unknown = attributes.keys() - entity_type.attributes.keys() if principal.role != "admin" else frozenset[str]()
    barred = hidden(principal, entity_type) | unknown
    lines = {} if principal.role == "admin" else entity_type.lines
    shown: dict[str, Any] = {}
    for name, value in attributes.items():
        if name not in barred:
            shown[name] = _lines(principal, lines[name], value) if name in lines else value
        elif principal.role == "auditor":
            shown[name] = form(value)
    return shown


def free_text(principal: Principal, text: str | None) -> str | None:
    """What a person wrote, which may say anything of anybody: whole for who may see personal data, else its form."""
    return text if text is None or "personal" in SEES[principal.role] else form(text)


def _lines(principal: Principal, attribute: Attribute, value: Any) -> Any:
    """A line, or a list of them, without the fields held back; for an auditor these are reduced to their form."""
    if isinstance(value, list):
        return [_lines(principal, attribute, line) for line in value]
    if not isinstance(value, Mapping):
        return value
    fields, seen = attribute.line_fields, SEES[principal.role]
    barred = {name for name in value if name not in fields or (fields[name].privacy or attribute.privacy) not in seen}
    if principal.role == "auditor":
        return {name: form(part) if name in barred else part for name, part in value.items()}
    return {name: part for name, part in value.items() if name not in barred}


def form(value: Any) -> Any:
    """A value reduced to its form: the first character of each word of an address or name, stars for the rest.

    `jane@acme.com` becomes `j***@a***.com`, a number `***`; lists and addresses keep their shape.
    """
    if isinstance(value, str):
        name, at, domain = value.rpartition("@")
        if at and name:
            host, dot, ending = domain.rpartition(".")
            return f"{name[0]}***@{(host or ending)[:1]}***{dot}{ending if dot else ''}"
        # Digits are the telling part of phone and account numbers, so none is kept.
        return " ".join(
            f"{word[0]}***" if word[0].isalpha() else "***" for word in re.split(r"\s+", value.strip()) if word
        )
    if isinstance(value, Mapping):
        return {name: form(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [form(part) for part in value]
    return None if value is None else "***"
