"""What is read is read in one transaction: all of an answer was so at one moment, and nothing is read twice for it."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any

from mdm.api.caller import Caller

View = Callable[..., Any]
"""The function of a route."""
_REHEARSING: set[View] = set()


def rehearses(view: View) -> View:
    """Mark a view that tries a decision out, which writes: it reads within `at_one_moment` before or after that."""
    _REHEARSING.add(view)
    return view


def told_of(view: View) -> View:
    """A view that only reads, made to read at one moment; one that goes on after it has answered reads for itself."""
    if view in _REHEARSING or inspect.iscoroutinefunction(view):
        return view

    @wraps(view)
    def at_once(**given: object) -> Any:
        caller = given.get("caller")
        if not isinstance(caller, Caller):  # nobody, who is told nothing of the hub
            return view(**given)
        with at_one_moment(caller) as reading:
            return view(**{**given, "caller": reading})

    return at_once


@contextmanager
def at_one_moment(caller: Caller) -> Iterator[Caller]:
    """The same caller, to whom all is told as it was at one moment."""
    with caller.hub.at_one_moment() as hub:
        yield replace(caller, hub=hub)
