"""Declared sources: spellings of an id lead to one record at every door, and environments are never linked."""

from pathlib import Path
from typing import Any

import pytest

from mdm.entity_types import shipped
from mdm.errors import InvalidInput
from mdm.ingest import Columns, Incoming
from mdm.ingest.mapping import parse_mapping
from mdm.log import Key
from mdm.services import rebuild, resolving
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.services.intake import crosswalk_files, ingest, quarantine, records, snapshots, source_merges
from mdm.services.intake.preparing import File
from mdm.services.reading import explain, golden, lookup
from mdm.services.rulebook import rules
from mdm.services.stewarding import tasks
from mdm.store import log
from tests.conftest import AUTHOR

DECLARED = "sources: {sf: {ids: salesforce}, sap: {ids: no_leading_zeros}, sf_test: {environment: sandbox}}\n"
SHORT, LONG = "0015g00000A1b2C", "0015g00000A1b2CAAR"


@pytest.fixture
def declared(hub: Hub) -> Hub:
    for name in ("legal_entity", "customer"):
        rules.apply(hub, shipped()[name] + DECLARED, file=f"{name}.yaml", author=AUTHOR)
    return hub


def put(hub: Hub, key: str, **values: Any) -> str | None:
    of = Key.parse(key)
    item = Incoming(of.source, of.entity_type, of.source_id, values, None, None, "put")
    item = item.in_form(hub.entity_type(of.entity_type))
    return records.put(hub, item, author=AUTHOR, wait=True).golden_id


def bearer(hub: Hub, key: str) -> str | None:
    return lookup.xref(hub, Key.parse(key))["golden_id"]  # type: ignore[no-any-return]


def crosswalk(hub: Hub, folder: Path, row: str, master: str = "master") -> ingest.Summary:
    path = folder / "old.csv"
    path.write_text(f"source,entity_type,source_id,master_id\n{row}\n", encoding="utf-8")
    return crosswalk_files.ingest_crosswalk(hub, str(path), master=master, author=AUTHOR)


def test_one_id_spelled_in_several_ways_is_one_record_at_every_door(declared: Hub, tmp_path: Path) -> None:
    first = put(declared, f"sf:customer:{SHORT}", name="Nordlicht Bau GmbH", legal_entity="sap:legal_entity:0007")
    path = tmp_path / "sf.csv"
    path.write_text(f"id,name\n{LONG},Nordlicht Bau GmbH\n{SHORT},Nordlicht Bau GmbH\n", encoding="utf-8")
    file = File(str(path), "sf", "customer", Columns())
    assert ingest.ingest_file(declared, file, author=AUTHOR).quarantined == 0
    assert snapshots.ingest_snapshot(declared, file, author=AUTHOR).absent == 0
    assert {bearer(declared, f"sf:customer:{one}") for one in (SHORT, LONG, LONG.upper())} == {first}
    put(declared, "sap:legal_entity:7", name="Nordlicht Holding AG", registered_name="Nordlicht Holding AG")
    crosswalk(declared, tmp_path, f"sf,customer,{SHORT},M1")
    assert bearer(declared, "master:customer:M1") == first
    put(declared, "sap:customer:0012", name="Waldsee Medizintechnik AG")
    left, right = Key("sap", "customer", "000012"), Key("sf", "customer", LONG.upper())
    assert len(decisions.verdict(declared, left, right, "distinct", reason="", author=AUTHOR).golden_ids) == 2
    assert explain.why(declared, left, right)["verdict"] == "distinct"
    source_merges.merge(declared, Key("sap", "customer", "0012"), "0013", author=AUTHOR, wait=True)
    put(declared, "sap:customer:13", name="Waldsee Medizintechnik AG")
    assert bearer(declared, "sap:customer:12") == bearer(declared, "sap:customer:00013")
    with declared.database.read() as reader:
        bodies = [body for body in log.bodies(reader, range(1, 300)).values() if body.get("source_id") == "12"]
    assert bodies[0]["sent_as"] == "0012", "what was sent is kept"
    assert rebuild.verify(declared).match


def test_a_reference_finds_its_target_however_either_is_spelled(declared: Hub) -> None:
    put(declared, "sap:legal_entity:0007", name="Nordlicht Holding AG")
    found = put(declared, "sap:customer:1", name="Nordlicht Bau GmbH", legal_entity="00007")
    assert golden.get(declared, str(found))["attributes"]["legal_entity"] == "sap:legal_entity:7"
    assert golden.lineage(declared, str(found))["lineage"]["legal_entity"]["winner"]["value"] == "00007", "as it came"


