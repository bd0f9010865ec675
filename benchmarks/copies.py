"""Decides, record by record, whether it starts a new thing or is a further copy of one made before."""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import TypeVar

Thing = TypeVar("Thing")
Choice = TypeVar("Choice")
_FRESH = 0.70  # the share of records that start a new thing; the others are further copies of a recent one
_WINDOW = 20_000  # further copies come from about so many things made last, so that memory stays flat


def copies(random: Random, count: int, make: Callable[[Sequence[Thing]], Thing]) -> Iterator[Thing]:
    """Give the thing that each of `count` records is about; `make` is shown the recent things and gives a new one."""
    recent: list[Thing] = []
    for _ in range(count):
        if not recent or random.random() < _FRESH:
            thing = make(recent)
            if len(recent) < _WINDOW:
                recent.append(thing)
            else:
                recent[int(random.random() * _WINDOW)] = thing
        else:
            thing = recent[int(random.random() * len(recent))]
        yield thing


def pick(random: Random, choices: Sequence[Choice]) -> Choice:
    """Pick one of the choices: quicker than `random.choice`, which matters a million times over."""
    return choices[int(random.random() * len(choices))]
