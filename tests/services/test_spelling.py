"""Golden dates, numbers, amounts and yes or no: one spelling wherever they are given out, whoever sent them."""

import csv
import io
from typing import Any

import orjson
import pytest

from matching.kinds import Kind
from mdm.ingest import Incoming
from mdm.publish.files import pieces
from mdm.services import rebuild, resolving
from mdm.services.deciding import overrides
from mdm.services.deciding.overrides import Wanted
from mdm.services.feed import changes, exporting
from mdm.services.files.dedupe import Job, Outputs, dedupe
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import golden, search
from mdm.services.reading.value_flips import lineage_and_flips
from mdm.services.rulebook import rules
from mdm.services.stewarding import tasks
from mdm.services.watching import divergence
from tests.conftest import AUTHOR

PERSON = """
entity_type: person
id_prefix: per
attributes:
  name:   {kind: text, required: true}
  born:   {kind: date, privacy: public}
  hours:  {kind: number, valid: {range: {min: 0}}, privacy: public}
  fee:    {kind: money, privacy: public}
  active: {kind: boolean, privacy: public}
  phone:  {kind: phone, privacy: public}
  leave:  {kind: date, many: true, privacy: public}
  level:  {kind: number, dated: true, privacy: public}
  rates:
    kind: lines
    key: [role]
    of: {role: {kind: code}, rate: {kind: money}, hours: {kind: number}, billable: {kind: boolean}}
match: {block_on: [[name]], compare: [name], always: [{same: name}]}
survive:
  default: most_trusted
  trust: {hcm: 90, crm: 50}
  attributes: %s
"""
HCM = {
    "born": "01.03.2020", "hours": "1.234,50", "fee": {"amount": "1.250,00", "currency": "€"}, "active": "ja",
    "phone": "(030) 901820", "leave": ["24.12.2025"], "level": "7,50",
}  # fmt: skip
CRM = {
    "born": "2020-03-01", "hours": 1234.5, "fee": "1250 EUR", "active": True, "phone": "+49 30 901820",
    "leave": ["2025-12-24", "20251231"], "level": 7.5,
}  # fmt: skip
SPELLED = {
    "born": "2020-03-01", "hours": "1234.5", "fee": "1250 EUR", "active": "true", "leave": ["2025-12-24", "2025-12-31"],
    "level": "7.5",
}  # fmt: skip


@pytest.fixture
def people(hub: Hub) -> Hub:
    rules.apply(hub, PERSON % "{}", file="person.yaml", author=AUTHOR)
    return hub


def put(hub: Hub, source: str, source_id: str = "1", **said: Any) -> str:
    incoming = Incoming(source, "person", source_id, {"name": "Ada", **said}, None, None, "put")
    found = records.put(hub, incoming, author=AUTHOR, wait=True).golden_id
    assert found is not None
    return found


def values(hub: Hub, golden_id: str) -> dict[str, Any]:
    return dict(golden.get(hub, golden_id)["attributes"])


@pytest.mark.parametrize("sent", [HCM, CRM])
def test_one_spelling_whoever_the_value_survived_from(people: Hub, sent: dict[str, Any]) -> None:
    other = CRM if sent is HCM else HCM
    golden_id = put(people, "hcm", **sent)
    alone = values(people, golden_id)
    assert {name: alone[name] for name in ("born", "hours", "fee", "active", "level")} == {
        name: SPELLED[name] for name in ("born", "hours", "fee", "active", "level")
    }
    assert put(people, "crm", **other) == golden_id
    both = values(people, golden_id)
    assert {name: both[name] if name != "leave" else sorted(both[name]) for name in SPELLED} == SPELLED
    assert both["phone"] == sent["phone"], "other kinds stand as they survive"
    assert rebuild.verify(people).match


def test_lineage_says_what_each_source_sent_letter_for_letter(people: Hub) -> None:
    golden_id = put(people, "hcm", **HCM)
    put(people, "crm", **CRM)
    told = golden.lineage(people, golden_id)["lineage"]
    for name in ("born", "hours", "fee", "active"):
        assert told[name]["winner"]["value"] == HCM[name]
        assert [one["value"] for one in told[name]["losers"]] == [CRM[name]]
    places = [*told["leave"]["winners"], *told["leave"]["losers"]]
    said = [(one["source"], value) for one in places for value in one["value"]]
    assert sorted(said) == sorted([*(("hcm", one) for one in HCM["leave"]), *(("crm", one) for one in CRM["leave"])])


