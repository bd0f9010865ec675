"""Constraints on golden records: what would break one stays apart, and a task says which, of whom, and with what."""

from typing import Any

import pytest

from mdm.auth import Principal
from mdm.entity_types import shipped
from mdm.errors import InvalidRules
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import rebuild
from mdm.services.access import masking
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.services.intake import records, source_merges
from mdm.services.reading import golden, lookup
from mdm.services.rulebook import rules
from mdm.services.stewarding import tasks
from tests.conftest import AUTHOR

PERSON = """
entity_type: person
id_prefix: per
attributes:
  name:   {kind: person_name}
  number: {kind: identifier, privacy: personal}
  tax_id: {kind: tax_id}
  hired:  {kind: date}
  left:   {kind: date}
match:
  block_on: [[name]]
  compare: [name]
  always: [{same: name}]
  constraints:
    - {different: number, overlapping: [hired, left], of_one_source: true}
    - {different: tax_id}
"""
ANNA = {"name": "Anna Lindqvist"}
GERMAN, AUSTRIAN = "DE136695976", "ATU13585627"


@pytest.fixture
def people(hub: Hub) -> Hub:
    rules.apply(hub, PERSON, file="person.yaml", author=AUTHOR)
    return hub


def put(hub: Hub, id_: str, source: str = "hcm", *, mode: Any = "put", **values: object) -> None:
    incoming = Incoming(source, "person", id_, {**ANNA, **values}, None, None, mode)
    records.put(hub, incoming, author=AUTHOR, wait=True)


def open_tasks(hub: Hub) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = tasks.page(hub)["items"]
    return items


def people_of(hub: Hub) -> list[list[str]]:
    items = golden.page(hub, entity_type="person")["items"]
    return [[f"{one['source']}:{one['source_id']}" for one in item["crosswalk"]] for item in items]


def test_two_employments_on_one_day_stay_apart_and_the_task_says_why(people: Hub) -> None:
    put(people, "1", number="P100", hired="2020-01-01")
    put(people, "2", number="P200", hired="2021-01-01", left="2022-12-31")
    assert people_of(people) == [["hcm:1"], ["hcm:2"]]
    [task] = open_tasks(people)
    assert (task["kind"], task["records"]) == ("constraint", ["hcm:person:1", "hcm:person:2"])
    assert task["about"]["constraints"] == [{
        "different": ["number"], "overlapping": ["hired", "left"], "of_one_source": True,
        "values": {"number": ["P100", "P200"], "hired": ["2020-01-01", "2021-01-01"], "left": [None, "2022-12-31"]},
    }]  # fmt: skip
    put(people, "1", number="P100", hired="2020-01-01", left="2020-12-31")
    assert (people_of(people), open_tasks(people)) == ([["hcm:1", "hcm:2"]], [])
    assert rebuild.verify(people).match


def test_only_days_in_common_of_one_source_count(people: Hub) -> None:
    put(people, "1", number="P100", hired="2020-01-01", left="2020-12-31")
    put(people, "2", number="P200", hired="2021-01-01")
    put(people, "3", number="P300", left="2020-06-30")
    put(people, "e1", "erp", number="E1", hired="2020-01-01")
    assert (len(people_of(people)), open_tasks(people)) == (1, [])


@pytest.mark.parametrize(("verdict", "golden_records"), [("same", 1), ("distinct", 2), ("related", 2)])
def test_a_steward_decides_and_undo_asks_again(people: Hub, verdict: Any, golden_records: int) -> None:
    put(people, "1", tax_id=GERMAN)
    put(people, "2", tax_id=AUSTRIAN)
    [task] = open_tasks(people)
    decided = tasks.decide(people, task["id"], verdict=verdict, reason="", etag=task["etag"], author=AUTHOR)
    assert (len(people_of(people)), open_tasks(people)) == (golden_records, [])
    decisions.undo(people, decided.decision_id, reason="", author=AUTHOR)
    assert (len(people_of(people)), [one["id"] for one in open_tasks(people)]) == (2, [task["id"]])
    assert rebuild.verify(people).match


def test_what_agrees_with_either_joins_what_a_steward_has_joined(people: Hub) -> None:
    put(people, "1", tax_id=GERMAN)
    put(people, "2", tax_id=AUSTRIAN)
    decisions.verdict(people, Key.parse("hcm:person:1"), Key.parse("hcm:person:2"), "same", reason="", author=AUTHOR)
    put(people, "3", "erp", tax_id=AUSTRIAN)
    assert (len(people_of(people)), open_tasks(people)) == (1, [])


