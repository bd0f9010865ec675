"""A tax or company registration number for tax: a VAT number, a US EIN, a French SIREN and the like.

A number that begins with a country is checked by that country's rules (length and check digits);
a number that fails them is still compared, but never decides on its own. The same number with and
without its country counts as the same, and no rule takes the two for different.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from types import ModuleType

from stdnum.eu import vat as eu_vat

from matching.kinds.identifier import compact, keystroke_pairs
from matching.kinds.kind import Kind, Level, takes_text, whole
from matching.kinds.pairs import (
    Codes,
    Flags,
    Outcomes,
    PairComparison,
    coded,
    each_distinct,
    first_level,
    only_where,
    same,
)
from matching.kinds.strings import as_they_are
from matching.kinds.tables import words

_LABEL = re.compile(
    r"^(?:UST(?:IDNR|ID|NR)|USTID|VAT(?:NO|NUMBER|REG(?:NO)?|ID)?|TVA|TIN|EIN|TAXID|MVANR|PIVA|PARTITAIVA|NIPNR)(?=.*\d)"
)
_SWISS_ENDING = re.compile(r"(?<=^CHE\d{9})(?:MWST|TVA|IVA|VAT)$")
_COUNTRY = re.compile(r"([A-Z]{2})([A-Z0-9]*\d[A-Z0-9]*)")
_OTHERS = {"GB": "gb.vat", "XI": "gb.vat", "NO": "no.mva", "AU": "au.abn", "IN": "in_.gstin"}
_UNION = words("vat_countries")


def standardise_tax_id(value: object) -> str | None:
    """Give a tax number in capitals without spaces, signs and labels, None for a placeholder."""
    text = compact(value)
    if text is None:
        return None
    text = _LABEL.sub("", text)
    if text.startswith("CHE"):
        text = _SWISS_ENDING.sub("", text)
    if text.startswith("GR") and text[2:].isdigit():
        text = f"EL{text[2:]}"
    digits = re.sub(r"\D", "", text)
    return None if len(digits) < 4 or len(set(digits)) == 1 or len(text) > 24 else text


@lru_cache(maxsize=16)
def _rules(name: str) -> ModuleType:
    return import_module(f"stdnum.{name}")


@lru_cache(maxsize=200_000)
def valid_tax_id(value: str) -> bool:
    """Say whether a standardised tax number keeps the rules of the country it names, or is plausible."""
    if value.startswith("CHE"):
        return bool(_rules("ch.uid").is_valid(value))
    found = _COUNTRY.fullmatch(value)
    if found and found[1] in _UNION:
        return bool(eu_vat.is_valid(value))
    if found and found[1] in _OTHERS:
        number = value[2:] if found[1] != "XI" else value
        return bool(_rules(_OTHERS[found[1]]).is_valid(number))
    return 7 <= len(value) <= 16 and sum(map(str.isdigit, value)) >= 5


def names_country(text: str) -> bool:
    """Say whether a number begins with a country whose tax numbers are known, whatever its check digits say."""
    value = standardise_tax_id(text)
    return value is not None and number_of(value) != value


@lru_cache(maxsize=200_000)
def number_of(value: str) -> str:
    """Give a standardised tax number without its country."""
    found = _COUNTRY.fullmatch(value)
    known = found and (found[1] in _UNION or found[1] in _OTHERS)
    return found[2] if found and known else value


def _alike_by(value: str) -> Sequence[str]:
    """Give the number without its country, and of a French VAT number the SIREN, too."""
    number = number_of(value)
    return (number, number[-9:]) if value.startswith("FR") and len(number) == 11 else (number,)


def _same_number(one: str, other: str) -> bool:
    """Compare without the country; a French VAT number ends in the SIREN."""
    first, second = number_of(one), number_of(other)
    if (first != one) == (second != other):
        return False
    return first == second or (
        min(len(first), len(second)) == 9
        and max(len(first), len(second)) == 11
        and (first.endswith(second) or second.endswith(first))
        and "FR" in {one[:2], other[:2]}
    )


def prepare_tax_ids(values: Sequence[str]) -> PairComparison:
    """Prepare the comparison of pairs: same, same number without the country, one keystroke, different."""
    end = coded([number_of(value)[-9:] for value in values])
    keystroke = keystroke_pairs(values)

    def same_number(left: Codes, right: Codes) -> Flags:
        return each_distinct(_same_number, values, left, right).astype(bool)

    def compare(left: Codes, right: Codes) -> Outcomes:
        equal = left == right
        number = only_where(same(end, left, right) & ~equal, same_number, left, right)
        return first_level((equal, number, keystroke(left, right)), (1, 2, 3), otherwise=4)

    return compare


KIND = Kind(
    name="tax_id",
    help=__doc__ or "",
    standardise=standardise_tax_id,
    valid=valid_tax_id,
    parts={"": whole},
    in_bulk={"": as_they_are},
    levels=(
        Level("same", "the same tax number", 0.95, 0.000015),
        Level("same_number", "the same tax number, one without its country", 0.02, 0.000002),
        Level("one_keystroke", "tax numbers one keystroke apart", 0.02, 0.002),
        Level("different", "different tax numbers", 0.0078, 0.997983, most=0.05),
    ),
    prepare=prepare_tax_ids,
    accepts=takes_text,
    alike_by=_alike_by,
)
