"""Where records disagree with golden records, worked out from what stands, value by value, and nothing remembered."""

import zlib
from typing import Any

import orjson

from matching.kinds import KINDS
from mdm.entity_types import EntityType
from mdm.log import key_token
from mdm.resolution.references import target
from mdm.services.hub import Hub
from mdm.store.database import Transaction

Place = tuple[int, int, str]


def check(hub: Hub, entity_type: EntityType) -> None:
    """Compare what is kept of plain attributes with that."""
    plain = [name for name in entity_type.matching.attributes if name not in entity_type.dated]
    with hub.database.read() as reader:
        codes = hub.code_lists(reader)
        kept = reader.rows(
            "SELECT golden, record_id, attribute FROM divergence WHERE until IS NULL AND entity_type = ?"
            " AND attribute {in}",
            entity_type.entity_type, plain,
        )  # fmt: skip
        found: set[Place] = set()
        for golden, attributes, lineage in reader.rows(
            "SELECT golden, attributes, lineage FROM golden_version WHERE until IS NULL AND attributes IS NOT NULL"
            " AND entity_type = ?",
            entity_type.entity_type,
        ):
            set_by_people = {
                name for name, entry in orjson.loads(zlib.decompress(lineage)).items()
                if "decision" in entry.get("winner", ())
            }  # fmt: skip
            members = [
                (id_, source, _values(layers))
                for id_, source, layers in reader.rows(
                    "SELECT id, source, layers FROM source_record WHERE golden = ? AND NOT deleted", golden
                )
            ]
            for name, value in orjson.loads(attributes).items():
                if name in plain and (len(members) > 1 or set_by_people):
                    wanted = _Wanted(hub, reader, entity_type, name, codes)
                    found |= {(golden, id_, name) for id_ in wanted.disagreeing(value, members)}
        assert set(kept) == found


def _values(layers: bytes) -> dict[str, Any]:
    return {name: value for layer in orjson.loads(layers) for name, value in layer["attributes"].items()}


class _Wanted:
    def __init__(self, hub: Hub, reader: Transaction, entity_type: EntityType, name: str, codes: Any) -> None:
        self.hub, self.reader, self.entity_type, self.name, self.codes = hub, reader, entity_type, name, codes
        self.valid = entity_type.attributes[name].valid

    def disagreeing(self, golden: Any, members: list[tuple[int, str, dict[str, Any]]]) -> set[int]:
        forms = {self._golden_form(one) for one in _listed(golden)}
        if forms == {None}:
            return set()
        return {
            id_ for id_, source, values in members for one in _listed(values.get(self.name))
            if (said := self._form(source, one)) is not None and said not in forms
        }  # fmt: skip

    def _golden_form(self, value: Any) -> Any:
        return self._meant(value)[0] if self.name in self.entity_type.references else self._form("", value)

    def _form(self, source: str, value: Any) -> Any:
        """What a value means; None where it means nothing."""
        if self.name in self.entity_type.references:
            golden, lives = self._meant(target(self.entity_type, self.name, source, str(value)))
            ignored = not lives and any(rule.reference_exists and rule.grade != "flag" for rule in self.valid)
            return None if ignored else golden
        if self.name in self.entity_type.code_lists:
            return self.codes.canonical(self.entity_type.code_lists[self.name], source, value)
        if any(rule.pattern == "[^V]" and value == "V" and rule.grade == "ignore" for rule in self.valid):
            return None
        return KINDS[self.entity_type.attributes[self.name].kind].standardise(value)

    def _meant(self, written: str) -> tuple[int | None, bool]:
        rows = self.reader.rows(
            "SELECT golden, EXISTS (SELECT 1 FROM source_record AS member WHERE member.golden = target.golden"
            " AND NOT member.deleted) FROM source_record AS target WHERE key_token = ? AND golden IS NOT NULL",
            key_token(self.hub.salt, written),
        )  # fmt: skip
        return (rows[0][0], bool(rows[0][1])) if rows else (None, False)


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
