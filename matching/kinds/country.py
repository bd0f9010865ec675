"""A country, by its name in English or its own language, or by its ISO 3166 code."""

from functools import lru_cache

import pycountry

from matching.kinds.folding import is_junk, plain
from matching.kinds.kind import Kind, Level, always_valid, as_text, same_or_different, takes_text, whole
from matching.kinds.strings import as_they_are
from matching.kinds.tables import rows


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for country in pycountry.countries:
        for field in ("alpha_2", "alpha_3", "numeric", "name", "official_name", "common_name"):
            if hasattr(country, field):
                codes[plain(getattr(country, field))] = country.alpha_2
    codes.update({plain(own): code for code, *names in rows("countries") for own in names})
    return codes


@lru_cache(maxsize=50_000)
def country_code(text: str) -> str | None:
    """Give the ISO 3166 two-letter code of a country's name or code, None where it is not known."""
    return _codes().get(plain(text))


def _standardise(value: object) -> str | None:
    text = as_text(value)
    return None if is_junk(text) else country_code(text) or plain(text).upper() or None


KIND = Kind(
    name="country",
    help=__doc__ or "",
    standardise=_standardise,
    valid=always_valid,
    parts={"": whole},
    in_bulk={"": as_they_are},
    levels=(
        Level("same", "the same country", 0.97, 0.6),
        Level("different", "different countries", 0.03, 0.4),
    ),
    prepare=same_or_different,
    accepts=takes_text,
)
