"""Which tasks somebody works through: the choice made in the queue, carried along in every address."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from stewardship_ui.addresses import link

STATE = ("entity_type", "kind", "view", "order", "likely")
"""What is chosen in the queue, by its name in an address."""
USUAL = {"view": "all", "order": "urgent"}
Text = Annotated[str, Query(max_length=100)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The choice as it stands in an address; what is empty takes all."""

    state: dict[str, str]

    @property
    def query(self) -> str:
        """As it stands in an address, with its question mark; nothing when all is wanted."""
        return link("", self.state, USUAL)()


async def wanted(
    *, entity_type: Text = "", kind: Text = "", view: Text = "", order: Text = "", likely: Text = ""
) -> Wanted:
    """Read the choice from an address."""
    return Wanted(dict(zip(STATE, (entity_type, kind, view, order, likely), strict=True)))


WorkSet = Annotated[Wanted, Depends(wanted)]
