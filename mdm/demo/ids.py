"""The ids that each system gives its records: every system has a scheme of its own."""

import hashlib
from collections.abc import Callable

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_CRM_PREFIXES = {
    "customer": "0015g00000",
    "legal_entity": "a0L5g00000",
    "employee": "0055g00000",
    "service_item": "01t5g00000",
    "rate_card": "01s5g00000",
    "project_template": "a1T5g00000",
}
_BILLING_PREFIXES = {"customer": "b_", "legal_entity": "le_", "service_item": "item_", "rate_card": "price_"}
_PSA_SHAPES = {
    "customer": ("C-", 1000, 0),
    "legal_entity": ("LE-", 0, 3),
    "employee": ("U", 200, 0),
    "cost_center": ("D-", 0, 3),
    "service_item": ("S-", 40, 0),
    "project_template": ("PT-", 0, 3),
    "rate_card": ("RC-", 500, 0),
}
# First number, step, and width with leading zeros: an ERP pads its numbers.
_ERP_SHAPES = {
    "customer": (200_000, 7, 10),
    "legal_entity": (1000, 10, 4),
    "employee": (40_000, 3, 8),
    "cost_center": (100_000, 10, 10),
    "service_item": (7_000, 5, 18),
    "project_template": (300, 1, 6),
    "rate_card": (15_000, 2, 10),
    "tax_rule": (100, 1, 4),
}


def checked(identifier: str) -> str:
    """Add the three letters that say which of the fifteen before them are capitals, as the CRM does."""
    groups = (identifier[start : start + 5] for start in (0, 5, 10))
    bits = (sum(letter.isupper() << place for place, letter in enumerate(group)) for group in groups)
    return identifier + "".join(_CHECK[number] for number in bits)


def _crm(entity_type: str, number: int) -> str:
    digits = [_BASE62[(number * 7919 + 916132) // 62**place % 62] for place in range(4, -1, -1)]
    return checked(_CRM_PREFIXES[entity_type] + "".join(digits))


def _psa(entity_type: str, number: int) -> str:
    prefix, start, width = _PSA_SHAPES[entity_type]
    return f"{prefix}{start + number:0{width}d}"


def _erp(entity_type: str, number: int) -> str:
    start, step, width = _ERP_SHAPES[entity_type]
    return f"{start + number * step:0{width}d}"


def _billing(entity_type: str, number: int) -> str:
    return f"{_BILLING_PREFIXES.get(entity_type, 'x_')}{(number * 2654435761 + 97) % 2**40:010x}"


def _digest(system: str, entity_type: str, number: int) -> str:
    return hashlib.blake2b(f"{system}:{entity_type}:{number}".encode(), digest_size=16).hexdigest()


def _hcm(entity_type: str, number: int) -> str:
    return _digest("hcm", entity_type, number)


def _expense(entity_type: str, number: int) -> str:
    text = _digest("expense", entity_type, number)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _procurement(_entity_type: str, number: int) -> str:
    return str(number + 10)


_SCHEMES: dict[str, Callable[[str, int], str]] = {
    "crm": _crm,
    "psa": _psa,
    "erp": _erp,
    "hcm": _hcm,
    "billing": _billing,
    "expense": _expense,
    "procurement": _procurement,
}


def source_id(source: str, entity_type: str, number: int) -> str:
    """Make the id that the system gives its record number `number` of the entity type."""
    return _SCHEMES[source](entity_type, number)
