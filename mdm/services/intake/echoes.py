"""What a source sends back of the hub's own writes: it is no news, and counts as nothing that the source said."""

from collections.abc import Mapping
from typing import Any

import orjson

from matching.kinds import KINDS
from mdm.entity_types import EntityType
from mdm.log import canonical
from mdm.store import golden
from mdm.store.database import Transaction

Body = dict[str, Any]
Owner = tuple[str, str]


class Echoes:
    """Tells the echoes among the records of one batch; golden records are read only for sources that are written to."""

    def __init__(self, transaction: Transaction, types: Mapping[str, EntityType], known: Mapping[int, Owner]) -> None:
        """`known` are the source and entity type of the records that have arrived before, by key token."""
        rules = {owner: types[owner[1]].source(owner[0]) for owner in set(known.values()) if owner[1] in types}
        self.rules = rules
        self.types = types
        asked = [token for token, owner in known.items() if owner in rules and rules[owner].written_back]
        self.published = golden.published(transaction, asked) if asked else {}

    def is_one(self, owner: Owner, token: int, body: Body, *, origin: str | None) -> bool:
        """Whether a version is an echo: tagged as the hub's, or all it says is what the hub published of the record."""
        rules = self.rules.get(owner)
        if rules is None or body["mode"] == "delete":
            return False
        said = body["attributes"]
        return origin in rules.origins or (bool(said) and any(
            all(_alike(self._form(owner, name, value), self._form(owner, name, document.get(name)))
                for name, value in said.items())
            for document in map(orjson.loads, self.published.get(token, ()))
        ))  # fmt: skip

    def _form(self, owner: Owner, name: str, value: Any) -> Any:
        """A value in standard form where the hub has a spelling of its own, which the system need not keep."""
        attribute = self.types[owner[1]].attributes.get(name)
        if attribute is None or KINDS[attribute.kind].spelled is None:
            return value
        standardise = KINDS[attribute.kind].standardise
        return [standardise(one) or one for one in value] if isinstance(value, list) else standardise(value) or value


def _alike(sent: Any, golden: Any) -> bool:
    """Lists are alike in any order: a system need not keep it."""
    if isinstance(sent, list) and isinstance(golden, list):
        return sorted(map(canonical, sent)) == sorted(map(canonical, golden))
    return bool(sent == golden)
