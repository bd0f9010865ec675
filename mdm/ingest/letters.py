"""Says how likely a text is in some language: what tells one encoding from another when bytes fit several."""

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from charset_normalizer.constant import FREQUENCIES

STRANGE = math.log(1e-6)
"""A letter that the language does not have."""
MISPLACED = math.log(1e-3)
"""A capital after a small letter, or a sign between two letters: seldom but in text read in a wrong encoding."""
SIGN = math.log(1 / 100)
SIGNS = frozenset("“”„‘’‚–—…€•°§©®™«»´£²³¡¿ºª·№、。・「」（）ー　，；：")
ROUNDS = 5
_LATIN = frozenset({"western", "icelandic", "central", "turkish", "baltic"})
# Two-byte sets hold their everyday characters first; where those end, by the first byte of a standard set.
_EVERYDAY = {
    "japanese": ("euc_jp", 0xB0, 0xCF, 3_000),
    "chinese": ("gb2312", 0xB0, 0xD7, 3_800),
    "taiwanese": ("big5", 0xA4, 0xC6, 5_400),
    "korean": ("euc_kr", 0xB0, 0xC8, 1_200),
}
_FREQUENT = {"japanese": ("Japanese",), "chinese": ("Chinese",), "taiwanese": ("Chinese",), "korean": ("Korean",)}
_FREQUENT_WEIGHT = math.log(1 / 200)
_KANA = math.log(1 / 80)


def rows(table: str) -> list[tuple[str, ...]]:
    """Give the rows of a table that lies beside this module: one a line, fields between bars."""
    text = files("mdm.ingest").joinpath(f"{table}.txt").read_text(encoding="utf-8")
    return [tuple(line.split("|")) for line in text.splitlines() if line and not line.startswith("#")]


def likelihood(words: Iterable[str], group: str) -> float:
    """Give the logarithm of how likely these words are in the languages of a group, in the mix that suits them best."""
    if group in _EVERYDAY:
        return sum(_wide(word, group) + MISPLACED * _borders(word) for word in words)
    languages = list(_alphabets()[group].values())
    mixing = 0.0 if group in _LATIN else MISPLACED
    table = [[_word(word, letters) + mixing * _borders(word) for letters in languages] for word in words]
    return _mixture(table, len(languages))


def _mixture(table: list[list[float]], languages: int) -> float:
    """Fit the share of each language by expectation and maximisation; each share starts alike."""
    shares = [1 / languages] * languages
    total = 0.0
    for _ in range(ROUNDS):
        gained = [1e-3] * languages
        total = 0.0
        for row in table:
            weighted = [math.log(share) + one for share, one in zip(shares, row, strict=True)]
            most = max(weighted)
            parts = [math.exp(one - most) for one in weighted]
            whole = sum(parts)
            total += most + math.log(whole)
            gained = [one + part / whole for one, part in zip(gained, parts, strict=True)]
        shares = [one / sum(gained) for one in gained]
    return total


def _word(word: str, letters: Mapping[str, float]) -> float:
    total, before = 0.0, " "
    for place, letter in enumerate(word):
        if letter > "\x7f":
            total += letters.get(letter.lower(), letters.get(letter, SIGN if letter in SIGNS else STRANGE))
            between = before.isalpha() and word[place + 1 : place + 2].isalpha()
            if (letter.isupper() and before.islower()) or (letter in SIGNS and letter != "’" and between):
                total += MISPLACED
        elif letter.isalpha() and letter.isupper() and before > "\x7f" and before.islower():
            total += MISPLACED
        before = letter
    return total


def _borders(word: str) -> int:
    """Count where a letter from a to z stands next to one of another script."""
    return sum(
        one.isalpha() and other.isalpha() and (one > "\x7f") != (other > "\x7f") for one, other in pairwise(word)
    )


def _wide(word: str, group: str) -> float:
    return sum(_character(letter, group) for letter in word if letter > "\x7f")


@lru_cache(maxsize=50_000)
def _character(letter: str, group: str) -> float:
    if letter in SIGNS:
        return SIGN
    if any(letter in FREQUENCIES[name] for name in _FREQUENT[group]):
        return _FREQUENT_WEIGHT
    if "\u3040" <= letter <= "\u30ff":
        return _KANA if group == "japanese" else STRANGE
    encoding, first, last, count = _EVERYDAY[group]
    try:
        lead = letter.encode(encoding)[0]
    except UnicodeEncodeError:
        return STRANGE
    return -math.log(count) if first <= lead <= last else STRANGE


@lru_cache(maxsize=1)
def _alphabets() -> dict[str, dict[str, dict[str, float]]]:
    """Give the logarithm of each letter's share by group and language: it falls with its rank, as Zipf found."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for language, group, letters in rows("alphabets"):
        weights = [1 / (rank + 1) for rank in range(len(letters))]
        whole = sum(weights) * 1.1
        shares = {letter: math.log(weight / whole) for letter, weight in zip(letters, weights, strict=True)}
        found.setdefault(group, {})[language] = shares
    return found
