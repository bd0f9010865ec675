"""Tasks about values in conflict: opened only where the rules ask, shown with what speaks for each, decided, closed."""

from typing import Any

import pytest

from mdm.errors import InvalidInput, Stale
from mdm.ingest import Incoming
from mdm.services import rebuild, resolving
from mdm.services.deciding import decisions, overrides
from mdm.services.deciding.overrides import Wanted
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import golden
from mdm.services.rulebook import rules
from mdm.services.stewarding import tasks
from mdm.store import digests
from tests.conftest import AUTHOR

SHOP = """
entity_type: shop
id_prefix: shp
attributes:
  name: {kind: company_name, required: true}
  phone: {kind: text}
  city: {kind: text}
  vat: {kind: vat}
  unit: {kind: code, list: units}
match: {block_on: [[name]], compare: [name], always: [{same: name}]}
survive:
  default: most_trusted
  attributes:
    phone:
      - {strategy: most_recent, when: {source: [crm, psa], fresher_than: 10d}}
      - {strategy: most_trusted, when: {has: name}}
  trust: {crm: {value: 80, half_life: 100d}, psa: 70, erp: 90, billing: 90}
  conflicts: [city, vat, unit]
"""


@pytest.fixture
def shop(hub: Hub) -> Hub:
    rules.apply(hub, SHOP, file="shop.yaml", author=AUTHOR)
    return hub


def put(hub: Hub, source: str, source_id: str, *, day: int, **attributes: object) -> str:
    incoming = Incoming(source, "shop", source_id, attributes, None, f"2026-01-{day:02}T00:00:00.000000Z", "put")
    found = records.put(hub, incoming, author=AUTHOR, wait=True).golden_id
    assert found is not None
    return found


def tick(hub: Hub, day: str) -> None:
    resolving.tick(hub, day, author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)


def opened(hub: Hub, kind: str = "conflict") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = tasks.page(hub, kind=kind)["items"]
    return items


def digest(hub: Hub) -> str:
    with hub.database.read() as reader:
        return digests.state(reader)


def pick(hub: Hub, task: dict[str, Any], key: str, attribute: str = "city") -> decisions.Decided:
    return tasks.decide(hub, task["id"], picks={attribute: key}, reason="asked", etag=task["etag"], author=AUTHOR)


def test_sources_of_the_same_trust_that_disagree_open_one_and_it_shows_what_speaks_for_each(shop: Hub) -> None:
    put(shop, "erp", "1", name="Kiosk", city="Bonn", day=1)
    put(shop, "psa", "1", name="Kiosk", city="Ulm", day=9)
    id_ = put(shop, "billing", "1", name="Kiosk", city="Köln", day=5)
    [task] = opened(shop)
    assert task["records"] == ["billing:shop:1", "erp:shop:1"]
    time = "2026-01-0{}T00:00:00.000000Z".format
    assert task["about"] == {
        "golden_id": id_, "attribute": "city", "strategy": "most_trusted",
        "candidates": [
            {"source": "billing", "source_id": "1", "value": "Köln", "event_time": time(5), "trust": 90},
            {"source": "erp", "source_id": "1", "value": "Bonn", "event_time": time(1), "trust": 90},
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("erp", {"city": "Bonn"}), ("billing", {"city": " bonn "})),
        (("erp", {"city": "Bonn"}), ("psa", {"city": "Ulm"})),
        (("erp", {"phone": "1"}), ("billing", {"phone": "2"})),
        (("erp", {"vat": "DE811907980"}), ("billing", {"vat": "DE000000000"})),
        (("crm", {"city": "Bonn"}), ("crm", {"city": "Ulm"})),
    ],
    ids=["the same value", "a less trusted source", "not asked for", "not valid", "told apart by age"],
)
def test_where_the_decision_is_clear_or_nobody_asks_there_is_none(shop: Hub, one: Any, other: Any) -> None:
    put(shop, one[0], "1", name="Kiosk", day=1, **one[1])
    put(shop, other[0], "2", name="Kiosk", day=2, **other[1])
    assert opened(shop) == []


def test_a_pick_sets_an_override_in_one_decision_and_undo_opens_the_task_again(shop: Hub) -> None:
    put(shop, "erp", "1", name="Kiosk", city="Bonn", day=1)
    id_ = put(shop, "billing", "1", name="Kiosk", city="Köln", day=5)
    before, [task] = digest(shop), opened(shop)
    decided = pick(shop, task, "erp:shop:1")
    assert golden.get(shop, id_)["attributes"]["city"] == "Bonn"
    assert golden.lineage(shop, id_)["lineage"]["city"]["winner"]["decision_id"] == decided.decision_id
    assert tasks.get(shop, task["id"])["status"] == "closed"
    decisions.undo(shop, decided.decision_id, reason="wrong shop", author=AUTHOR)
    assert digest(shop) == before
    assert [one["id"] for one in opened(shop)] == [task["id"]]
    assert rebuild.verify(shop).match


