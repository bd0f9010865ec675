"""Judge a pair of company names: at which level they agree."""

from functools import lru_cache
from typing import NamedTuple

from matching.kinds.business_words import business_words, slip_of
from matching.kinds.legal_forms import Words, compatible
from matching.kinds.spelling import pair_off, same_when_joined, shortened

EXACT, CLOSE, OTHER_FORM, CONTAINED, SIMILAR, RELATED, DIFFERENT = range(1, 8)

SISTERS = frozenset(("holding", "finance", "realestate", "european"))
"""What a sister has in its name beside that of the firm: no short way of writing leaves it out."""
_ROMAN = frozenset(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"])


class CompanyName(NamedTuple):
    """A standardised name taken apart for comparison."""

    words: Words
    bag: frozenset[str]
    generic: frozenset[str]
    numbering: frozenset[str]
    form: str
    aside: Words


def form_and_aside(written: str) -> tuple[str, str]:
    """Part a legal form from what is said aside, which stands in brackets after it: `ltd(ainsworth)`."""
    form, _, aside = written.removesuffix(")").partition("(")
    return form, aside


def taken_apart(core: str, written: str) -> CompanyName:
    """Prepare the words of one name, and its legal form with what is said aside, for `judge`."""
    form, aside = form_and_aside(written)
    words = tuple(core.split(" "))
    bag = frozenset(words)
    return CompanyName(
        words, bag, bag & business_words(), frozenset(filter(is_numbering, bag)), form, tuple(aside.split())
    )


def _without_aside(name: CompanyName) -> CompanyName:
    return taken_apart(" ".join(name.words[: -len(name.aside)]), name.form)


@lru_cache(maxsize=200_000)
def is_numbering(word: str) -> bool:
    """Say whether a word counts: a Roman number, or one with digits."""
    return word in _ROMAN or any(map(str.isdigit, word))


def _acronym(one: CompanyName, other: CompanyName) -> bool:
    return len(one.words) == 1 and len(other.words) >= 3 and one.words[0] == "".join(word[0] for word in other.words)


def judge(one: CompanyName, other: CompanyName) -> int:
    """Give the level of a pair of names, whichever comes first; what only one says aside is close to no difference."""
    whole = _judge_whole(one, other)
    if bool(one.aside) == bool(other.aside):
        return whole
    said, silent = (one, other) if one.aside else (other, one)
    return min(whole, max(CLOSE, _judge_whole(_without_aside(said), silent)))


def _judge_whole(one: CompanyName, other: CompanyName) -> int:
    """Give the level of a pair of names with all their words; a business word with a slip is still one."""
    if other.words < one.words:
        one, other = other, one
    if one.bag == other.bag:
        return EXACT if compatible(one.form, other.form) else OTHER_FORM
    shared, general = set(one.bag & other.bag), one.generic | other.generic
    left, right = set(one.bag - shared), set(other.bag - shared)
    if left and right:
        if same_when_joined(one.words, other.words):
            left, right = set(), set()
        shared.update(word if word in general else met for word, met in pair_off(left, right))
        shared.update(_without_slips(left, right), _without_slips(right, left))
    if not left and not right:
        return CLOSE if compatible(one.form, other.form) else OTHER_FORM
    if shared <= general:
        # Deutsche Bank is made of business words alone: two of them still make a name.
        contained = len(shared) >= 2 and not (left and right)
        return CONTAINED if contained or _acronym(one, other) or _acronym(other, one) else DIFFERENT
    shared -= general
    if not (left.isdisjoint(one.numbering) and right.isdisjoint(other.numbering)):
        return RELATED
    if left and right:
        short = shortened(left, right)
        return SIMILAR if short else _both_have_more(len(shared), left - one.generic, right - other.generic)
    return CONTAINED if SISTERS.isdisjoint(left or right) and compatible(one.form, other.form) else RELATED


def _without_slips(left: set[str], right: set[str]) -> list[str]:
    """Take words that are slips of business words of the other side out of both, and give these."""
    found = []
    for word in sorted(left):
        meant = slip_of(word)
        if meant in right:
            left.discard(word)
            right.discard(meant)
            found.append(meant)
    return found


def _both_have_more(shared: int, left: set[str], right: set[str]) -> int:
    """Hold two names with more words for similar where they share most of their telling words."""
    return SIMILAR if shared >= 2 and shared > min(len(left), len(right)) and (left or right) else RELATED
