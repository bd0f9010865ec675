"""A description or a title in free words, such as that of a product or a service.

Words count by how much they tell: a model number (xt200hd) more than a long word, a long word more
than a short one, `the` nothing. Two texts with different model numbers are different things even
where the words agree. A model number may be written apart (GS 782, GS-782) and a measure in another
unit (1 TB, 1000 GB; 0,5 l, 500 ml).
"""

import re
from collections.abc import Sequence

from matching.kinds.folding import is_junk, plain
from matching.kinds.kind import Kind, Level, always_valid, as_text, takes_text
from matching.kinds.model_numbers import words_of_description
from matching.kinds.text_judge import weight_of
from matching.kinds.text_pairs import prepare_texts

_NUMBERING = re.compile(r"^\s*0\d{2}\w?\s*[-–]\s*")
# A longer word after the hyphen is a word by itself: 24-port.
_MARKED_NUMBER = re.compile(r"(?<=[a-z])[-/](?=\d)|(?<=\d)[-/](?=\d|[a-z]{1,2}\b|[a-z]+\d)", re.IGNORECASE)


def _standardise(value: object) -> str | None:
    """Give the plain words; a track's leading number goes, a hyphen inside a model number closes up."""
    text = as_text(value)
    if is_junk(text):
        return None
    words = words_of_description(_MARKED_NUMBER.sub("", _NUMBERING.sub("", text)))
    return words or plain(text) or None


def telling_words(value: str) -> Sequence[str]:
    """Give the twelve words of a text that tell most: model numbers first, then the longest."""
    words = sorted({word for word in value.split(" ") if len(word) > 2 and weight_of(word)})
    return sorted(words, key=lambda word: (-weight_of(word), -len(word)))[:12]


KIND = Kind(
    name="text",
    help=__doc__ or "",
    standardise=_standardise,
    valid=always_valid,
    parts={"": lambda value: ("".join(sorted(value.split(" "))),), "tokens": telling_words},
    levels=(
        Level("same", "the same words", 0.33, 0.001),
        Level("model", "the same model number and similar words", 0.15, 0.0015),
        Level("near", "nearly the same words", 0.2, 0.006),
        Level("contained", "one text contains most of the other", 0.2, 0.025),
        Level("overlap", "some telling words in common", 0.06, 0.1),
        Level("variant", "similar words with another number, measure, colour or size", 0.01, 0.05),
        Level("other_model", "similar words with another model number", 0.02, 0.15),
        Level("different", "different words", 0.03, 0.6675),
    ),
    prepare=prepare_texts,
    accepts=takes_text,
)