@pytest.mark.parametrize("cure", ["agreement", "deletion", "override", "rules", "a better source"])
def test_it_closes_by_itself_when_its_cause_is_gone(shop: Hub, cure: str) -> None:
    put(shop, "erp", "1", name="Kiosk", city="Bonn", day=1)
    id_ = put(shop, "billing", "1", name="Kiosk", city="Köln", day=5)
    assert len(opened(shop)) == 1
    if cure == "agreement":
        put(shop, "erp", "1", name="Kiosk", city="Köln", day=6)
    elif cure == "deletion":
        gone = Incoming("erp", "shop", "1", {}, None, "2026-01-06T00:00:00.000000Z", "delete")
        records.put(shop, gone, author=AUTHOR, wait=True)
    elif cure == "override":
        overrides.override(shop, Wanted(id_, "city", "Ulm"), reason="", author=AUTHOR)
    elif cure == "rules":
        rules.apply(shop, SHOP.replace("[city, vat, unit]", "[vat]"), file="shop.yaml", author=AUTHOR)
        resolving.resolve_all(shop, author=AUTHOR)
    else:
        better = SHOP.replace("billing: 90}", "billing: 90, tax: 99}")
        rules.apply(shop, better, file="shop.yaml", author=AUTHOR)
        put(shop, "tax", "1", name="Kiosk", city="Trier", day=2)
    assert opened(shop) == []


def test_trust_that_falls_opens_one_while_it_is_level_and_closes_it_after(shop: Hub) -> None:
    put(shop, "crm", "1", name="Kiosk", city="Bonn", day=1)
    put(shop, "psa", "1", name="Kiosk", city="Ulm", day=1)
    seen = []
    for day in range(23, 29):
        tick(shop, f"2026-01-{day:02}")
        seen.append(len(opened(shop)))
    assert seen == [0, 1, 1, 1, 0, 0]
    assert rebuild.verify(shop).match


def test_it_moves_with_the_founding_record(shop: Hub) -> None:
    put(shop, "erp", "1", name="Kiosk", city="Bonn", day=1)
    id_ = put(shop, "billing", "1", name="Kiosk", city="Köln", day=1)
    [task] = opened(shop)
    other = put(shop, "psa", "9", name="Florist", city="Trier", day=1)
    decisions.merge(shop, [id_, other], reason="", author=AUTHOR)
    assert [one["id"] for one in opened(shop)] == [task["id"]]


def test_picks_of_another_attribute_or_of_no_candidate_are_refused_and_old_ones_are_stale(shop: Hub) -> None:
    put(shop, "erp", "1", name="Kiosk", city="Bonn", day=1)
    put(shop, "psa", "1", name="Kiosk", city="Ulm", day=1)
    put(shop, "billing", "1", name="Kiosk", city="Köln", day=5)
    [task] = opened(shop)
    with pytest.raises(InvalidInput, match="whose city is true"):
        pick(shop, task, "erp:shop:1", "vat")
    with pytest.raises(InvalidInput, match="no candidate"):
        pick(shop, task, "psa:shop:1")
    with pytest.raises(InvalidInput, match="decided by picks"):
        tasks.decide(shop, task["id"], verdict="same", reason="", etag=task["etag"], author=AUTHOR)
    put(shop, "billing", "1", name="Kiosk", city="Trier", day=6)
    with pytest.raises(Stale):
        pick(shop, task, "erp:shop:1")


def test_lineage_says_which_step_decided_and_why_others_were_passed_over(shop: Hub) -> None:
    put(shop, "erp", "1", name="Kiosk", phone="old", day=5)
    put(shop, "crm", "1", name="Kiosk", phone="new", day=1)
    id_ = put(shop, "billing", "1", name="Kiosk", phone="older", day=2)
    entry = golden.lineage(shop, id_)["lineage"]["phone"]
    assert (entry["winner"]["value"], entry["strategy"], entry["step"]) == ("new", "most_recent", 1)
    assert {one["because"] for one in entry["losers"]} == {"not considered: source is not crm, psa"}
    tick(shop, "2026-01-11")
    entry = golden.lineage(shop, id_)["lineage"]["phone"]
    assert (entry["winner"]["value"], entry["strategy"], entry["step"]) == ("old", "most_trusted", 2)
    assert {one["because"] for one in entry["losers"]} == {"less trusted", "older"}
