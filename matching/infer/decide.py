"""Decide: what one column holds, by its name where its values do not contradict, else by its values."""

from dataclasses import dataclass

from matching.infer.profile import Profile, role

LEFT_OUT = "left out"
_SCARCE = 0.01
_SCARCE_WORDS = 0.05
"""A column of words or numbers that fewer records fill tells too little."""
_LONG = 6
"""So many words on average are a description, whatever the column is called."""


@dataclass(frozen=True, slots=True)
class Found:
    """The role of a column among the others, its kind where it is an attribute by itself, and why it is left out."""

    role: str
    kind: str = ""
    reason: str = ""


def decide(column: str, profile: Profile) -> Found:
    """Decide what a column holds."""
    said = role(column)
    if not profile.values:
        return Found(LEFT_OUT, reason="it is empty")
    if profile.values == 1 and profile.filled > 0.5:
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
    for kind in ("email", "iban", "lei"):
        if getattr(profile, kind) >= 0.6:
            return Found(kind, kind)
    return None


def _by_name(said: str | None, profile: Profile) -> Found | None:
    numeric = profile.number >= 0.8
    match said:
        case "phone" | "fax":
            return Found(said, "phone") if profile.phone >= 0.5 else None
        case "birth":
            return Found("date", "date") if profile.date >= 0.5 else None
        case "tax_id":
            return Found("tax_id", "tax_id" if profile.tax_id >= 0.3 else "identifier")
        case "url":
            return Found("url", "url") if profile.url >= 0.5 else None
        case "identifier":
            coded = profile.code >= 0.6 or numeric
            return Found("other", "identifier") if coded and profile.values > 50 and profile.length >= 4 else None
        case "money":
            return Found("money", "money") if profile.number >= 0.5 else None
        case "given" | "family" | "person":
            named = profile.words <= 4 and not numeric
            return Found(said, "person_name") if named and (said != "person" or profile.given_name >= 0.2) else None
        case "name" | "company":
            return Found(said, "company_name") if profile.words <= _LONG and not numeric else None
        case "street" | "house" | "city" | "region" | "postcode" | "country":
            kinds = {"country": "country", "postcode": "code", "house": "identifier", "street": "address"}
            return Found(said, kinds.get(said, "category")) if profile.words <= 2 * _LONG else None
        case _:
            return None


def _by_values(profile: Profile) -> Found:
    few = profile.values <= 50 or profile.distinct <= 0.05
    kind = "text"
    if profile.url >= 0.8:
        kind = "url"
    elif profile.date >= 0.8:
        kind = "date"
    elif profile.phone >= 0.8 and profile.number < 0.9:
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
