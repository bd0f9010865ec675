"""Which words of a source that a record has changed, without saying how, nothing has answered yet.

A word that names a version or a time is answered by what is at least as new, whichever of the two arrives first. One
that names nothing that can be compared is answered by what arrives after it and is no older than what stood before.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from mdm.resolution.fold import Body, order

Said = tuple[int, Body]
"""A position of the log, and what was said there."""


def unanswered(words: Iterable[Said], versions: Sequence[Said]) -> list[Said]:
    """Of words that a record has changed those that no version of it answers, the newest last.

    versions: what came of the record, and what came and was known already; a position after all counts as now.
    """
    return sorted((word for word in words if not any(_answers(one, word, versions) for one in versions)), key=order)


def _answers(version: Said, word: Said, versions: Sequence[Said]) -> bool:
    """A partial update tells only its own change: it answers the word about that one and about no other."""
    partial, compared = version[1]["mode"] == "patch", _compared(version[1], word[1])
    if compared is not None:
        mine, its = compared
        return bool(mine == its if partial else mine >= its)
    return not partial and version[0] > word[0] and _age(version) >= _stood(word, versions)


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


def _stood(word: Said, versions: Sequence[Said]) -> tuple[object, ...]:
    return max((_age(one) for one in versions if one[0] < word[0]), default=())


def _age(version: Said) -> tuple[Any, ...]:
    return order(version)[:-1]