def test_a_mere_difference_of_spelling_is_no_divergence_no_conflict_and_no_flip(people: Hub) -> None:
    rules.apply(
        people, (PERSON % "{}").replace("crm: 50}", "crm: 90}") + "  conflicts: [born, hours, fee, active]\n",
        file="person.yaml", author=AUTHOR,
    )  # fmt: skip
    golden_id = put(people, "hcm", **HCM)
    put(people, "crm", **CRM)
    resolving.resolve_all(people, author=AUTHOR)
    assert divergence.of_one(people, golden_id)["items"] == []
    assert tasks.page(people)["items"] == []
    told = lineage_and_flips(people, golden_id)["lineage"]
    assert {name for name, entry in told.items() if entry.get("flips")} == {"phone"}
    put(people, "crm", **{**CRM, "hours": "1.234,75"})
    [item] = divergence.of_one(people, golden_id)["items"]
    assert (item["value"], item["golden_value"], item["take"]) == ("1.234,75", "1234.5", "1234.5")
    [task] = tasks.page(people)["items"]
    assert sorted(one["value"] for one in task["about"]["candidates"]) == ["1234.5", "1234.75"]


def test_a_source_that_only_spells_otherwise_changes_no_golden_value(people: Hub) -> None:
    golden_id = put(people, "hcm", **HCM)
    seen = changes.page(people, after=0)["next"]
    put(people, "hcm", **{**HCM, "born": "1 March 2020", "hours": "1234.50", "active": "yes"})
    for event in changes.page(people, after=seen)["items"]:
        assert event["data"]["before"]["attributes"] == event["data"]["after"]["attributes"]
    assert values(people, golden_id)["born"] == "2020-03-01"
    assert search.search(people, "2020-03-01", of="person")["items"][0]["golden_id"] == golden_id


@pytest.mark.parametrize("strategy", ["longest", "shortest", "most_complete", "min", "max", "most_frequent", "first"])
def test_no_strategy_takes_one_spelling_for_another_value(hub: Hub, strategy: str) -> None:
    decided = "{born: %s, hours: %s, fee: %s, active: %s}" % ((strategy,) * 4)
    rules.apply(hub, PERSON % decided, file="person.yaml", author=AUTHOR)
    golden_id = put(hub, "hcm", **HCM)
    put(hub, "crm", **CRM)
    found = values(hub, golden_id)
    assert {name: found[name] for name in ("born", "hours", "fee", "active")} == {
        name: SPELLED[name] for name in ("born", "hours", "fee", "active")
    }
    told = golden.lineage(hub, golden_id)["lineage"]
    assert {one["because"] for name in ("born", "hours", "fee", "active") for one in told[name]["losers"]} == {
        "same value"
    }


def test_what_people_set_is_spelled_so_too_and_said_in_their_own_letters(people: Hub) -> None:
    golden_id = put(people, "hcm", **HCM)
    for attribute, value in (("born", "02.03.2020"), ("hours", "2.000,5"), ("fee", "€ 7,50"), ("active", "nein"),
                             ("leave", ["1.1.2026"])):  # fmt: skip
        wanted = Wanted(golden_id, attribute, value)
        overrides.override(people, wanted, reason="seen", author=AUTHOR)
    wanted = Wanted(golden_id, "level", "8,0", valid_from="2026-01-01")
    overrides.override(people, wanted, reason="seen", author=AUTHOR)
    found = golden.get(people, golden_id)
    assert {name: found["attributes"][name] for name in ("born", "hours", "fee", "active", "leave")} == {
        "born": "2020-03-02", "hours": "2000.5", "fee": "7.5 EUR", "active": "false", "leave": ["2026-01-01"],
    }  # fmt: skip
    assert [one["value"] for one in found["dated"]["level"]] == ["7.5", "8"]
    told = golden.lineage(people, golden_id)["lineage"]
    assert told["born"]["winner"]["value"] == "02.03.2020"
    assert rebuild.verify(people).match


def test_what_is_set_until_a_source_changes_outlives_a_change_of_spelling(people: Hub) -> None:
    golden_id = put(people, "hcm", **HCM)
    wanted = Wanted(golden_id, "born", "2020-03-05", until_source_changes=True)
    overrides.override(people, wanted, reason="seen", author=AUTHOR)
    put(people, "hcm", **{**HCM, "born": "2020-03-01"})
    assert values(people, golden_id)["born"] == "2020-03-05"
    put(people, "hcm", **{**HCM, "born": "2.3.2020"})
    assert values(people, golden_id)["born"] == "2020-03-02"


