"""Who looks at a page: what its templates may ask about them."""

from dataclasses import dataclass

from fastapi import Request

from mdm.api.caller import Caller, Requires
from mdm.auth import MAY, Action
from mdm.errors import Unauthorised


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person a page is made for; `csrf` is what their forms have to carry, nothing for a key in a header.

    viewing_as: the role that an admin looks at the hub as.
    """

    caller: Caller
    csrf: str = ""
    display_name: str | None = None
    viewing_as: str | None = None

    @property
    def name(self) -> str:
        """What the page calls them."""
        return self.caller.actor

    @property
    def role(self) -> str:
        """Their role."""
        return self.caller.principal.role

    def may(self, action: Action) -> bool:
        """Whether their role may do something at all, so that a page offers only what would be carried out."""
        return action in MAY[self.caller.principal.role]


async def at_the_door(request: Request) -> Caller | None:
    """Who asks for a page that is for strangers too, or None for one."""
    try:
        return await Requires("look up")(request)
    except Unauthorised:
        return None