def test_a_link_from_outside_yields_to_a_constraint_and_one_without_a_value_goes_to_the_nearer(people: Hub) -> None:
    put(people, "1", name="Anna Lindqvist", tax_id=GERMAN)
    put(people, "2", name="Anna Berg", tax_id=AUSTRIAN)
    source_merges.merge(people, Key.parse("hcm:person:2"), "1", author=AUTHOR, wait=True)
    assert people_of(people) == [["hcm:1"], ["hcm:2"]]
    [task] = open_tasks(people)
    assert (task["kind"], task["records"]) == ("constraint", ["hcm:person:1", "hcm:person:2"])
    put(people, "2", name="Anna Berg", tax_id="ATU00000000")  # its check digit is wrong, so it is no tax ID
    assert people_of(people) == [["hcm:1", "hcm:2"]]
    assert [one["kind"] for one in open_tasks(people)] == ["source_merge"], "nothing but their source joins them"


def test_values_that_a_role_may_not_see_are_masked(people: Hub) -> None:
    put(people, "1", number="P100", hired="2020-01-01")
    put(people, "2", number="P200", hired="2021-01-01")
    [task] = open_tasks(people)
    reader = Principal(id="r", role="reader")
    [shown] = masking.task(reader, masking.Shown(people), task)["about"]["constraints"]
    assert shown["values"] == {"number": [None, None], "hired": ["2020-01-01", "2021-01-01"], "left": [None, None]}


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ("{different: nickname}", "/match/constraints/0/different"),
        ("{different: number, overlapping: [hired, name]}", "/match/constraints/0/overlapping/1"),
        ("{different: []}", "/match/constraints/0"),
    ],
)
def test_a_constraint_that_cannot_be_held_is_refused_by_its_place(people: Hub, wrong: str, path: str) -> None:
    document = PERSON.replace("{different: tax_id}", "{different: tax_id}").replace(
        "{different: number, overlapping: [hired, left], of_one_source: true}", wrong
    )
    with pytest.raises(InvalidRules) as refused:
        rules.apply(people, document, file="person.yaml", author=AUTHOR)
    assert [fault.pointer for fault in refused.value.faults] == [path]


BERLIN = {"street": "Hauptstrasse 5", "city": "Berlin", "postcode": "10115", "country": "DE"}
MUTUAL = {"name": "Nordwind Logistik GmbH", "email": ["info@nordwind.example"], "address": BERLIN}
HOLDING = {"name": "Nordwind Holding AG", "address": BERLIN, "registration_number": "HRB 4711"}
JOB = {"name": "Anna Lindqvist", "birth_date": "1988-04-02", "email": ["anna.lindqvist@nordwind.example"]}


@pytest.mark.parametrize(
    ("of", "same", "first", "second", "attribute"),
    [
        ("customer", MUTUAL, {"tax_id": GERMAN}, {"tax_id": AUSTRIAN}, "tax_id"),
        ("legal_entity", HOLDING, {"lei": "5299000J2N45DDNE4Y28"}, {"lei": "529900T8BM49AURSDO55"}, "lei"),
        (
            "employee", JOB, {"employee_number": ["P100"], "hire_date": "2020-01-01"},
            {"employee_number": ["P200"], "hire_date": "2021-01-01"}, "employee_number",
        ),
    ],
)  # fmt: skip
def test_the_shipped_types_keep_apart_what_cannot_be_one_and_say_why(
    hub: Hub, of: str, same: dict[str, object], first: dict[str, object], second: dict[str, object], attribute: str
) -> None:
    rules.apply(hub, shipped()[of], file=f"{of}.yaml", author=AUTHOR)
    for id_, said in (("1", first), ("2", second), ("between", {})):
        incoming = Incoming("hcm", of, id_, {**same, **said}, None, None, "put")
        records.put(hub, incoming, author=AUTHOR, wait=True)
    found = {id_: lookup.xref(hub, Key("hcm", of, id_))["golden_id"] for id_ in ("1", "2", "between")}
    assert found["1"] != found["2"]
    [task] = [one for one in open_tasks(hub) if one["kind"] == "constraint"]
    assert task["records"] == [f"hcm:{of}:1", f"hcm:{of}:2"]
    assert attribute in task["about"]["constraints"][0]["values"]