def test_what_its_kind_cannot_read_in_one_way_stays_as_it_came(people: Hub) -> None:
    golden_id = put(people, "hcm", born="03/04/2020", hours="1,250", fee="1.250 €")
    found = values(people, golden_id)
    assert {name: found[name] for name in ("born", "hours", "fee")} == {
        "born": "03/04/2020", "hours": "1,250", "fee": "1.250 €",
    }  # fmt: skip
    put(people, "crm", born="2020-04-03", hours="1250", fee="1,25 EUR")
    assert divergence.of_one(people, golden_id)["items"] == [], "it is compared as its kind reads it"


def test_fields_of_dated_lines_are_spelled_by_the_same_rule(people: Hub) -> None:
    line = {"role": "DEV", "rate": "1.250,00 €", "hours": "7,50", "billable": "ja"}
    golden_id = put(people, "hcm", rates=[line])
    [shown] = values(people, golden_id)["rates"]
    assert {name: shown[name] for name in line} == {
        "role": "DEV", "rate": "1250 EUR", "hours": "7.5", "billable": "true",
    }  # fmt: skip
    put(people, "hcm", rates=[{**line, "hours": "1,250"}])
    assert values(people, golden_id)["rates"][0]["hours"] == "1,250"


def test_feed_exports_and_views_give_out_the_same(people: Hub) -> None:
    golden_id = put(people, "hcm", **HCM)
    expected = {name: SPELLED[name] for name in ("born", "hours", "fee", "active", "level")}
    [event] = [one for one in changes.page(people, after=0)["items"] if one["type"] == "mdm.golden.created"]
    told = [event["data"]["after"]["attributes"], values(people, golden_id)]
    for form in ("jsonl", "csv"):
        with exporting.export(people, "golden-records", "person") as found:
            text = b"".join(pieces(form, found.sheet, found.documents)).decode()
        if form == "jsonl":
            told.append(orjson.loads(text)["attributes"])
        else:
            [row] = csv.DictReader(io.StringIO(text))
            told.append(row)
            assert (row["fee.amount"], row["fee.currency"], row["leave"]) == ("1250", "EUR", "2025-12-24")
    with people.database.read() as reader:
        rows = reader.rows("SELECT attribute, value FROM bi_golden_value WHERE entity_type = 'person' AND part = ''")
    told.append(dict(rows))
    for one in told:
        assert {name: one[name] for name in expected} == expected


def test_a_hub_from_before_has_it_after_a_rebuild(people: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(Kind, "shown", lambda _, value, __: value)
        golden_id = put(people, "hcm", **HCM)
    assert values(people, golden_id)["born"] == "01.03.2020"
    assert not rebuild.verify(people).match
    rebuild.rebuild(people)
    assert values(people, golden_id)["born"] == "2020-03-01"
    assert search.search(people, "2020-03-01", of="person")["items"][0]["golden_id"] == golden_id
    assert rebuild.verify(people).match


def test_deduplication_writes_golden_records_in_the_same_spelling(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "person.yaml").write_text(
        "entity_type: person\nid_prefix: per\nattributes:\n  name: {kind: text}\n  born: {kind: date}\n"
        "  hours: {kind: number}\n  active: {kind: boolean}\n  fee: {kind: money}\n"
        "match: {block_on: [[name]], compare: [name]}\n", encoding="utf-8",
    )  # fmt: skip
    (tmp_path / "people.csv").write_text(
        'id,name,born,hours,active,fee.amount,fee.currency\n1,Ada,01.03.2020,"1.234,50",ja,"1.250,00",€\n',
        encoding="utf-8",
    )
    dedupe(Job(files=("people.csv",), rules="person.yaml", outputs=Outputs(golden="golden.csv")))
    [row] = csv.DictReader(io.StringIO((tmp_path / "golden.csv").read_text(encoding="utf-8")))
    assert row == {
        "cluster_id": "1", "name": "Ada", "born": "2020-03-01", "hours": "1234.5", "active": "true",
        "fee.amount": "1250", "fee.currency": "EUR",
    }  # fmt: skip
