"""Find what a company's name says aside: a town in brackets at its end, or what else the firm is or was called."""

import re

from matching.kinds.business_words import business_words, meanings
from matching.kinds.company_judge import is_numbering
from matching.kinds.country import country_code
from matching.kinds.legal_forms import take_legal_form, words_of

_FORMERLY = ("previously", "vormals", "ehemals", "anciennement")
WORDS_OF_ASIDE = frozenset(("formerly", *_FORMERLY, "known", "as", "fka", "dba", "trading"))
_OTHER_NAME = re.compile(
    rf"\b(?:formerly(?: known as)?|f/?k/?a|{'|'.join(_FORMERLY)}|d/?b/?a|trading as)\b", re.IGNORECASE
)


def take_aside(text: str) -> tuple[str, str]:
    """Split the text of a name into the name itself and what is said aside ("" where nothing is)."""
    if found := _OTHER_NAME.search(text):
        return text[: found.start()], text[found.end() :]
    if text.endswith(")"):
        name, _, aside = text[:-1].rpartition("(")
        return (text, "") if _tells_firms_apart(aside) else (name, aside)
    return text, ""


def _tells_firms_apart(text: str) -> bool:
    """Say whether brackets hold part of the name: Acme (Malta), Acme (Legal), Fund (II) and (haftungsbeschränkt)."""
    words = words_of(text)
    return (
        country_code(text) is not None
        or any(is_numbering(word) or meanings().get((word,), word) in business_words() for word in words)
        or take_legal_form(("", *words))[0] == ("",)
    )
