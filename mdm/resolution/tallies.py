"""The arithmetic of data quality: counts go in record by record, whole numbers come out."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from matching.sets import sorted_set

RECENT_DAYS = 365
"""A value is recent when its event time is at most so many days before the latest tick."""

SUMMED = (
    "records", "fillable", "filled", "judged", "valid", "identified", "unique", "dated", "compared", "differing",
)  # fmt: skip


class Figures(NamedTuple):
    """What is known of one attribute in one source, or of all (""): counts, so that shares are fractions of them.

    filled: records with a value, of `fillable`; the whole record counts once for each attribute.  judged, valid:
    values, and those valid by kind and rules; a required value that is missing is judged.  identified, unique: what
    should be one of a kind, and how much of it is: the records of a source and their golden records, or the values
    of an identifier.  dated, recent, median_age: records with a value whose event time is known, those of them
    within the last days, and the median of their ages in days (the lower of two); the latter two None before the
    first tick.  compared, differing: records whose value can be compared with the golden value, and those that say
    something else.  golden_records, golden_filled: of all sources only.
    """

    source: str
    attribute: str
    records: int
    fillable: int
    filled: int
    judged: int
    valid: int
    identified: int
    unique: int
    dated: int
    recent: int | None
    median_age: int | None
    compared: int
    differing: int
    golden_records: int | None
    golden_filled: int | None


@dataclass(slots=True)
class Tally:
    """What has been counted so far; `ages` is how many are how many days old, `seen` 8 bytes for each identifier."""

    records: int = 0
    fillable: int = 0
    filled: int = 0
    judged: int = 0
    valid: int = 0
    identified: int = 0
    unique: int = 0
    dated: int = 0
    compared: int = 0
    differing: int = 0
    ages: Counter[int] = field(default_factory=Counter)
    seen: bytearray = field(default_factory=bytearray)

    def identify(self, values: Iterable[str]) -> None:
        """Count the values of an identifier; how many are distinct is known at the end."""
        for value in values:
            self.identified += 1
            self.seen += hashlib.blake2b(value.encode(), digest_size=8).digest()

    def close(self, records: int, *, missed: bool) -> None:
        """Say how many records there are in all, and whether each without a value is judged not valid for that."""
        self.records = self.fillable = records
        if missed:
            self.judged += records - self.filled
        if self.seen:
            self.unique += len(sorted_set(np.frombuffer(self.seen, dtype="<i8")))
            self.seen = bytearray()

    def add(self, other: "Tally") -> None:
        """Add what was counted elsewhere; both are closed."""
        for name in SUMMED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.ages.update(other.ages)

    def figures(self, source: str, attribute: str, *, days: int | None, golden: tuple[int, int] | None) -> Figures:
        """Put the figures together; days: how old is recent, None while no day has passed."""
        recent = None if days is None else sum(count for age, count in self.ages.items() if age <= days)
        return Figures(
            source, attribute, self.records, self.fillable, self.filled, self.judged, self.valid, self.identified,
            self.unique, self.dated, recent, median(self.ages), self.compared, self.differing,
            *(golden or (None, None)),
        )  # fmt: skip


def median(counts: Counter[int]) -> int | None:
    """The smallest number that at least half do not exceed, of how many there are of each; None of none."""
    half, passed = (counts.total() + 1) // 2, 0
    for number in sorted(counts):
        passed += counts[number]
        if passed >= half > 0:
            return number
    return None
