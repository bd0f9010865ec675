"""Repeats: columns of names that other columns say already, which would count the same agreement twice."""

from collections.abc import Mapping, Sequence

from matching.kinds.folding import plain
from matching.kinds.kind import as_text

_NEARLY_ALL = 0.95
"""In so many of the records that have a value it must stand in the others too; a file has slips."""
_MOST = 0.5
"""Names of one person in two columns, each with slips of its own, agree in more of the records than this."""

Cells = Mapping[str, Sequence[object]]
Words = list[frozenset[str]]


def repeats(cells: Cells, parts: Sequence[str], wholes: Sequence[str]) -> dict[str, str]:
    """Say of columns of names which other columns say all that they do: a full name beside given name and surname.

    `parts` hold given names or surnames, `wholes` whole names. Where the parts say all of a whole it is the one to
    leave out, since they tell which is which; else everything that stands in a fuller name is.
    """
    words = {column: _words(cells[column]) for column in (*parts, *wholes)}
    found: dict[str, str] = {}
    together = _together([words[column] for column in parts])
    for column in wholes:
        if len(parts) > 1 and _stands_in(words[column], together):
            found[column] = f"{' and '.join(parts)} say the same"
    rest = {*parts, *wholes} - found.keys()
    for column in sorted(rest, key=lambda name: (_count(words[name]), name)):
        fuller = [other for other in wholes if other != column and other not in found]
        says_it = next((other for other in fuller if _stands_in(words[column], words[other])), None)
        if says_it is not None:
            found[column] = f"{says_it} says the same"
    return found


def restates(columns: Sequence[Sequence[object]], others: Sequence[Sequence[object]]) -> bool:
    """Say whether in most records that have words in both, those of the one are among those of the other."""
    one, other = (_together([_words(values) for values in each]) for each in (columns, others))
    both = [(left, right) for left, right in zip(one, other, strict=True) if left and right]
    return sum(left <= right or right <= left for left, right in both) > _MOST * len(both)


def _together(words: Sequence[Words]) -> Words:
    return [frozenset[str]().union(*row) for row in zip(*words, strict=True)]


def _words(values: Sequence[object]) -> Words:
    texts = list(map(as_text, values))
    known = {text: frozenset(plain(text).split()) for text in set(texts)}
    return [known[text] for text in texts]


def _count(words: Words) -> int:
    return sum(map(len, words))


def _stands_in(words: Words, others: Words) -> bool:
    """Say whether nearly all records have the words of one also in the other."""
    known = [(one, other) for one, other in zip(words, others, strict=True) if one]
    return bool(known) and sum(one <= other for one, other in known) >= _NEARLY_ALL * len(known)
