"""A golden value in the form in which one source can take it: references by its own id, codes by its own word."""

from collections.abc import Collection, Mapping
from typing import Any

from mdm.entity_types import EntityType
from mdm.log import Key, key_token
from mdm.store import code_lists as stored_codes
from mdm.store import divergence as stored
from mdm.store.database import Transaction
from mdm.store.divergence import Target, Told
from mdm.store.xref import NOW

Document = dict[str, Any]


class TakenForms:
    """What sources call what golden values mean, each read once."""

    def __init__(self, transaction: Transaction, salt: bytes) -> None:
        """Read the words that sources have for codes."""
        self.transaction, self.salt = transaction, salt
        self.targets: dict[str, Target] = {}
        rows = sorted(stored_codes.mappings(transaction, NOW), key=lambda row: row.value, reverse=True)
        self.words = {(row.code_list, row.source, str(row.code)): row.value for row in rows}

    def read(self, values: Collection[Any]) -> None:
        """Learn what the golden values of references mean, and what each source calls that."""
        tokens = {key_token(self.salt, str(value)): str(value) for value in values if value is not None}
        found = stored.targets(self.transaction, list(tokens)) if tokens else {}
        self.targets |= {tokens[token]: target for token, target in found.items()}

    def told(self, entity_type: EntityType, one: Told, item: Mapping[str, Any]) -> Document:
        """`{"take", "because"?}` of one disagreement about a plain value."""
        value = item["golden_value"]
        if one.attribute in entity_type.references:
            return self.reference(one.source, str(value))
        return {"take": self.code(entity_type.code_lists.get(one.attribute), one.source, value)}

    def code(self, code_list: str | None, source: str, value: Any) -> Any:
        """A code by the source's own word for it; the code itself where it has none, and any other value as it is."""
        if code_list is None:
            return value
        if isinstance(value, list):
            return [self.code(code_list, source, one) for one in value]
        return self.words.get((code_list, source, str(value)), value)

    def reference(self, source: str, written: str) -> Document:
        """`{"take", "because"?}` of a reference: the source's own id of what it means, None where it has none."""
        if written not in self.targets:
            self.read([written])
        key, target = Key.parse(written), self.targets.get(written)
        if key.source == source:
            return {"take": key.source_id}
        if target is not None and source in target.ids:
            return {"take": target.ids[source]}
        return {"take": None, "because": f"{source} has no {key.entity_type} that is {written}"}
