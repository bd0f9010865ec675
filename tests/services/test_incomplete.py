"""What is required and not there: taken all the same, never taken for complete.

A partial update may come before the whole record, and what looks like a placeholder may be a name (Null, Test, NA).
"""

from typing import Any

import pytest

from matching.kinds import KINDS
from mdm.entity_types import EntityType, check
from mdm.ingest import Incoming
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.pricing.whole_record import whole_record
from mdm.services.reading import golden
from mdm.services.rulebook import rules
from mdm.services.watching import quality, readiness
from tests.conftest import AUTHOR

ONLY_WHOLE_FILES = {name for name, kind in KINDS.items() if kind.whole_column}
KINDS_OF_VALUES = sorted(KINDS.keys() - ONLY_WHOLE_FILES - {"lines"})


def thing(hub: Hub, *, kind: str = "text", options: str = "") -> EntityType:
    to = ", to: thing" if kind == "reference" else ""
    document = f"""
entity_type: thing
label: Thing
id_prefix: thg
attributes:
  number: {{kind: identifier, required: true}}
  needed: {{kind: {kind}{to}{options}, required: true}}
match: {{block_on: [[number]], compare: [number], always: [{{same: number}}]}}
survive: {{default: most_trusted}}
readiness: {{go: {{attributes: [needed]}}}}
"""
    return rules.apply(hub, document, file="thing.yaml", author=AUTHOR)


def put(hub: Hub, mode: Any = "put", *, version: int | None = None, **said: Any) -> str:
    incoming = Incoming("crm", "thing", "1", said, version, None, mode)
    found = records.put(hub, incoming, author=AUTHOR, wait=True).golden_id
    assert found is not None
    return found


def missing(hub: Hub, golden_id: str) -> list[str]:
    told: list[str] = golden.get(hub, golden_id).get("missing", [])
    assert told == whole_record(hub, hub.entity_types(), golden_id).document.get("missing", [])
    return told


@pytest.mark.parametrize("kind", KINDS_OF_VALUES)
@pytest.mark.parametrize("word", ["n/a", "-", "unknown", "TBD"])
def test_a_placeholder_is_taken_and_makes_neither_complete_nor_ready(sqlite_hub: Hub, kind: str, word: str) -> None:
    said, faults = check(thing(sqlite_hub, kind=kind), {"number": "A-1001", "needed": word})
    golden_id = put(sqlite_hub, **said)
    found = readiness.of_one(sqlite_hub, golden_id, "go")
    assert (faults, found["ready"], [one["attribute"] for one in found["missing"]]) == ([], False, ["needed"])
    assert kind == "reference" or missing(sqlite_hub, golden_id) == ["needed"]


def test_a_placeholder_that_is_required_is_not_valid_in_the_figures(hub: Hub) -> None:
    thing(hub)
    put(hub, number="A-1001", needed="n/a")
    (figures,) = quality.quality(hub, quality.Wanted(attribute="needed", source="crm"))["items"]
    assert (figures["validity"]["count"], figures["validity"]["of"]) == (0, 1)


def test_a_partial_update_of_what_never_arrived_is_incomplete_until_the_whole_record_comes(hub: Hub) -> None:
    thing(hub)
    golden_id = put(hub, "patch", version=2, number="A-1001")
    assert missing(hub, golden_id) == ["needed"]
    assert not readiness.of_one(hub, golden_id, "go")["ready"]
    put(hub, version=1, number="A-1000", needed="a desk")  # it was on its way, and is the older one
    assert golden.get(hub, golden_id)["attributes"] == {"number": "A-1001", "needed": "a desk"}
    assert missing(hub, golden_id) == []


def test_what_another_system_says_completes_a_golden_record(hub: Hub) -> None:
    thing(hub)
    golden_id = put(hub, "patch", number="A-1001")
    other = Incoming("erp", "thing", "9", {"number": "A-1001", "needed": "a desk"}, None, None, "put")
    assert records.put(hub, other, author=AUTHOR, wait=True).golden_id == golden_id
    assert missing(hub, golden_id) == []


def test_a_dated_value_of_any_day_is_there(hub: Hub) -> None:
    thing(hub, options=", dated: true")
    golden_id = put(hub, number="A-1001", needed=[{"value": "a desk", "valid_from": "2020-01-01"}])
    assert "needed" not in golden.get(hub, golden_id, on="2019-12-31")["attributes"]
    assert "missing" not in golden.get(hub, golden_id, on="2019-12-31")


def test_what_is_gone_lacks_nothing(hub: Hub) -> None:
    thing(hub)
    golden_id = put(hub, "patch", number="A-1001")
    put(hub, "delete")
    assert "missing" not in golden.get(hub, golden_id)
