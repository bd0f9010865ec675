"""An attribute that is asked for by its name: a misspelled one is refused, rather than answered with nothing."""

from collections.abc import Iterable

from mdm.entity_types import EntityType, hint
from mdm.errors import NotFound


def ensure_known(entity_types: Iterable[EntityType], attribute: str | None) -> None:
    """Raise NotFound, which names the nearest, for an attribute that none of the entity types has; None is any."""
    known = {name for entity_type in entity_types for name in entity_type.attributes}
    if attribute is not None and attribute not in known:
        raise NotFound(f"there is no attribute {attribute!r}{hint(attribute, known)}")
