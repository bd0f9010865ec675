"""What a reader has set for themselves: keys, density, theme and hold, kept in a cookie of their browser."""

import re
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote, unquote

import orjson
from fastapi import Request

from mdm.services.stewarding.proposals import LONGEST_HOLD

COOKIE = "mdm-desk"
THEMES = {"auto": "As the system is", "light": "Light", "dark": "Dark"}
DENSITIES = {"roomy": "Roomy", "tight": "Tight"}
MOST, HOLD = 60, 10
_ACTION = re.compile(r"[a-z]+([- ][a-z]+)*")
_SECONDS = re.compile(r"[0-9]{1,3}")
_KEY = re.compile(r"\S{1,12}( \S)?")


@dataclass(frozen=True, slots=True)
class Preferences:
    """Each as it is when nothing was set; `keys` are only those of actions that were given another.

    hold: seconds before a decision made at the desk has any effect; taken back within them it leaves no trace.
    """

    theme: str = "auto"
    density: str = "roomy"
    single_keys: bool = True
    keys: dict[str, str] = field(default_factory=dict)
    hold: int = HOLD

    @property
    def written(self) -> str:
        """As it stands in the cookie."""
        return quote(orjson.dumps(asdict(self)).decode(), safe="")

    @property
    def for_keys(self) -> str:
        """What the script that listens to keys is told, as JSON."""
        return orjson.dumps({"off": not self.single_keys, "keys": self.keys}).decode()


def checked(said: dict[str, Any]) -> Preferences:
    """Take what makes sense of what somebody sent; the rest is as if it had not been said."""
    keys = said.get("keys")
    given = {
        str(action): str(key)
        for action, key in (keys.items() if isinstance(keys, dict) else ())
        if _ACTION.fullmatch(str(action)) and len(str(action)) <= 30 and _KEY.fullmatch(str(key))
    }
    theme, density, hold = (str(said.get(name)) for name in ("theme", "density", "hold"))
    return Preferences(
        theme if theme in THEMES else "auto", density if density in DENSITIES else "roomy",
        said.get("single_keys") is not False, dict(list(given.items())[:MOST]),
        min(int(hold), LONGEST_HOLD) if _SECONDS.fullmatch(hold) else HOLD,
    )  # fmt: skip


def of(request: Request) -> Preferences:
    """What the browser that asks has been told to keep."""
    try:
        said = orjson.loads(unquote(request.cookies.get(COOKIE, "")))
    except orjson.JSONDecodeError:
        said = {}
    return checked(said if isinstance(said, dict) else {})
