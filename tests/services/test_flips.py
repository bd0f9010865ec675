"""What would flip a pair or a value does so when it is done: in a hub, and for pairs of the demo firm."""

import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from matching.flips import flips
from matching.kinds import KINDS
from mdm.demo.firm import Firm, firm
from mdm.entity_types import parse, shipped
from mdm.errors import InvalidInput
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import resolving
from mdm.services.deciding import decisions, overrides
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import explain, golden, lookup, value_flips
from mdm.services.rulebook import rules
from tests.conftest import AUTHOR
from tests.matching import applied
from tests.services.test_conflicts import SHOP, tick
from tests.services.test_conflicts import put as shop_put

LEFT, RIGHT = Key("crm", "customer", "1"), Key("erp", "customer", "2")
CARDIFF = {"street": "91 Queen Street", "city": "Cardiff", "postcode": "CF10 2GP", "country": "GB"}
POOLS: dict[str, list[Any]] = {
    "name": ["Blackwell Engineering Ltd", "Blackwell Engineering", "Blackwel Engineering Ltd", "Alder Consulting"],
    "tax_id": ["GB434031494", "DE136695976"], "email": ["info@blackwell.example", "x@alder.example"],
    "phone": ["+44 29 2087 2087", "+49 30 901820"], "website": ["blackwell.example", "alder.example"],
    "address": [CARDIFF, {**CARDIFF, "street": "7 Park Place"}, {"street": "Hauptstr. 5", "city": "Berlin"}],
}  # fmt: skip
TYPES = ("customer", "employee", "legal_entity", "rate_card", "service_item")


def put(hub: Hub, key: Key, said: Mapping[str, Any]) -> None:
    incoming = Incoming(key.source, key.entity_type, key.source_id, dict(said), None, None, "put")
    records.put(hub, incoming, author=AUTHOR, wait=True)


def test_records_sent_as_a_flip_says_have_its_outcome(hub: Hub) -> None:
    said = (
        {"name": "Blackwell Engineering Ltd", "address": CARDIFF, "phone": "+44 29 2087 2087"},
        {"name": "Blackwell Engineering Ltd", "address": CARDIFF, "email": "x@alder.example"},
    )
    known = applied.witnesses(hub.entity_type("customer").matching, POOLS)
    for key, one in zip((LEFT, RIGHT), said, strict=True):
        put(hub, key, one)
    found = explain.why(hub, LEFT, RIGHT)
    assert {one["outcome"] for one in found["flips"]} == {"match", "review", "distinct"} - {found["outcome"]}
    flips_told = [one for one in found["flips"] if applied.can_be(one["changes"], known)]
    assert flips_told
    for flip in flips_told:
        for key, one in zip((LEFT, RIGHT), applied.applied(said, flip["changes"], known), strict=True):
            put(hub, key, {name: value for name, value in one.items() if value is not None})
        then = explain.why(hub, LEFT, RIGHT)
        assert (then["outcome"], then["match_weight"]) == (flip["outcome"], flip["match_weight"])
    assert found["in_the_way"] == []


def test_a_verdict_stands_in_the_way_and_so_does_that_they_never_meet(sqlite_hub: Hub) -> None:
    hub = sqlite_hub
    put(hub, LEFT, {"name": "Alder Consulting"})
    put(hub, RIGHT, {"name": "Birch Logistics"})
    ids = [str(lookup.xref(hub, key)["golden_id"]) for key in (LEFT, RIGHT)]
    said = decisions.merge(hub, ids, reason="one firm", author=AUTHOR)
    found = explain.why(hub, LEFT, RIGHT)["in_the_way"]
    assert [one["what"] for one in found] == ["verdict", "blocking"]
    assert found[0]["decision_id"] == said.decision_id


def _flipped(made: Firm, name: str, rnd: random.Random) -> Iterator[bool]:
    """For random pairs of rows, half of them of one thing: whether each flip could be applied, and was the smallest."""
    model = parse(shipped()[name], file=name).matching
    rows = [(made.truth[name].get(f"{load.source}:{name}:{row['id']}"), row) for load in made.loads
            if load.entity_type == name and not load.is_changes for row in made.files[load.name]]  # fmt: skip
    some = [_plain(model.attributes, row) for _, row in rnd.sample(rows, 40)]
    pools = {name: [row[name] for row in some if not isinstance(row.get(name, []), list)] for name in model.attributes}
    known = applied.witnesses(model, pools)
    while True:
        thing, one = rnd.choice(rows)
        other = rnd.choice([row for of, row in rows if of == thing] if rnd.random() < 0.5 else [row for _, row in rows])
        pair = _plain(model.attributes, one), _plain(model.attributes, other)
        yield from (applied.check(model, pair, flip, known) for flip in flips(model, *pair) if flip["changes"])


def _plain(attributes: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in row.items() if name in attributes}
    return {name: " ".join(value) if isinstance(value, tuple) else value for name, value in said.items()
            if KINDS[attributes[name].kind].levels}  # fmt: skip


