"""What a steward sets on a golden record: it stands above sources, ends as it says, and goes without a trace."""

from typing import Any

import pytest

from mdm.errors import Conflict, InvalidInput, Stale
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import rebuild, resolving
from mdm.services.deciding import activity, decisions, overrides
from mdm.services.deciding.decisions import Decided
from mdm.services.deciding.overrides import Wanted
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import golden
from mdm.services.rulebook import rules
from mdm.store import digests
from tests.conftest import AUTHOR

SHOP = """
entity_type: shop
id_prefix: shp
attributes:
  name: {kind: company_name, required: true}
  email: {kind: email, many: true}
  street: {kind: text}
  city: {kind: text}
  vat: {kind: vat}
  since: {kind: date, valid: {range: {min: "1900-01-01"}, grade: ignore}}
  owner: {kind: reference, to: customer}
  unit: {kind: code, list: units}
  prices: {kind: lines, of: {item: {kind: text}, price: {kind: number}}, key: [item]}
match: {block_on: [[name]], compare: [name], always: [{same: name}]}
survive: {default: most_recent, groups: [[street, city]]}
"""


@pytest.fixture
def shop(hub: Hub) -> Hub:
    rules.apply(hub, SHOP, file="shop.yaml", author=AUTHOR)
    return hub


def put(hub: Hub, source: str, source_id: str, day: int, of: str = "shop", **attributes: object) -> str:
    incoming = Incoming(source, of, source_id, attributes, None, f"2026-01-{day:02}T00:00:00.000000Z", "put")
    found = records.put(hub, incoming, author=AUTHOR, wait=True).golden_id
    assert found is not None
    return found


def put_back(hub: Hub, key: str, mode: Any, day: int) -> None:
    source, of, source_id = key.split(":")
    incoming = Incoming(source, of, source_id, {}, None, f"2026-01-{day:02}T00:00:00.000000Z", mode)
    records.put(hub, incoming, author=AUTHOR, wait=True)


def set_to(hub: Hub, golden_id: str, attribute: str, value: object, *, supersede: bool = False, **more: Any) -> Decided:
    wanted = Wanted(golden_id, attribute, value, **more)
    return overrides.override(hub, wanted, reason="seen on the sign", author=AUTHOR, supersede=supersede)


def value(hub: Hub, golden_id: str, attribute: str) -> object:
    return golden.get(hub, golden_id)["attributes"].get(attribute)


def tick(hub: Hub, day: int) -> None:
    resolving.tick(hub, f"2026-03-{day:02}", author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)


def digest(hub: Hub) -> str:
    with hub.database.read() as reader:
        return digests.state(reader)


def test_it_stands_above_every_source_and_lineage_says_who_set_it_and_what_it_overruled(shop: Hub) -> None:
    one = put(shop, "crm", "1", 1, name="Alder", city="Graz")
    put(shop, "erp", "2", 2, name="Alder", city="Wien")
    decided = set_to(shop, one, "name", "Alder & Sons", until="2026-04-01")
    assert decided.golden_ids == [one]
    put(shop, "erp", "2", 3, name="ALDER", city="Wien")
    assert value(shop, one, "name") == "Alder & Sons"
    entry = golden.lineage(shop, one)["lineage"]["name"]
    assert entry["winner"] == {
        "decision_id": decided.decision_id, "actor": "test", "recorded_at": AUTHOR.recorded_at,
        "value": "Alder & Sons", "reason": "seen on the sign", "until": "2026-04-01", "until_source_changes": False,
    }  # fmt: skip
    assert [(lost["source"], lost["value"], lost["because"]) for lost in entry["losers"]] == [
        ("erp", "ALDER", "overridden"), ("crm", "Alder", "same value"),
    ]  # fmt: skip
    assert rebuild.verify(shop).match


def test_undo_restores_the_digest_and_an_undone_undo_brings_it_back(shop: Hub) -> None:
    one = put(shop, "crm", "1", 1, name="Alder")
    before = digest(shop)
    decided = set_to(shop, one, "name", "Birch")
    after = digest(shop)
    undone = decisions.undo(shop, decided.decision_id, reason="mistaken", author=AUTHOR)
    assert (undone.golden_ids, digest(shop), value(shop, one, "name")) == ([one], before, "Alder")
    decisions.undo(shop, undone.decision_id, reason="no, right", author=AUTHOR)
    assert (digest(shop), value(shop, one, "name")) == (after, "Birch")
    assert rebuild.verify(shop).match


