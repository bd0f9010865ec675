"""A legal entity identifier (ISO 17442): 20 letters and digits with two check digits."""

from stdnum import lei

from matching.kinds.identifier import compact, may_be_mod_97
from matching.kinds.kind import Kind, Level, same_or_different, takes_text, whole

_LENGTH = 20


def _valid(value: str) -> bool:
    # The check digits alone would let 1 and 98 pass, which stand in many a column of flags.
    return len(value) == _LENGTH and may_be_mod_97(value) and bool(lei.is_valid(value))


KIND = Kind(
    name="lei",
    help=__doc__ or "",
    standardise=compact,
    valid=_valid,
    parts={"": whole},
    levels=(
        Level("same", "the same LEI", 0.97, 0.00001),
        Level("different", "different LEIs", 0.03, 0.99999),
    ),
    prepare=same_or_different,
    accepts=takes_text,
)
