"""How a golden record came together: its steps, the weakest of them, and what holds it."""

import pytest

from mdm.errors import NotFound
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading.how import how
from tests.conftest import AUTHOR

STREET = {"street": "91 Queen Street", "city": "Cardiff", "postcode": "CF10 2GP", "country": "GB"}


def put(hub: Hub, source: str, source_id: str, *, mode: str = "put", **attributes: object) -> str:
    incoming = Incoming(source, "customer", source_id, attributes, None, None, mode)
    found = records.put(hub, incoming, author=AUTHOR, wait=True).golden_id
    assert found is not None
    return found


def sides(step):
    return [step["left"].get("key", step["left"].get("step")), step["right"].get("key", step["right"].get("step"))]


def three(hub: Hub) -> str:
    put(hub, "crm", "1", name="Blackwell Engineering Ltd", tax_id="GB434031494", email="info@blackwell.example")
    put(hub, "erp", "2", name="Blackwell Engineering", tax_id="GB434031494")
    return put(hub, "psa", "3", name="Blackwell Engineering Ltd", email="info@blackwell.example")


def test_the_steps_lead_from_the_strongest_tie_to_the_weakest_bridge(hub: Hub) -> None:
    found = how(hub, three(hub))
    assert found["members"] == ["crm:customer:1", "erp:customer:2", "psa:customer:3"]
    first, last = found["steps"]
    assert sides(first) == ["crm:customer:1", "erp:customer:2"]
    assert (first["tie"]["weight"], first["tie"]["words"]) == (100.0, "same tax_id: always a match")
    assert sides(last) == [1, "psa:customer:3"]
    assert found["weakest"] == last["step"] == 2
    assert last["edges"] == 1
    assert "email: the same e-mail address" in last["tie"]["words"]


def test_a_single_record_had_nothing_to_join(hub: Hub) -> None:
    found = how(hub, put(hub, "crm", "1", name="Alder Consulting"))
    assert (found["members"], found["steps"], found["weakest"]) == (["crm:customer:1"], [], None)


def test_a_decision_is_a_step_without_a_weight(hub: Hub) -> None:
    one, other = put(hub, "crm", "1", name="Alder Consulting"), put(hub, "erp", "2", name="Birch Logistics")
    decisions.merge(hub, [one, other], reason="same firm", author=AUTHOR)
    found = how(hub, other)
    assert (found["status"], found["current_id"]) == ("merged", one)
    [step] = found["steps"]
    assert (step["tie"]["weight"], step["tie"]["words"], found["weakest"]) == (None, "a steward said: same", None)


def test_a_deleted_record_hangs_on_a_member(hub: Hub) -> None:
    golden_id = three(hub)
    put(hub, "psa", "3", mode="delete")
    found = how(hub, golden_id)
    assert found["members"] == ["crm:customer:1", "erp:customer:2"]
    assert found["hanging"] == [{"key": "psa:customer:3", "on": "crm:customer:1"}]


def test_what_nobody_bears_any_more_is_told_from_its_deleted_records(hub: Hub) -> None:
    golden_id = put(hub, "crm", "1", name="Alder Consulting")
    put(hub, "crm", "1", mode="delete")
    found = how(hub, golden_id)
    assert (found["status"], found["members"], found["steps"]) == ("retired", ["crm:customer:1"], [])


def test_a_split_leaves_the_steps_of_what_stayed(hub: Hub) -> None:
    golden_id = three(hub)
    decisions.split(hub, golden_id, [Key("psa", "customer", "3")], reason="another firm", author=AUTHOR)
    assert [step["step"] for step in how(hub, golden_id)["steps"]] == [1]


def test_an_id_never_given_is_refused(hub: Hub) -> None:
    with pytest.raises(NotFound, match="never given"):
        how(hub, "cus_00000zz")