def test_as_of_a_moment_before_it_the_old_value_shows_and_history_names_it(shop: Hub) -> None:
    one = put(shop, "crm", "1", 1, name="Alder")
    old = golden.get(shop, one)
    decided = set_to(shop, one, "name", "Birch")
    assert golden.get(shop, one, as_of=old["seq"])["attributes"] == {"name": "Alder"}
    assert golden.get(shop, one)["version"] == old["version"] + 1
    decisions.undo(shop, decided.decision_id, reason="mistaken", author=AUTHOR)
    told = golden.history(shop, one)["decisions"]
    assert [(each["action"], each["in_force"]) for each in told] == [("override", False), ("undo", True)]
    assert (told[0]["attribute"], told[0]["value"], told[0]["record"]) == ("name", "Birch", "crm:shop:1")


def test_nothing_can_be_set_and_several_values_of_a_list(shop: Hub) -> None:
    one = put(shop, "crm", "1", 1, name="Alder", email=["info@alder.example"], city="Graz")
    set_to(shop, one, "email", ["a@alder.example", "b@alder.example"])
    assert value(shop, one, "email") == ["a@alder.example", "b@alder.example"]
    set_to(shop, one, "email", None, supersede=True)
    assert "email" not in golden.get(shop, one)["attributes"]
    set_to(shop, one, "vat", "DE136695976")
    assert value(shop, one, "vat") == "DE136695976"
    assert golden.lineage(shop, one)["lineage"]["vat"]["losers"] == []


def test_it_ends_on_its_day_by_a_tick_and_not_by_a_clock(shop: Hub) -> None:
    one = put(shop, "crm", "1", 1, name="Alder")
    tick(shop, 1)
    set_to(shop, one, "name", "Birch", until="2026-03-05")
    tick(shop, 4)
    assert value(shop, one, "name") == "Birch"
    before = golden.get(shop, one)["seq"]
    tick(shop, 5)
    assert value(shop, one, "name") == "Alder"
    told = golden.history(shop, one)["decisions"], golden.history(shop, one, as_of=before)["decisions"]
    assert [each["in_force"] for (each,) in told] == [False, True], "history says of each moment what lineage does"
    assert activity.page(shop, activity.Wanted(verb="override"))["items"][0]["in_force"] is False
    with pytest.raises(InvalidInput, match="is over: the hub has seen 2026-03-05"):
        set_to(shop, one, "name", "Birch", until="2026-03-05")
    assert rebuild.verify(shop).match


def test_until_the_source_value_changes_a_new_spelling_is_no_change_and_another_value_is(shop: Hub) -> None:
    one = put(shop, "crm", "1", 1, name="Alder", vat="DE 136695976")
    set_to(shop, one, "vat", "GB434031494", until_source_changes=True)
    put(shop, "crm", "1", 2, name="Alder Ltd", vat="DE136695976")
    assert value(shop, one, "vat") == "GB434031494"
    put(shop, "crm", "1", 3, name="Alder Ltd", vat="ATU13585627")
    assert value(shop, one, "vat") == "ATU13585627"
    put(shop, "crm", "1", 4, name="Alder Ltd", vat="DE136695976")
    assert value(shop, one, "vat") == "GB434031494", "it holds whenever the sources say what it overruled"
    assert rebuild.verify(shop).match


def test_one_attribute_of_a_group_is_set_until_a_value_of_the_group_changes(shop: Hub) -> None:
    one = put(shop, "crm", "1", 1, name="Alder", street="Long Street 1", city="Gras")
    set_to(shop, one, "city", "Graz")
    assert golden.lineage(shop, one)["lineage"]["city"]["winner"]["until_source_changes"] is True
    put(shop, "crm", "1", 2, name="Alder", street="Short Street 2", city="Gras")
    assert golden.get(shop, one)["attributes"] == {"name": "Alder", "street": "Short Street 2", "city": "Gras"}