def _some(count: int) -> None:
    made, rnd = firm(), random.Random(4711)
    for name in TYPES:
        tried, done = _flipped(made, name, rnd), 0
        for _ in range(20 * count):
            done += next(tried)
            if done == count:
                break
        assert done == count, name


def test_pairs_of_the_demo_firm_flip_by_the_smallest_change() -> None:
    _some(1)


@pytest.mark.verify
def test_five_hundred_flips_of_the_demo_firm_are_the_smallest() -> None:
    _some(100)


def test_a_value_survives_after_each_of_its_changes_in_a_hub(sqlite_hub: Hub) -> None:
    hub = sqlite_hub
    rules.apply(hub, SHOP, file="shop.yaml", author=AUTHOR)
    shop_put(hub, "crm", "1", name="Kiosk", vat="DE136695976", city="Bonn", day=1)
    id_ = shop_put(hub, "erp", "1", name="Kiosk", vat="DE111111125", city="Bonn", day=1)
    tick(hub, "2026-01-21")
    entry = value_flips.lineage_and_flips(hub, id_)["lineage"]
    assert entry["city"]["flips"] == []
    (one,) = entry["vat"]["flips"]
    assert (one["source"], one["value"]) == ("crm", "DE136695976")
    trust, withdraw = one["changes"]
    assert (trust["change"], withdraw["change"], withdraw["records"]) == ("trust", "withdraw", ["erp:shop:1"])
    for value, wins in ((trust["to"] - 1, False), (trust["to"], True)):
        trusting = SHOP.replace("crm: {value: 80,", f"crm: {{value: {value},")
        rules.apply(hub, trusting, file="shop.yaml", author=AUTHOR)
        resolving.resolve_all(hub, author=AUTHOR)
        assert (golden.get(hub, id_)["attributes"]["vat"] == one["value"]) == wins
    rules.apply(hub, SHOP, file="shop.yaml", author=AUTHOR)
    shop_put(hub, "erp", "1", name="Kiosk", city="Bonn", day=2)
    assert golden.get(hub, id_)["attributes"]["vat"] == one["value"]


def test_what_a_person_set_is_undone_or_would_have_to_be_besides(sqlite_hub: Hub) -> None:
    hub = sqlite_hub
    rules.apply(hub, SHOP, file="shop.yaml", author=AUTHOR)
    shop_put(hub, "crm", "1", name="Kiosk", city="Bonn", day=1)
    id_ = shop_put(hub, "erp", "1", name="Kiosk", city="Ulm", day=1)
    said = overrides.override(hub, overrides.Wanted(id_, "city", "Rom"), reason="moved", author=AUTHOR)
    beside, undone = value_flips.lineage_and_flips(hub, id_)["lineage"]["city"]["flips"]
    assert [one["change"] for one in undone["changes"]] == ["undo"]
    assert undone["changes"][0]["decision_id"] == said.decision_id
    assert {tuple(one["also"]) for one in beside["changes"]} == {("undo",)}
    assert beside["changes"][0]["words"].endswith("and what a person set were undone")
    with pytest.raises(InvalidInput, match="only of now"):
        value_flips.lineage_and_flips(hub, id_, as_of="2026-01-01")


def test_a_dated_value_flips_on_its_day_and_what_a_person_set_for_it_is_undone(sqlite_hub: Hub) -> None:
    hub = sqlite_hub
    dated = SHOP.replace("city: {", "city: {dated: true, ").replace("[city, vat", "[vat")
    rules.apply(hub, dated, file="shop.yaml", author=AUTHOR)
    bonn = [{"value": "Bonn", "valid_from": "2026-01-01", "valid_to": "2026-03-01"}]
    shop_put(hub, "crm", "1", name="Kiosk", vat="DE136695976", city=bonn, day=1)
    id_ = shop_put(hub, "erp", "1", name="Kiosk", vat="DE136695976", city="Ulm", day=1)
    tick(hub, "2026-01-21")

    def told(on: str | None = None) -> list[dict[str, Any]]:
        return value_flips.lineage_and_flips(hub, id_, on=on)["lineage"]["city"]["flips"]

    assert told("2026-03-01") == [], "only one says anything of that day"
    (one,) = told()
    assert told("2026-02-28") == [one]
    other = golden.get(hub, id_)["attributes"]["city"]
    assert {one["value"], other} == {"Bonn", "Ulm"}
    assert {change["change"] for change in one["changes"]} >= {"withdraw"}
    said = overrides.override(
        hub, overrides.Wanted(id_, "city", "Rom", valid_from="2026-02-01"), reason="moved", author=AUTHOR
    )
    assert told() == [one]
    assert [flip["changes"][0].get("decision_id") for flip in told("2026-02-01")].count(said.decision_id) == 1
    shop_put(hub, *("crm", "1") if other == "Bonn" else ("erp", "1"), name="Kiosk", vat="DE136695976", day=2)
    assert golden.get(hub, id_)["attributes"]["city"] == one["value"], "withdrawn"
