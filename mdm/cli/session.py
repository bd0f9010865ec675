"""What a command starts from: the settings, an open hub, and who is asking."""

import getpass
import logging
import os
import sys
import tomllib
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mdm.errors import Fault, InvalidInput

if TYPE_CHECKING:
    from mdm.log import Author
    from mdm.services.hub import Hub
    from mdm.settings import Settings

_SILENCE = logging.NullHandler()


def settings(**given: Any) -> "Settings":
    """The settings in force; arguments that are None are left to MDM_* variables and mdm.toml.

    Raises:
        InvalidInput: a variable or a line of mdm.toml is not valid; names it.
    """
    from pydantic import ValidationError

    from mdm.settings import Settings

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        faults = [_fault(one["loc"], one["msg"]) for one in error.errors()]
        raise InvalidInput(f"the settings are not valid: {faults[0].detail}", faults=faults[1:]) from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"mdm.toml cannot be read as TOML: {error}") from None


def _fault(place: tuple[int | str, ...], message: str) -> Fault:
    name = ".".join(map(str, place))
    return Fault(f"/{name}", f"MDM_{name.upper()} (or {name} in mdm.toml): {message}", "settings")


@contextmanager
def opened(chosen: "Settings | None" = None) -> Iterator["Hub"]:
    """An open hub that is closed again afterwards."""
    from mdm.services.hub import open_hub

    log_to_stderr("warning")
    hub = open_hub(settings() if chosen is None else chosen)
    try:
        yield hub
    finally:
        hub.close()


def golden_id(hub: "Hub", written: str, *, as_of: str | None = None) -> str:
    """The golden ID that is meant: as it is written, or that which a source record bears, or bore at a moment.

    Raises:
        NotFound: no record with that key has been resolved, or had been by then.
    """
    if ":" not in written:
        return written
    from mdm.errors import NotFound
    from mdm.log import Key
    from mdm.services.reading import lookup

    try:
        (found,) = lookup.xrefs(hub, [Key.parse(written)], as_of=as_of)
    except ValueError as error:
        raise NotFound(str(error)) from None
    if found is None:
        raise NotFound(f"no record {written} has been resolved" + (" by then" if as_of else ""))
    return str(found["golden_id"])


def author() -> "Author":
    """Who types the command, now: `cli:<user of the operating system>`."""
    from mdm.log import Author
    from mdm.settings import now

    return Author(f"cli:{_user()}", now())


def person(written: str | None) -> str | None:
    """The name of a person as facts write it: `me` is who types the command."""
    return author().actor if written == "me" else written


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return str(os.getuid())


def _line(_logger: object, level: str, event: MutableMapping[str, Any]) -> str:
    """Write an event as `name=value`, the moment, the level and what happened first."""
    from mdm.settings import now

    what = event.pop("event")
    said = [f" {name}={value!r}" for name, value in event.items()]
    return f"timestamp={now()!r} level={level!r} event={what!r}{''.join(said)}"


def log_to_stderr(level: str, *, lasting: bool = False) -> None:
    """Keep log lines off standard output, which belongs to the answer.

    lasting: to the standard error of now, until the process ends: a line of a server then costs half as much.
    """
    import structlog

    if not lasting:
        # A command that is interrupted while it closes a connection says so itself, in one line.
        logging.getLogger("sqlalchemy.pool").addHandler(_SILENCE)
    structlog.configure(
        processors=[_line],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Standard error as it is when a line is written, not as it was when this ran, unless that is to last.
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=lasting,
    )
