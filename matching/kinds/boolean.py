"""Yes or no. Words such as yes, no, ja, nein, oui, non, true, false, y, n, 1 and 0 are understood.

Golden records show `true` or `false`.
"""

from matching.kinds.folding import is_junk
from matching.kinds.kind import Kind, Level, always_valid, as_standardised, as_text, same_or_different, whole

_YES = frozenset(("true", "t", "yes", "y", "1", "on", "ja", "j", "oui", "o", "si", "s", "tak", "sim", "sí"))
_NO = frozenset(("false", "f", "no", "n", "0", "off", "nein", "non", "nie", "nao", "não", "nee"))


def _standardise(value: object) -> str | None:
    text = as_text(value).lower()
    if text in _YES:
        return "true"
    return "false" if text in _NO else None


def _accepts(value: object) -> str | None:
    text = as_text(value)
    if value is None or _standardise(value) or (not isinstance(value, dict | list) and is_junk(text)):
        return None
    return f"is not yes or no: {value!r}"


KIND = Kind(
    name="boolean",
    help=__doc__ or "",
    standardise=_standardise,
    valid=always_valid,
    parts={"": whole},
    levels=(Level("same", "the same answer", 0.95, 0.5), Level("different", "opposite answers", 0.05, 0.5)),
    prepare=same_or_different,
    accepts=_accepts,
    spelled=as_standardised,
)
