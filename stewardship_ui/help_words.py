"""What the words of the hub mean, as docs/glossary.md says it: `make docs` puts them beside this module."""

from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import orjson


class HelpWord(NamedTuple):
    """A word, where it stands on the page of all words, and what it means; names in code stand between backticks."""

    word: str
    anchor: str
    meaning: str


@cache
def sections() -> list[dict[str, Any]]:
    """All words in their order: `{"section", "words": {word: what it means}}`."""
    return list(orjson.loads(files("stewardship_ui").joinpath("glossary.json").read_bytes()))


def help_word(word: str) -> HelpWord:
    """One word; a LookupError where it has no entry, so that no help mark leads nowhere."""
    for one in sections():
        if word in one["words"]:
            return HelpWord(word, anchor(word), one["words"][word])
    raise LookupError(f"{word!r} does not stand in docs/glossary.md")


def anchor(word: str) -> str:
    """The name of a word's place on the page of all words."""
    return word.lower().replace(" ", "-")
