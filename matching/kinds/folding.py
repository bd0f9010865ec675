"""Fold text so that spellings of one word meet: case, accents, scripts, umlauts, punctuation."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

_APOSTROPHES = re.compile(r"['’‘`´]")
_NOT_WORD = re.compile(r"[^0-9a-z]+")
_UMLAUT = re.compile(r"(?<!q)([aou])e(?!l\b)|aa")
_NOT = ("available", "applicable", "known", "provided", "given", "set", "specified")
_NO = ("name", "data", "value", "email", "phone")
WORDS_OF_JUNK = frozenset(("not", *_NOT, "no", *_NO, "keine", "angabe"))
"""The words of junk that is more than a word."""
_JUNK = re.compile(
    r"[\W_]*|n\s*/?\s*a|n\.a\.?|k\.?a\.?|none|null|nil|nan|unknown|unbekannt|inconnu|desconocido|sconosciuto"
    r"|tests?|testing|dummy|tbd|tba|tbc|todo|undefined|missing|empty|blank|keine angabe|x+|asdf+|foo|bar"
    rf"|not (?:{'|'.join(_NOT)})|no (?:{'|'.join(_NO)})|(.)\1{{3,}}",
    re.IGNORECASE,
)


_MAY_BE_JUNK = re.compile(
    r"(?:[\W_].?|(.)\1|x|n[\s/.aiou]|k[.ae]|un|in|de|sc|te|t[bo]|du|mi|em|bl|as|fo|ba)?", re.IGNORECASE | re.DOTALL
)
"""The first two characters of everything that may be junk: most texts begin otherwise, which is quicker to see."""


@lru_cache(maxsize=1 << 14)
def _may_be_junk(start: str) -> bool:
    return _MAY_BE_JUNK.fullmatch(start) is not None


def is_junk(text: str) -> bool:
    """Say whether the text only stands in for a missing value ("n/a", "-", "test", "0000000")."""
    text = text.strip()
    return _may_be_junk(text[:2]) and _JUNK.fullmatch(text) is not None


class _PlainLetters(dict[int, str]):
    """What each character becomes in a plain text: made when it is first met."""

    def __missing__(self, code: int) -> str:
        letters = _APOSTROPHES.sub("", anyascii(chr(code)).lower())
        self[code] = _NOT_WORD.sub(" ", letters)
        return self[code]


_LETTERS_OF = _PlainLetters()
_ASCII = bytes(ord(_LETTERS_OF[code] or " ") for code in range(128)) + bytes(128)
_ASCII_APOSTROPHES = b"'`"


@lru_cache(maxsize=1)  # a name is asked for its words by all who may say what it is, one after the other
def plain_words(text: str) -> tuple[str, ...]:
    """Give the lower-case ASCII words of a text; other scripts are transliterated."""
    if text.isascii():
        return tuple(text.encode("ascii").translate(_ASCII, _ASCII_APOSTROPHES).decode("ascii").split())
    return tuple(unicodedata.normalize("NFKC", text).translate(_LETTERS_OF).split())


_SIMPLE = re.compile(r"[0-9A-Za-zÀ-ÖØ-öø-ľŁ-ňŊ-ž .,:;()/&+@-]*")


def is_simple(text: str) -> bool:
    """Say whether `plain_words` parts the words of a text where a regular expression does, which is slower."""
    return _SIMPLE.fullmatch(text) is not None


def plain(text: str) -> str:
    """Give lower-case ASCII words separated by single spaces; other scripts are transliterated."""
    return " ".join(plain_words(text))


def _vowel(found: re.Match[str]) -> str:
    return found.group(1) or "a"


@lru_cache(maxsize=200_000)
def folded(word: str) -> str:
    """Fold the ways of writing an umlaut: Müller, Mueller and Muller all give `muller`."""
    return folded_plain(plain(word))


@lru_cache(maxsize=200_000)
def folded_plain(word: str) -> str:
    """Fold a word that is plain already."""
    return _UMLAUT.sub(_vowel, word)


def folded_words(text: str) -> list[str]:
    """Give the folded words of a text."""
    return list(map(folded_plain, plain_words(text)))


_SOUNDS = (
    ("sch", "s"), ("tsch", "c"), ("ch", "k"), ("ck", "k"), ("ph", "f"), ("kh", "h"), ("gh", "g"), ("th", "t"),
    ("sh", "s"), ("dj", "j"), ("dzh", "j"), ("cz", "c"), ("sz", "s"), ("rz", "z"), ("ts", "z"), ("tz", "z"),
    ("qu", "k"), ("w", "v"), ("y", "i"), ("j", "i"), ("c", "k"), ("q", "k"), ("x", "ks"), ("z", "s"),
    ("ou", "u"), ("oo", "u"), ("ee", "i"), ("ie", "i"), ("ei", "i"), ("ai", "i"), ("dt", "t"),
)  # fmt: skip


@lru_cache(maxsize=200_000)
def phonetic(word: str) -> str:
    """Give a rough sound of a folded word: first letter, then consonants, doubled ones once."""
    for spelling, sound in _SOUNDS:
        word = word.replace(spelling, sound)
    tail = re.sub(r"[aeiouh]", "", word[1:])
    return re.sub(r"(.)\1+", r"\1", word[:1] + tail)


_LETTERS = (
    ("schtsch", "sc"), ("szcz", "sc"), ("shch", "sc"), ("tsch", "c"), ("tch", "c"), ("cz", "c"), ("ch", "c"),
    ("sch", "s"), ("sh", "s"), ("sz", "s"), ("zh", "z"), ("ks", "x"), ("ou", "u"), ("w", "v"), ("j", "i"), ("y", "i"),
)  # fmt: skip


@lru_cache(maxsize=200_000)
def transliteration(word: str) -> str:
    """Give one spelling of a folded Slavic name, whichever language wrote it in Latin letters.

    Shevchenko (English), Schewtschenko (German) and Szewczenko (Polish) give `sevcenko`, Julia and Yuliia `iulia`.
    """
    for spelling, letter in _LETTERS:
        word = word.replace(spelling, letter)
    return re.sub(r"^i(?=e)", "", re.sub(r"(.)\1+", r"\1", word))
