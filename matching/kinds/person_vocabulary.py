"""Words that say something of a person's name: titles, particles, given names and their short forms."""

from functools import lru_cache

from matching.kinds.folding import folded
from matching.kinds.tables import rows, words

TITLES = words("titles")
PARTICLES = words("particles")
BIRTH = frozenset(("geb", "geborene", "geborener", "nee", "born", "domu", "rozena", "nata"))
"""What a surname at birth stands behind."""


@lru_cache(maxsize=1)
def _groups() -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for names in rows("nicknames"):
        head = folded(names[0]).replace(" ", "")
        for name in names:
            groups.setdefault(folded(name).replace(" ", ""), set()).add(head)
    return {name: frozenset(heads) for name, heads in groups.items()}


def is_given_name(word: str) -> bool:
    """Say whether a folded word is known as a given name or a short form of one."""
    return word in _groups()


def heads_of(word: str) -> frozenset[str]:
    """Give the given names that a folded word is known as a form of."""
    return _groups().get(word, frozenset())


def nicknames(one: str, other: str) -> bool:
    """Say whether two folded given names are known as forms of one name."""
    return not heads_of(one).isdisjoint(heads_of(other))
