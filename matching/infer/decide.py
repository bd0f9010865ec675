"""Decide: what one column holds, by its name where its values do not contradict, else by its values."""

from dataclasses import dataclass

from matching.infer.headings import role
from matching.infer.profile import Profile

LEFT_OUT = "left out"
_SCARCE = 0.01
_SCARCE_WORDS = 0.05
"""A column of words or numbers that fewer records fill tells too little."""
_LONG = 6
"""So many words on average are a description, whatever the column is called."""
_MOSTLY = 0.6
"""A column that its name says to hold identifiers does so where this share of its values are codes."""
_FEW = 50
_GROUPED = 0.05
"""So few distinct values, or so small a share of them, group records rather than tell them apart."""
_KINDS = {
    "phone": "phone", "fax": "phone", "birth": "birth_date", "tax_id": "tax_id", "register": "tax_id",
    "url": "url", "money": "money",
    "identifier": "identifier", "given": "person_name", "family": "person_name", "both": "person_name",
    "person": "person_name",
    "name": "company_name", "company": "company_name", "street": "address", "house": "identifier",
    "relative": "person_name", "login": "identifier",
    "city": "category", "region": "category", "postcode": "code", "country": "country",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """The role of a column among the others, its kind where it is an attribute by itself, and why it is left out."""

    role: str
    kind: str = ""
    reason: str = ""


def decide(column: str, profile: Profile, *, alike: bool = False) -> Found:
    """Decide what a column holds; `alike` lets one tell something that says the same in every record."""
    if column.startswith("?") or not column.strip() or {"{", "}"} & set(column):
        return Found(LEFT_OUT, reason="its name cannot stand in rules; rename it")
    said = role(column)
    if not profile.values:
        return Found(LEFT_OUT, reason="it has no value, or only such as n/a and 0000")
    if profile.values == 1 and profile.distinct < 1 and profile.filled > 0.5 and not alike:
        return Found(LEFT_OUT, reason="it says the same in every record")
    if said == "stamp":
        return Found(LEFT_OUT, reason="it says when or where a row was written")
    found = _by_form(profile) or _by_name(said, profile) or _by_values(profile)
    scarce = _SCARCE_WORDS if found.kind in {"text", "category", "number", "code"} else _SCARCE
    if profile.filled < scarce:
        return Found(LEFT_OUT, reason="hardly any record has it")
    return found


def _by_form(profile: Profile) -> Found | None:
    """Some values are what they look like, whatever their column is called."""
    for kind in ("email", "iban", "lei", "money"):
        if getattr(profile, kind) >= 0.6:
            return Found(kind, kind)
    return None


def _by_name(said: str | None, profile: Profile) -> Found | None:
    """Believe the name of a column as far as its values allow."""
    numeric = profile.number >= 0.8
    groups = profile.values <= _FEW and profile.distinct <= _GROUPED
    named = profile.words <= _LONG and not numeric and not groups
    believed = {
        "phone": profile.phone >= 0.5,
        "fax": profile.phone >= 0.5,
        "birth": profile.date + profile.year >= 0.5,
        "tax_id": True,
        "register": profile.code >= _MOSTLY or numeric,
        "url": profile.url >= 0.5,
        "money": profile.number + profile.money >= 0.5,
        "identifier": (profile.code >= _MOSTLY or numeric) and profile.values > _FEW and profile.length >= 4,
        "given": profile.words <= 4 and not numeric,
        "family": profile.words <= 4 and not numeric,
        "both": profile.words <= _LONG and not numeric,
        "person": profile.words <= 4 and profile.given_name >= 0.2,
        "relative": profile.words <= 4 and profile.given_name >= 0.2,
        "login": profile.words <= 1.2 and not groups,
        "name": named,
        "company": named,
        **dict.fromkeys(("street", "house", "city", "region", "postcode", "country"), profile.words <= 2 * _LONG),
    }
    if said is None or not believed.get(said, False):
        return None
    kind = "identifier" if said == "tax_id" and max(profile.tax_id, profile.countried) < 0.3 else _KINDS[said]
    return Found(said, kind)


def _by_values(profile: Profile) -> Found:
    few = profile.values <= _FEW or profile.distinct <= _GROUPED
    kind = "text"
    if profile.url >= 0.8:
        kind = "url"
    elif profile.date >= 0.8:
        kind = "date"
    elif profile.dialled >= 0.8:
        kind = "phone"
    elif profile.number >= 0.9:
        kind = "identifier" if profile.distinct > 0.2 and profile.length >= 6 else "number"
    elif profile.code >= 0.8 and profile.words <= 3:
        kind = "category" if few else "identifier"
    elif few and profile.words < _LONG:
        kind = "category"
    elif profile.legal_form >= 0.1 and profile.words <= _LONG:
        return Found("company", "company_name")
    elif profile.given_name >= 0.6 and profile.words <= 4:
        return Found("person", "person_name")
    return Found("phone" if kind == "phone" else "other", kind)
