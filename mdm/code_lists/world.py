"""The code lists that a standard keeps for everyone: currencies (ISO 4217) and countries (ISO 3166-1)."""

from collections.abc import Iterable

from mdm.code_lists.models import Code, CodeList
from mdm.code_lists.spelling import fold


def currencies() -> CodeList:
    """Every currency by its three letters, with its name and number."""
    import pycountry  # loaded here because only a new hub needs it

    entries = [(one.alpha_3, one.name, [one.numeric]) for one in pycountry.currencies]
    return _list("currencies", "Currencies (ISO 4217)", entries)


def countries() -> CodeList:
    """Every country by its two letters, with its names, its three letters and its number."""
    import pycountry

    entries = [(one.alpha_2, one.name, [one.alpha_3, one.numeric, *_further_names(one)]) for one in pycountry.countries]
    return _list("countries", "Countries (ISO 3166-1)", entries)


def _further_names(country: object) -> list[str]:
    names = (getattr(country, name, None) for name in ("common_name", "official_name"))
    return [name for name in names if name]


def _list(name: str, label: str, entries: Iterable[tuple[str, str, list[str]]]) -> CodeList:
    """Codes in order; a spelling that another code has already is left out."""
    ordered = sorted(entries)
    taken = {fold(code): code for code, _, _ in ordered}
    codes: dict[str, Code] = {}
    for code, called, others in ordered:
        own = [text for text in dict.fromkeys((called, *others)) if taken.setdefault(fold(text), code) == code]
        codes[code] = Code(label=called if called in own else None, aliases=tuple(own[1:] if called in own else own))
    return CodeList(code_list=name, label=label, codes=codes)
