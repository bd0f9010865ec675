"""Has the hub resolved what is in the log up to a position? Who has just sent something waits for it to be seen."""

from mdm.errors import Fault, InvalidInput
from mdm.services.hub import Hub
from mdm.store import log, resolution


def has_reached(hub: Hub, position: int) -> bool:
    """Whether every entity type is resolved as far as a position of the log, or as far as it has any facts.

    Raises InvalidInput for a position that the log has not come to: nobody can have been told it.
    """
    with hub.database.read() as reader:
        if position > (head := log.head(reader)):
            detail = f"the log has come to position {head}, not yet to {position}"
            raise InvalidInput(detail, faults=[Fault("/query/min_seq", detail, "min_seq")])
        return not resolution.behind(reader, position)
