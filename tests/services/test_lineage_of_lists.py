"""Lineage of values that survive as a list: each winner is said to bring what it brought, and nothing else."""

from typing import Any

import pytest

from mdm.ingest import Incoming
from mdm.services import resolving
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import golden
from mdm.services.rulebook import code_lists, rules
from tests.conftest import AUTHOR

PERSON = """
entity_type: person
label: Person
id_prefix: prs
attributes:
  number: {kind: identifier, required: true}
  email:  {kind: email, many: true, privacy: contact}
  leave:  {kind: date, many: true}
  skills: {kind: code, list: skills, many: true}
match:
  block_on: [[number]]
  compare: [number]
  always: [{same: number}]
survive:
  trust: {hcm: 90, crm: 50}
"""


@pytest.fixture
def people(hub: Hub) -> Hub:
    rules.apply(hub, PERSON, file="person.yaml", author=AUTHOR)
    return hub


def put(hub: Hub, source: str, **said: Any) -> str:
    incoming = Incoming(source, "person", "1", {"number": "P-4711", **said}, None, None, "put")
    found = records.put(hub, incoming, author=AUTHOR, wait=True).golden_id
    assert found is not None
    return found


def told(hub: Hub, golden_id: str, name: str, as_of: str | None = None) -> dict[str, list[tuple[Any, ...]]]:
    entry = golden.lineage(hub, golden_id, as_of=as_of)["lineage"][name]
    return {
        "won": [(one["source"], one["value"]) for one in entry["winners"]],
        "lost": [(one["source"], one["value"], one["because"]) for one in entry["losers"]],
    }


def test_each_winner_is_told_with_the_values_that_it_brought(people: Hub) -> None:
    put(people, "hcm", email=["ada@firm.example", "nonsense", "lovelace@firm.example"])
    golden_id = put(people, "crm", email=["Lovelace@firm.example", "ada@home.example"])
    assert golden.get(people, golden_id)["attributes"]["email"] == [
        "ada@firm.example", "lovelace@firm.example", "ada@home.example",
    ]  # fmt: skip
    assert told(people, golden_id, "email") == {
        "won": [
            ("hcm", ["ada@firm.example"]), ("hcm", ["lovelace@firm.example"]), ("crm", ["ada@home.example"]),
        ],
        "lost": [
            ("crm", ["Lovelace@firm.example"], "same value"), ("hcm", ["nonsense"], "not valid"),
        ],
    }  # fmt: skip


def test_it_is_told_as_it_was_sent_though_golden_records_spell_it_otherwise(people: Hub) -> None:
    golden_id = put(people, "hcm", leave=["1.5.2026", "2026-08-03"])
    put(people, "crm", leave=["2026-05-01", "24.12.2026"])
    assert golden.get(people, golden_id)["attributes"]["leave"] == ["2026-05-01", "2026-08-03", "2026-12-24"]
    assert told(people, golden_id, "leave") == {
        "won": [("hcm", ["1.5.2026"]), ("hcm", ["2026-08-03"]), ("crm", ["24.12.2026"])],
        "lost": [("crm", ["2026-05-01"], "same value")],
    }


def test_a_word_that_stands_for_a_code_is_told_beside_its_code_also_of_then(people: Hub) -> None:
    code_lists.apply(people, "code_list: skills\ncodes: {dive: {aliases: [scuba]}, sail: {}}\n", file="", author=AUTHOR)
    golden_id = put(people, "hcm", skills=["sail", "scuba"])
    put(people, "crm", skills=["dive", "chess"])
    expected = {
        "won": [("hcm", ["scuba"]), ("hcm", ["sail"])],
        "lost": [("crm", ["dive"], "same value"), ("crm", ["chess"], "not valid: unmapped")],
    }
    assert golden.get(people, golden_id)["attributes"]["skills"] == ["dive", "sail"]
    assert told(people, golden_id, "skills") == expected
    before = golden.get(people, golden_id)["seq"]
    code_lists.apply(people, "code_list: skills\ncodes: {dive: {}, swim: {aliases: [scuba]}}\n", file="", author=AUTHOR)
    resolving.resolve_all(people, author=AUTHOR)
    assert told(people, golden_id, "skills")["won"] == [("hcm", ["scuba"]), ("crm", ["dive"])]
    assert told(people, golden_id, "skills", as_of=str(before)) == expected
