"""Words of sources that a record has changed, without how: which of them say anything new, and what answers them."""

from collections.abc import Collection, Sequence

from mdm.log import Fact, FactKind
from mdm.resolution.fold import Body
from mdm.resolution.unanswered import Said, unanswered
from mdm.store import log
from mdm.store.database import Transaction

_NAMED = ("source", "source_id", "version", "event_time", "batch", "line")
_NEWEST = 2**62


class ToldChanges:
    """The words about some records; what comes of the same records is told to it as it comes.

    A position of 0 or below counts on from the end of the log, which is locked.
    """

    def __init__(self, writer: Transaction, tokens: Collection[int]) -> None:
        """Read what has been said of the records of these key tokens; most hubs have no such word at all."""
        self.writer, self.read = writer, set[int]()
        self.words: dict[int, list[Said]] = {}
        self.fetched: dict[int, list[Said]] = {}
        self.any = log.any_of(writer, "changed")
        self._read(tokens)

    def is_news(self, token: int, body: Body, known: Sequence[Said], *, at: int) -> bool:
        """Whether a word says anything new: it was not said before, and nothing has come that answers it."""
        left, answers = self._left(token, known)
        said = any(_stamp(one) == _stamp(body) for _, one in left)
        if said or not unanswered([_placed((at, body))], answers):
            return False
        self.words.setdefault(token, []).append((at, body))
        return True

    def is_answer(self, token: int, body: Body, known: Sequence[Said], *, at: int) -> bool:
        """Whether what is known already answers a word by coming again."""
        if not self.any and token not in self.words:
            return False  # as for each of a million rows that are sent again
        left, answers = self._left(token, known)
        if not left or len(unanswered(left, [*answers, _placed((at, body))])) == len(left):
            return False
        self.fetched.setdefault(token, []).append((at, body))
        return True

    def last(self, token: int, known: Sequence[Said]) -> int:
        """The position of the last thing that was said of a record."""
        position: int = max([*known, *self.words.get(token, ())], key=lambda said: _placed(said)[0])[0]
        return position

    def _left(self, token: int, known: Sequence[Said]) -> tuple[list[Said], list[Said]]:
        """The words about a record that nothing has answered, and all that might."""
        if token not in self.read:
            self._read([token])
        answers = [_placed(one) for one in (*known, *self.fetched.get(token, ()))]
        return unanswered(map(_placed, self.words.get(token, ())), answers), answers

    def _read(self, tokens: Collection[int]) -> None:
        self.read |= set(tokens)
        if self.any and tokens:
            _add(self.words, log.said_of(self.writer, "changed", sorted(tokens)))
            _add(self.fetched, log.said_of(self.writer, "fetched", sorted(self.words.keys() & set(tokens))))


def fact_of(kind: FactKind, entity_type: str, token: int, body: Body) -> Fact:
    """The fact that a record has changed (`changed`), or that what came of it was known already (`fetched`)."""
    named = _NAMED if kind == "changed" else (*_NAMED, "mode")
    return Fact(kind, entity_type, {name: body[name] for name in named}, token)


def _add(to: dict[int, list[Said]], found: Collection[tuple[int, int, Body]]) -> None:
    for token, position, body in found:
        to.setdefault(token, []).append((position, body))


def _stamp(body: Body) -> tuple[object, object]:
    return body["version"], body["event_time"]


def _placed(said: Said) -> Said:
    position, body = said
    return (position if position > 0 else _NEWEST - position), body
