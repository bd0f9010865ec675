"""Sharing: pieces of work that do not know of each other, done in turn here, or by whoever knows of more cores."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

Result = TypeVar("Result")


class Share(Protocol):
    """Does pieces of work and gives what they give, in their order."""

    def __call__(self, works: Sequence[Callable[[], Result]], /) -> list[Result]:
        """Do them all."""


def in_turn(works: Sequence[Callable[[], Result]]) -> list[Result]:
    """Do one piece of work after the other."""
    return [work() for work in works]
