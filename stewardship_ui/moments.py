"""When a page is about: as the hub knew it then, and the day that is meant; carried along in every address."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import Query


@dataclass(frozen=True, slots=True)
class Then:
    """`as_of` is a moment, or a position, of what the hub knew; `on` a day of the world. None of both is now."""

    as_of: str | None = None
    on: str | None = None

    @property
    def query(self) -> str:
        """As it stands in an address, with its question mark; nothing when now is meant."""
        return self.with_()

    def with_(self, **more: object) -> str:
        """The same with more beside it."""
        parts = {"as_of": self.as_of, "on": self.on, **more}
        given = {name: value for name, value in parts.items() if value not in {None, "", False}}
        return f"?{urlencode(given)}" if given else ""


async def then(
    as_of: Annotated[str, Query(max_length=64)] = "", on: Annotated[str, Query(max_length=10)] = ""
) -> Then:  # fmt: skip
    """Read a moment from an address; an empty field of a form means now."""
    return Then(as_of.strip() or None, on.strip() or None)


def entity(golden_id: str, part: str = "") -> str:
    """The address of a golden record's page, or of a part of it."""
    return f"/entity/{quote(golden_id, safe='')}{f'/{part}' if part else ''}"


def twin(golden_id: str, part: str = "", query: str = "") -> str:
    """The address at which the API tells the same."""
    return f"/v1/golden-records/{quote(golden_id, safe='')}{f'/{part}' if part else ''}{query}"
