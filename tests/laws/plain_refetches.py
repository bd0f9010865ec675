"""What is to be fetched again, in plain Python: every word of a source held against every version, each time anew."""

from collections.abc import Iterable
from typing import Any, NamedTuple


class Word(NamedTuple):
    """That a record has changed, where that stands in the log, and as which version, if it was named."""

    position: int
    key: str
    version: int | None


def behind(
    words: Iterable[Word], facts: dict[str, list[tuple[int, str, dict[str, Any]]]]
) -> dict[str, tuple[int, int | None]]:
    """By source key, where the oldest word stands that nothing has answered, and the newest version that was named.

    None where none was named.
    """
    found: dict[str, tuple[int, int | None]] = {}
    for word in words:
        source, of, source_id = word.key.split(":")
        versions = [
            (position, body)
            for position, kind, body in facts[of]
            if kind == "record" and (body["source"], body["source_id"]) == (source, source_id)
        ]
        if not any(_answers(word, one, versions) for one in versions):
            since, version = found.get(word.key, (word.position, None))
            named = [one for one in (version, word.version) if one is not None]
            found[word.key] = min(since, word.position), max(named, default=None)
    return found


def _answers(word: Word, version: tuple[int, dict[str, Any]], versions: list[tuple[int, dict[str, Any]]]) -> bool:
    position, body = version
    if word.version is not None:
        newer = body["version"] > word.version and body["mode"] != "patch"
        return newer or body["version"] == word.version
    stood = max((_age(one) for at, one in versions if at < word.position), default=(-1, ""))
    return body["mode"] != "patch" and position > word.position and _age(body) >= stood


def _age(body: dict[str, Any]) -> tuple[int, str]:
    return body["version"], body["event_time"] or ""