def test_what_arrived_before_its_form_was_declared_keeps_answering(hub: Hub) -> None:
    before = put(hub, "sap:customer:0012", name="Waldsee Medizintechnik AG")
    rules.apply(hub, shipped()["customer"] + DECLARED, file="customer.yaml", author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    assert bearer(hub, "sap:customer:0012") == before


def test_a_sandbox_is_never_linked_to_production_and_shown_apart(declared: Hub, tmp_path: Path) -> None:
    values = {"name": "Nordlicht Bau GmbH", "tax_id": "DE136695976", "email": ["info@nordlicht.example"]}
    real, copy = put(declared, f"sf:customer:{LONG}", **values), put(declared, f"sf_test:customer:{LONG}", **values)
    assert (real, tasks.page(declared)["items"]) != (copy, [])
    assert put(declared, "sf_test:customer:2", **values) == copy, "within one environment all is as ever"
    assert golden.get(declared, str(copy))["environment"] == "sandbox"
    assert lookup.xref(declared, Key("sf_test", "customer", LONG))["environment"] == "sandbox"
    assert "environment" not in golden.get(declared, str(real))
    keys = Key("sf", "customer", LONG), Key("sf_test", "customer", LONG)
    with pytest.raises(InvalidInput, match="sf is production, sf_test is sandbox"):
        decisions.verdict(declared, *keys, "same", reason="", author=AUTHOR)
    with pytest.raises(InvalidInput, match="different environments"):
        decisions.merge(declared, [str(real), str(copy)], reason="", author=AUTHOR)
    with pytest.raises(InvalidInput, match="different environments"):
        explain.why(declared, *keys)
    assert crosswalk(declared, tmp_path, "sf_test,customer,2,M1").quarantined == 1
    assert quarantine.page(declared)["items"][0]["rule"] == "environment"
    assert rebuild.verify(declared).match


def test_a_source_that_is_declared_a_sandbox_later_leaves_production(hub: Hub) -> None:
    values = {"name": "Nordlicht Bau GmbH", "tax_id": "DE136695976"}
    assert put(hub, "sf:customer:1", **values) == put(hub, "sf_test:customer:1", **values)
    rules.apply(hub, shipped()["customer"] + DECLARED, file="customer.yaml", author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    assert bearer(hub, "sf:customer:1") != bearer(hub, "sf_test:customer:1")
    assert rebuild.verify(hub).match


INSTANCE = "sources: {sf_test: {environment: sandbox, instance: 00D5g000004XyZt, ids: salesforce}}\n"
LONG_INSTANCE, REFRESHED = "00D5g000004XyZtEAK", "00D9X000001AbCd"


def test_rows_of_a_sandbox_that_was_refreshed_go_to_quarantine_until_its_instance_is_declared(
    hub: Hub, tmp_path: Path
) -> None:
    rules.apply(hub, shipped()["customer"] + INSTANCE, file="customer.yaml", author=AUTHOR)
    before = put(hub, f"sf_test:customer:{LONG}", name="Nordlicht Bau GmbH")
    path = tmp_path / "accounts.csv"
    rows = f"{LONG},Nordlicht Bau AG,{REFRESHED}\n2,Waldsee,{LONG_INSTANCE}\n"
    path.write_text(f"Id,Name,Org\n{rows}", encoding="utf-8")
    how = parse_mapping("rename: {Id: id, Name: name, Org: instance}", hub.entity_type("customer"), file="m.yaml")
    file = File(str(path), "sf_test", "customer", Columns(), how)
    summary = ingest.ingest_file(hub, file, author=AUTHOR)
    assert (summary.accepted, summary.quarantined) == (1, 1), "the long form of the declared one is the same"
    [row] = quarantine.page(hub)["items"]
    assert (row["file"], row["line"], row["column"], row["rule"]) == ("accounts.csv", 2, "Org", "instance")
    assert row["detail"] == f"comes from the instance '{REFRESHED}', and sf_test is declared to be '00D5g000004XyZt'"
    assert golden.get(hub, str(before))["attributes"]["name"] == "Nordlicht Bau GmbH", "nothing of it has come in"
    assert quarantine.retry(hub, row["id"], author=AUTHOR)["status"] == "open"
    moved = INSTANCE.replace("00D5g000004XyZt", REFRESHED)
    rules.apply(hub, shipped()["customer"] + moved, file="customer.yaml", author=AUTHOR)
    assert quarantine.retry(hub, row["id"], author=AUTHOR)["status"] == "retried"
    assert golden.get(hub, str(before))["attributes"]["name"] == "Nordlicht Bau AG"
    assert rebuild.verify(hub).match


def test_a_snapshot_of_another_instance_deletes_nothing(hub: Hub, tmp_path: Path) -> None:
    rules.apply(hub, shipped()["customer"] + INSTANCE, file="customer.yaml", author=AUTHOR)
    put(hub, "sf_test:customer:1", name="Nordlicht Bau GmbH")
    path = tmp_path / "accounts.csv"
    path.write_text(f"id,name,instance\n1,Nordlicht,{REFRESHED}\n", encoding="utf-8")
    file = File(str(path), "sf_test", "customer", Columns())
    for _ in range(2):
        found = snapshots.ingest_snapshot(hub, file, author=AUTHOR)
        assert (found.quarantined, found.unreadable, found.absent, found.deleted) == (1, 1, 0, 0)
    assert "deleted" not in lookup.xref(hub, Key("sf_test", "customer", "1"))
