"""What a kind of value is: how it is cleaned, keyed and compared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from matching.columns import PART, SEPARATOR
from matching.document import Frequencies
from matching.kinds.pairs import Codes, Outcomes, PairComparison, each_distinct
from matching.kinds.strings import InBulk
from matching.patterns import CopiedWords

_NO_SEPARATORS = {ord(SEPARATOR): " ", ord(PART): " "}


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a comparison.

    `m` and `u` are the probabilities of this outcome between two records of the same thing and
    between two records of different things that share a blocking key; log2(m/u) is the match weight.
    Of the matches of a file hardly more than `most` have it: where more seem to, some of them are none.
    """

    name: str
    words: str
    m: float
    u: float
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Pieces:
    """How the fields of an object are cleaned one by one, to be the parts of a value; `enough` says of which fields.

    Any of these that is enough by itself makes a value; without there is none. Fields repeat where whole objects do
    not, so that columns of them are cleaned with less work.
    """

    clean: Mapping[str, Callable[[object], str]]
    enough: Mapping[str, Callable[[str], bool]]

    def whole(self, value: Mapping[str, object]) -> str | None:
        """Standardise one object."""
        parts = {field: clean(value.get(field)) for field, clean in self.clean.items()}
        told = any(enough(parts[field]) for field, enough in self.enough.items())
        return PART.join(parts.values()) if told else None


def whole(value: str) -> Sequence[str]:
    """Give the standardised value itself, as a blocking part or what it is known by."""
    return (value,)


def never(_value: object) -> bool:
    """Doubt no value."""
    return False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value.

    `standardise` takes one source value and gives None where nothing usable is in it. `valid` says
    whether a standardised value may decide on its own. `parts` are what blocking keys may use; ""
    is the whole value. `prepare` takes distinct standardised values and gives the comparison of any
    pairs of them, by their places, which numbers the level of each, 1 being the best. `accepts` says
    why a source value cannot be taken at all, or None. `fields` are those of a value that may be an object,
    and `pieces` says how it is cleaned field by field, where it can be; `copied` are words of texts that
    `standardise` copies whatever they are; `any_texts` says that `accepts` takes
    every object of them whose values are texts, and `whole_column` that `prepare` wants all values of a file,
    not only those of the pairs. `in_bulk` gives the strings of a part for many values at once, where that is quicker.
    `independent_parts` says that the parts of a value are common or rare each by itself, as given names and surnames
    are; `frequencies` those by which the best level has steps (see `matching.kinds.steps`). `between` are characters
    that part several values in one cell, because none of them stands in a value. `alike_by` gives strings by which a
    value is known: two values with one in common are not `different` to a rule. `spelled` writes a standardised value
    as golden records show it, where these do not keep the spelling of a source; a source value of which `doubtful` is
    true can be read in two ways, and though the kind takes one of them, it is shown as it came.
    """

    name: str
    help: str
    standardise: Callable[[object], str | None]
    valid: Callable[[str], bool]
    parts: Mapping[str, Callable[[str], Sequence[str]]]
    levels: tuple[Level, ...]
    prepare: Callable[[Sequence[str]], PairComparison]
    accepts: Callable[[object], str | None]
    fields: tuple[str, ...] = ()
    any_texts: bool = False
    pieces: Pieces | None = None
    copied: CopiedWords | None = None
    whole_column: bool = False
    in_bulk: Mapping[str, InBulk] = field(default_factory=dict)
    independent_parts: bool = False
    frequencies: Frequencies | None = None
    between: str = ";|"
    alike_by: Callable[[str], Sequence[str]] = whole
    spelled: Callable[[str], str] | None = None
    doubtful: Callable[[object], bool] = never

    def __reduce__(self) -> tuple[Callable[..., "Kind"], tuple[object, ...]]:
        """Go to another process by name: it has the same kinds."""
        return by_name, (self.name,)

    @property
    def steps(self) -> int:
        """How many of the levels are steps of the best one: 1 where frequencies are not known."""
        return 1 if self.frequencies is None else len(self.frequencies.steps)

    @property
    def any_text(self) -> bool:
        """Whether `accepts` takes every text, so that texts need not be shown to it one by one."""
        return self.accepts is takes_text

    @property
    def evidence(self) -> bool:
        """Whether its values can say that two records are one thing: a kind without levels has nothing to say."""
        return bool(self.levels)

    def shown(self, value: Any, standard: str) -> Any:
        """Give a source value as golden records show it: in the one spelling of its kind, or as it came."""
        if self.spelled is None or self.doubtful(value):
            return value
        return self.spelled(standard)

    def agrees(self, level: str) -> bool:
        """Say whether a level is the best one, or a step of it."""
        return level in {one.name for one in self.levels[: self.steps]}

    def compare(self, left: Sequence[str], right: Sequence[str]) -> Outcomes:
        """Compare aligned standardised values: the number of the level of each pair, 1 the best."""
        places: dict[str, int] = {}
        one, other = (
            np.array([places.setdefault(value, len(places)) for value in side], dtype=np.int64)
            for side in (left, right)
        )
        return self.prepare(list(places))(one, other)


def by_name(name: str) -> Kind:
    """Give the kind of that name."""
    from matching.kinds import KINDS

    return KINDS[name]


def as_standardised(value: str) -> str:
    """Spell a value in golden records as it is standardised."""
    return value


def always_valid(_value: str) -> bool:
    """Hold every standardised value for one that may decide."""
    return True


def same_or_different(_values: Sequence[str]) -> PairComparison:
    """Compare for equality: level 1 where both are the same, 2 elsewhere."""

    def compare(left: Codes, right: Codes) -> Outcomes:
        return np.where(left == right, np.int8(1), np.int8(2))

    return compare


def each_pair(judge: Callable[[str, str], int]) -> Callable[[Sequence[str]], PairComparison]:
    """Make a comparison out of one that judges a single pair of values."""

    def prepare(values: Sequence[str]) -> PairComparison:
        return lambda left, right: each_distinct(judge, values, left, right)

    return prepare


def takes_text(value: object) -> str | None:
    """Take text and numbers; refuse objects, lists and booleans."""
    if value is None or (isinstance(value, str | int | float) and not isinstance(value, bool)):
        return None
    return f"expected text, not {type(value).__name__}: {value!r}"


def as_text(value: object) -> str:
    """Give the text of a source value; a whole number that came as a float loses its `.0`.

    The characters that separate values and parts in a cell become spaces.
    """
    if isinstance(value, str):
        text = value
    elif value is None or isinstance(value, dict | list):
        return ""
    elif isinstance(value, float) and value.is_integer():
        return str(int(value))
    else:
        text = str(value)
    return (text if text.isprintable() else text.translate(_NO_SEPARATORS)).strip()
