"""Addresses of pages: all of a page's state stands in its address, and what is not set is left out."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode


def address(path: str, parts: Mapping[str, object]) -> str:
    """A path with those of its query parameters that say something."""
    said = {name: value for name, value in parts.items() if value}
    return f"{path}?{urlencode(said)}" if said else path


def link(here: str, state: Mapping[str, object], usual: Mapping[str, object] | None = None) -> Callable[..., str]:
    """Make addresses of a page, or of another place with the same state, with something changed.

    usual: what holds where nothing is said, and so is left out.
    """
    given = usual or {}

    def made(place: str = here, /, **changed: object) -> str:
        parts = {**state, **changed}
        return address(place, {name: value for name, value in parts.items() if value != given.get(name)})

    return made
