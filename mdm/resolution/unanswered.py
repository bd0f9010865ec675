"""Which words of a source that a record has changed, without saying how, nothing has answered yet.

A word that names a version or a time is answered by what is at least as new, whichever of the two arrives first. One
that names nothing that can be compared is answered by what arrives after it and is no older than what stood before.
"""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate
from operator import itemgetter
from typing import Any

from mdm.resolution.fold import Body, order

Said = tuple[int, Body]
"""A position of the log, and what was said there."""
Age = tuple[Any, ...]
"""What versions are ordered by, but for where they stand."""
POSITION = itemgetter(0)


def unanswered(words: Iterable[Said], versions: Iterable[Said]) -> list[Said]:
    """Of words that a record has changed those that no version of it answers, the newest last.

    versions: what came of the record, and what came and was known already; a position after all counts as now.
    """
    placed = sorted(versions, key=POSITION)
    newest = list(accumulate(map(_age, placed), max))
    left = []
    for word in words:
        before = bisect_left(placed, word[0], key=POSITION)
        stood = newest[before - 1] if before else ()
        if not any(_answers(one, word, stood) for one in reversed(placed)):  # mostly the last one does
            left.append(word)
    return sorted(left, key=order)


def _answers(version: Said, word: Said, stood: Age) -> bool:
    """A partial update tells only its own change: it answers the word about that one and about no other."""
    partial, compared = version[1]["mode"] == "patch", _compared(version[1], word[1])
    if compared is not None:
        mine, its = compared
        return bool(mine == its if partial else mine >= its)
    return not partial and version[0] > word[0] and _age(version) >= stood


def _compared(version: Body, word: Body) -> tuple[Any, Any] | None:
    """What of both can be compared: versions, or else times; nothing of a deletion that was inferred from absence."""
    if "reason" in version:
        return None
    versions, times = (version["version"], word["version"]), (_time(version), _time(word))
    if None not in versions and type(versions[0]) is type(versions[1]):
        return versions
    return None if None in times else times


def _time(body: Body) -> str | None:
    return body["event_time"] or (body["version"] if isinstance(body["version"], str) else None)


def _age(version: Said) -> Age:
    return order(version)[:-1]