def test_it_stays_with_its_founder_through_a_merge_a_split_and_a_deletion(shop: Hub) -> None:
    older, newer = put(shop, "crm", "1", 1, name="Alder"), put(shop, "erp", "2", 2, name="Birch")
    set_to(shop, newer, "name", "Birch & Co")
    merged = decisions.merge(shop, [older, newer], reason="one", author=AUTHOR)
    assert value(shop, older, "name") == "Birch & Co"
    set_to(shop, older, "name", "Alder & Birch", supersede=True)
    assert value(shop, older, "name") == "Alder & Birch"
    key = Key("erp", "shop", "2")
    decisions.split(shop, older, [key], reason="two", author=AUTHOR, supersede=True)
    assert (value(shop, older, "name"), value(shop, newer, "name")) == ("Alder & Birch", "Birch")
    assert merged.golden_ids == [older]
    put_back(shop, "crm:shop:1", "delete", 8)
    assert golden.get(shop, older)["status"] == "merged", "what it held once lives on under the other ID"
    put_back(shop, "crm:shop:1", "patch", 9)
    assert value(shop, older, "name") == "Alder & Birch"
    assert rebuild.verify(shop).match


def test_another_value_is_refused_with_the_decision_in_force_unless_it_supersedes(shop: Hub) -> None:
    one = put(shop, "crm", "1", 1, name="Alder")
    first = set_to(shop, one, "name", "Birch")
    with pytest.raises(Conflict) as refused:
        set_to(shop, one, "name", "Cedar")
    listed = refused.value.extra["decisions"]
    assert isinstance(listed, list)
    assert [(each["decision_id"], each["attribute"]) for each in listed] == [(first.decision_id, "name")]
    again = set_to(shop, one, "name", "Birch")
    assert again.decision_id == first.decision_id, "the same once more adds no decision"
    later = set_to(shop, one, "name", "Birch", until="2026-04-01")
    assert later.decision_id != first.decision_id
    tick(shop, 31)
    assert value(shop, one, "name") == "Birch"
    resolving.tick(shop, "2026-04-01", author=AUTHOR)
    resolving.resolve_all(shop, author=AUTHOR)
    assert value(shop, one, "name") == "Alder", "the later one has taken the place of the first"
    decisions.undo(shop, later.decision_id, reason="without end", author=AUTHOR)
    assert value(shop, one, "name") == "Birch"


def test_who_has_seen_an_older_version_is_told(shop: Hub) -> None:
    one = put(shop, "crm", "1", 1, name="Alder")
    put(shop, "crm", "1", 2, name="Alder Ltd")
    with pytest.raises(Stale, match="at version 2, and 1 was seen"):
        set_to(shop, one, "name", "Birch", version=1)
    set_to(shop, one, "name", "Birch", version=2)


NOT_TO_BE_SET: list[tuple[str, object, str]] = [
    ("prices", [], "dated lines"),
    ("nmae", "x", "the nearest is 'name'"),
    ("name", None, "required and cannot be set to nothing"),
    ("name", ["a", "b"], "takes one value"),
    ("vat", "DE111", "no valid vat"),
    ("email", ["a@alder.example", "nobody"], "email"),
    ("since", "1850-01-01", "breaks valid.range|range"),
    ("owner", "crm-7", "takes the key of a customer"),
    ("owner", "crm:customer:404", "no such record"),
    ("unit", "parsec", "the code list units has no such code"),
]  # fmt: skip


def test_what_cannot_be_set_is_refused_in_words(shop: Hub) -> None:
    one = put(shop, "crm", "1", 1, name="Alder")
    for attribute, wanted, words in NOT_TO_BE_SET:
        with pytest.raises(InvalidInput, match=words) as refused:
            set_to(shop, one, attribute, wanted)
        assert all(fault.pointer.split("/")[1] in {"value", "path"} for fault in refused.value.faults)


def test_references_and_codes_are_set_in_their_canonical_form(shop: Hub) -> None:
    put(shop, "crm", "7", 1, "customer", name="Alder Holding")
    one = put(shop, "crm", "1", 1, name="Alder")
    set_to(shop, one, "owner", "crm:customer:7")
    set_to(shop, one, "unit", "Days")
    assert golden.get(shop, one)["attributes"] == {"name": "Alder", "owner": "crm:customer:7", "unit": "day"}


def test_an_id_that_is_not_active_cannot_be_overridden(shop: Hub) -> None:
    older, newer = put(shop, "crm", "1", 1, name="Alder"), put(shop, "erp", "2", 2, name="Birch")
    decisions.merge(shop, [older, newer], reason="one", author=AUTHOR)
    with pytest.raises(Conflict, match="no active golden record"):
        set_to(shop, newer, "name", "Cedar")
