"""An amount of money, with or without its currency: `EUR 1.250,00`, `1250 €`, `1,250.00`.

An object with `amount` and `currency` is understood too. Amounts in two currencies are different.

Golden records show plain decimal text, with the code of the currency behind it where one is said: `1250 EUR`.
A text with one point and three digits behind it (1.250 €) may mean thousands, as few amounts have three
decimals, so they show it as it came; a mapping can say how a source means it.
"""

import re
from decimal import Decimal

from matching.columns import PART
from matching.kinds.currency import currency_code
from matching.kinds.folding import is_junk
from matching.kinds.kind import Kind, Level, always_valid, as_text, each_pair, whole
from matching.kinds.number import decimal_text, nearness

_AMOUNT = re.compile(r"[+-]?\d(?:[\d.,'’\s]*\d)?")
_ONE_POINT = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")


def _spelled(standard: str) -> str:
    return standard.replace(PART, " ").strip()


def _is_doubtful(value: object) -> bool:
    """Say whether the one point of an amount may part thousands as well as decimals."""
    found = _AMOUNT.search(value) if isinstance(value, str) and "." in value else None
    return found is not None and _ONE_POINT.fullmatch(found.group()) is not None


def _standardise(value: object) -> str | None:
    """Give amount and currency (empty where it is not said) as the two parts."""
    if isinstance(value, dict):
        value = f"{as_text(value.get('amount'))} {as_text(value.get('currency'))}"
    text = as_text(value) if not isinstance(value, bool) else ""
    found = _AMOUNT.search(text)
    amount = decimal_text(found.group()) if found else None
    if found is None or amount is None:
        return None
    sign = (text[: found.start()] + text[found.end() :]).replace(".-", "").strip()
    currency = currency_code(sign) if sign else ""
    return None if currency is None else f"{amount}{PART}{currency}"


def _accepts(value: object) -> str | None:
    if value is None or _standardise(value) or (isinstance(value, str) and is_junk(value)):
        return None
    return f"is not an amount of money: {value!r}"


_NEARNESS = nearness((Decimal("0.01"), Decimal("0.1")))


def _judge(one: str, other: str) -> int:
    amount, currency = one.split(PART)
    other_amount, other_currency = other.split(PART)
    if currency and other_currency and currency != other_currency:
        return 4
    return _NEARNESS(amount, other_amount)


KIND = Kind(
    name="money",
    help=__doc__ or "",
    standardise=_standardise,
    valid=always_valid,
    parts={"": whole},
    levels=(
        Level("same", "the same amount", 0.6, 0.04),
        Level("near", "amounts within 1 %", 0.1, 0.03),
        Level("similar", "amounts within 10 %", 0.15, 0.13),
        Level("different", "different amounts", 0.15, 0.8),
    ),
    prepare=each_pair(_judge),
    accepts=_accepts,
    fields=("amount", "currency"),
    spelled=_spelled,
    doubtful=_is_doubtful,
)
