"""Which decided tasks a second steward is asked about: a fixed share of them, the same ones however often one asks."""

from collections.abc import Iterable

from mdm.entity_types import EntityType
from mdm.resolution.sampled_matches import is_drawn
from mdm.services.hub import Hub

Ask = tuple[str, str, int | None]
"""A task, its kind, and the match weight of its pair in thousandths of a bit when it was decided."""


def asks(hub: Hub, entity_type: EntityType, decided: Iterable[Ask]) -> tuple[Ask, ...]:
    """Those of these tasks on which a second opinion is asked for, by the share that the rules say.

    Drawn by the task's id under the hub's own salt: nobody can tell beforehand, and nothing is left to chance.
    """
    share = entity_type.second_opinion
    return tuple(one for one in decided if is_drawn(hub.salt, one[0], share))
