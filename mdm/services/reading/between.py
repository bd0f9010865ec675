"""Which source records tie two golden records most, for who asks about those and not about two records."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from golden_records.identity import parse_golden_id
from mdm.entity_types import EntityType
from mdm.errors import Fault, InvalidInput
from mdm.log import Key, key_token
from mdm.services.hub import Hub
from mdm.services.known_keys import known
from mdm.services.reading import golden
from mdm.services.reading.explain import evidence_of, seen_by_matching
from mdm.store import edges as stored_edges
from mdm.store import records as stored_records
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord

Document = dict[str, Any]
MOST = 12
"""How many records of one side are compared with the other: those with edges across first, then the oldest."""


class Asked(NamedTuple):
    """The two source records to explain, and the other pairs where a golden ID stands for several records."""

    left: Key
    right: Key
    pairs: list[Document]


def type_of(hub: Hub, written: str, side: str = "left") -> str:
    """The entity type of a golden ID or of the key of a source record; raises NotFound or InvalidInput."""
    return _key(written, side).entity_type if _is_key(written) else golden.entity_type_of(hub, written)[0]


def asked(hub: Hub, left: str, right: str) -> Asked:
    """Read what somebody asks about: two keys as they are, or the likeliest pair where one is a golden ID.

    `pairs` are all pairs of source records across the two sides, the likeliest first: `{"left", "right",
    "match_weight", "outcome"}`; a golden ID stands for its records of now.

    Raises:
        NotFound: an ID was never given.
        InvalidInput: a key cannot be read, or the two are of different entity types, are the same, or have no records
            that could be compared.
    """
    if _is_key(left) and _is_key(right):
        return Asked(_key(left, "left"), _key(right, "right"), [])
    of = {type_of(hub, left), type_of(hub, right, "right")}
    if len(of) > 1:
        raise _refused(f"records of one entity type can be compared, not of {' and '.join(sorted(of))}")
    entity_type = hub.entity_type(of.pop())
    numbers = [None if _is_key(one) else _number(hub, one) for one in (left, right)]
    keys = [known(hub, [_key(one)])[0] if _is_key(one) else None for one in (left, right)]
    with hub.database.read() as reader:
        sides = [_records(hub, reader, number, key) for number, key in zip(numbers, keys, strict=True)]
        sides = _nearest(reader, sides)
        pairs = [(one, other) for one in sides[0] for other in sides[1] if one.id != other.id]
        found = _weighed(hub, reader, entity_type, pairs)
    if not found or numbers[0] == numbers[1]:
        raise _refused(f"{left} and {right} are one and the same, or no record bears them: there is no pair to compare")
    return Asked(Key.parse(found[0]["left"]), Key.parse(found[0]["right"]), found)


def _is_key(written: str) -> bool:
    return ":" in written or "_" not in written  # what is neither is refused as a key that cannot be read


def _key(written: str, side: str = "left") -> Key:
    try:
        return Key.parse(written)
    except ValueError as error:
        raise _refused(str(error), side) from error


def _refused(detail: str, side: str = "right") -> InvalidInput:
    return InvalidInput(detail, faults=[Fault(f"/query/{side}", detail, "pair")])


def _number(hub: Hub, written: str) -> int:
    found = golden.get(hub, written)
    return parse_golden_id(found.get("current_id", written))[1]


def _records(hub: Hub, reader: Transaction, number: int | None, key: Key | None) -> list[StoredRecord]:
    if number is not None:
        return sorted(stored_records.by_column(reader, "golden", [number]), key=_age)
    found = stored_records.by_column(reader, "key_token", [key_token(hub.salt, str(key))])
    return [one for one in found if one.key == str(key) and one.first_position is not None]


def _nearest(reader: Transaction, sides: Sequence[list[StoredRecord]]) -> list[list[StoredRecord]]:
    """The few records of either side that are worth a look."""
    left, right = ({one.id for one in side} for side in sides)
    if max(len(left), len(right)) <= MOST:
        return list(sides)
    edges = stored_edges.of(reader, sorted(left if len(left) < len(right) else right))
    tied = {id_ for one, other, *_ in edges if {one, other} & left and {one, other} & right for id_ in (one, other)}
    return [sorted(side, key=lambda one: (one.id not in tied, _age(one)))[:MOST] for side in sides]


def _age(record: StoredRecord) -> tuple[int, str]:
    return (record.first_position or 0, record.key)


def _weighed(
    hub: Hub, reader: Transaction, entity_type: EntityType, pairs: Sequence[tuple[StoredRecord, StoredRecord]]
) -> list[Document]:
    records = {one.id: one for ends in pairs for one in ends}
    seen = seen_by_matching(hub, reader, entity_type, list(records.values()))
    evidence = evidence_of(entity_type, [(seen[one.id], seen[other.id]) for one, other in pairs])
    told = [
        {"left": one.key, "right": other.key, "match_weight": found["match_weight"], "outcome": found["outcome"]}
        for (one, other), found in zip(pairs, evidence, strict=True)
    ]
    return sorted(told, key=lambda one: (-one["match_weight"], one["left"], one["right"]))
