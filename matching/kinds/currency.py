"""A currency, by its ISO 4217 code or its usual sign."""

import pycountry

from matching.kinds.folding import is_junk
from matching.kinds.kind import Kind, Level, always_valid, as_text, same_or_different, whole

_SIGNS = {
    "€": "EUR", "EURO": "EUR", "EUROS": "EUR", "$": "USD", "US$": "USD", "DOLLAR": "USD", "£": "GBP",
    "POUND": "GBP", "¥": "JPY", "YEN": "JPY", "SFR": "CHF", "FR.": "CHF", "FRANKEN": "CHF", "ZŁ": "PLN",
    "ZL": "PLN", "KČ": "CZK", "FT": "HUF", "₹": "INR", "RMB": "CNY", "R$": "BRL", "₺": "TRY", "A$": "AUD",
    "C$": "CAD", "₩": "KRW", "₽": "RUB", "₴": "UAH",
}  # fmt: skip


def currency_code(text: str) -> str | None:
    """Give the ISO 4217 code of a currency's code or sign, None where it is not known."""
    text = text.strip().upper()
    code = _SIGNS.get(text, text)
    return code if pycountry.currencies.get(alpha_3=code) else None


def _standardise(value: object) -> str | None:
    return currency_code(as_text(value))


def _accepts(value: object) -> str | None:
    if value is None or (isinstance(value, str) and (is_junk(value) or currency_code(value))):
        return None
    return f"is not a currency (such as EUR): {value!r}"


KIND = Kind(
    name="currency",
    help=__doc__ or "",
    standardise=_standardise,
    valid=always_valid,
    parts={"": whole},
    levels=(
        Level("same", "the same currency", 0.98, 0.5),
        Level("different", "different currencies", 0.02, 0.5),
    ),
    prepare=same_or_different,
    accepts=_accepts,
)
