"""Two spellings of one value meet: case, spaces, dashes and dots do not count, whatever alphabet they are in."""

import unicodedata
from functools import lru_cache

from matching.kinds.kind import as_text

# Spaces and line ends, dashes and underscores, and what cannot be seen, such as a soft hyphen.
_LEFT_OUT = {"Zs", "Zl", "Zp", "Cc", "Cf", "Pd", "Pc"}
# The minus sign counts as a dash; the others are the dots of several scripts.
_SIGNS = frozenset(".−·•‧・。．｡")


def fold(raw: object) -> str:
    """The form in which spellings of one value are equal: `Sr. Cons.` and `SR-CONS` both give `srcons`."""
    return _folded(as_text(raw))


@lru_cache(maxsize=100_000)
def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in plain if letter not in _SIGNS and unicodedata.category(letter) not in _LEFT_OUT)
