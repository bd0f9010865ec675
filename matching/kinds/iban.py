"""An international bank account number (ISO 13616), checked by its length and check digits."""

from stdnum import iban

from matching.kinds.identifier import compact, may_be_mod_97
from matching.kinds.kind import Kind, Level, same_or_different, takes_text, whole


def _valid(value: str) -> bool:
    return may_be_mod_97(value[4:] + value[:4]) and bool(iban.is_valid(value, check_country=False))


KIND = Kind(
    name="iban",
    help=__doc__ or "",
    standardise=compact,
    valid=_valid,
    parts={"": whole},
    levels=(
        Level("same", "the same bank account", 0.6, 0.0006),
        Level("different", "different bank accounts", 0.4, 0.9994),
    ),
    prepare=same_or_different,
    accepts=takes_text,
)
