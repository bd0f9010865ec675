"""A split of one record alone, or with what it brought: what hangs on the rest only through it."""

import pytest

from mdm.log import Key
from mdm.services import rebuild
from mdm.services.deciding import decisions
from mdm.services.deciding.brought import brought
from mdm.services.hub import Hub
from mdm.services.intake import source_merges
from mdm.services.reading import golden, lookup
from mdm.services.stewarding import proposals
from mdm.services.stewarding.intents import Intent
from tests.services.two_people import ANNA, put

KEYS = {number: Key("crm", "customer", number) for number in "1234"}


@pytest.fixture
def chain(hub: Hub) -> str:
    """Four records in a row, each tied to the next by a verdict and to no other by anything."""
    names = {"1": "Alder Consulting", "2": "Birch Logistics", "3": "Cedar Trading"}
    ids = [put(hub, "crm", number, name=name) for number, name in names.items()]
    four = put(hub, "crm", "4", name="Zenith Foods")
    for left, right in (("1", "2"), ("2", "3"), ("3", "4")):
        decisions.verdict(hub, KEYS[left], KEYS[right], "same", reason="", author=ANNA)
    assert golden.get(hub, four)["current_id"] == ids[0]
    return ids[0]


def together(hub: Hub) -> list[str]:
    """Which of the four are in one golden record, smallest first."""
    found: dict[object, str] = {}
    for number, key in KEYS.items():
        id_ = lookup.xref(hub, key)["golden_id"]
        found[id_] = found.get(id_, "") + number
    return sorted(found.values())


def split(hub: Hub, golden_id: str, number: str, *, along: bool) -> None:
    parts = {
        "golden_id": golden_id, "keys": [str(KEYS[number])], "reason": "another firm", "supersede": True,
        "with_what_it_brought": along,
    }  # fmt: skip
    proposals.decide(hub, Intent("split", parts), author=ANNA)


def test_what_hangs_on_the_founder_only_through_a_record_is_what_it_brought(hub: Hub, chain: str) -> None:
    assert brought(hub, chain, [KEYS["2"]]) == [KEYS["3"], KEYS["4"]]
    assert brought(hub, chain, [KEYS["3"]]) == [KEYS["4"]]
    assert brought(hub, chain, [KEYS["4"]]) == []
    assert brought(hub, chain, [KEYS["2"], KEYS["3"]]) == [KEYS["4"]]
    assert brought(hub, chain, list(KEYS.values())) == []
    assert brought(hub, chain, [KEYS["1"]]) == [], "the oldest of the rest takes the founder's place"


def test_alone_it_leaves_what_it_brought_to_itself_and_with_it_they_stay_together(hub: Hub, chain: str) -> None:
    split(hub, chain, "2", along=False)
    assert together(hub) == ["1", "2", "34"]
    decisions.undo(hub, golden.history(hub, chain)["decisions"][-1]["decision_id"], reason="", author=ANNA)
    assert together(hub) == ["1234"]
    split(hub, chain, "2", along=True)
    assert together(hub) == ["1", "234"]
    assert rebuild.verify(hub).match


def test_edges_verdicts_and_merges_of_a_source_tie(hub: Hub) -> None:
    one = put(hub, "crm", "1", name="Alder Consulting", tax_id="DE136695976")
    for number, more in (("2", {"email": ["a@alder.example"]}), ("3", {})):
        put(hub, "crm", number, name="Alder Consulting", tax_id="DE136695976", **more)
    four = put(hub, "crm", "4", name="Alder Consulting", email=["a@alder.example"], phone=["+43 316 8720"])
    if four != one:
        decisions.verdict(hub, KEYS["2"], KEYS["4"], "same", reason="", author=ANNA)
    assert together(hub) == ["1234"]
    assert brought(hub, one, [KEYS["3"]]) == [], "its ties to the others are theirs too"
    assert brought(hub, one, [KEYS["2"]]) == [KEYS["4"]]
    source_merges.merge(hub, KEYS["4"], "1", author=ANNA, wait=True)
    assert brought(hub, one, [KEYS["2"]]) == []
