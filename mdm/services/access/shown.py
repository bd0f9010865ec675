"""Under which rules a golden version is shown: attributes that have gone since are still described and masked."""

from collections.abc import Iterable
from typing import get_args

from mdm.entity_types import Attribute, EntityType, Privacy
from mdm.services.hub import Hub

_STRICTNESS: tuple[Privacy, ...] = get_args(Privacy)


class Shown:
    """The entity types as they are now and as their rules versions had them, for the answer to one request."""

    def __init__(self, hub: Hub) -> None:
        """Read the rules in force once."""
        self.hub = hub
        self.now = hub.entity_types()

    def under(self, name: str, version: str | None) -> EntityType:
        """An entity type with every attribute that a golden version of a rules version may have; None: as it is now."""
        current = self.now[name]
        return current if version in {None, current.version} else described(current, self.hub.rules(version or ""))

    def having(self, name: str, attribute: str, versions: Iterable[str]) -> EntityType:
        """An entity type that knows an attribute: as it is now, else under the last of these versions that did."""
        if attribute in self.now[name].attributes:
            return self.now[name]
        for version in reversed(list(versions)):
            found = self.under(name, version)
            if attribute in found.attributes:
                return found
        return self.now[name]


def described(current: EntityType, then: EntityType) -> EntityType:
    """The attributes of now, and those that an earlier version had beside them or meant otherwise.

    Who may see an attribute that is still there is said by the rules in force. One that has gone keeps the class it
    had; one that was renamed has that of its new name; one that holds something else now has the stricter of both.
    """
    kept = {name: _governed(current, name, attribute) for name, attribute in then.attributes.items()}
    said = {name: getattr(current, name) for name in EntityType.model_fields}
    # Not checked and not copied: this is only for showing, and a copy would carry along what is worked out of one.
    return EntityType.model_construct(**{**said, "attributes": {**current.attributes, **kept}})


def _governed(current: EntityType, name: str, then: Attribute) -> Attribute:
    now = current.attributes.get(current.renamed.get(name, name))
    if now is None:
        return then
    if now.kind != then.kind:
        return then.model_copy(update={"privacy": max(now.privacy, then.privacy, key=_STRICTNESS.index)})
    # Made anew, as a copy would carry along the fields of lines that were worked out of it.
    return Attribute.model_construct(
        **{**{field: getattr(now, field) for field in Attribute.model_fields}, "of": {**then.of, **now.of}}
    )
