"""Source records in: once each, refused where they contradict, acknowledged only when they are kept."""

import pytest

from mdm.errors import InvalidInput
from mdm.ingest import Incoming
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.store.batches import Origin
from tests.conftest import AUTHOR


def record(
    source_id: str = "1", *, version: int | str | None = None, event_time: str | None = None, **attributes: object
) -> Incoming:
    return Incoming("crm", "customer", source_id, attributes or {"name": "Acme GmbH"}, version, event_time, "put")


def facts(hub: Hub) -> int:
    with hub.database.read() as reader:
        row = reader.one("SELECT count(*) FROM log WHERE kind = 'record'")
    assert row is not None
    return int(row[0])


def test_the_same_record_again_is_unchanged_and_adds_no_fact(hub: Hub) -> None:
    first = records.put(hub, record(), author=AUTHOR, wait=True)
    again = records.put(hub, record(), author=AUTHOR, wait=True)
    assert (first.status, again.status) == ("accepted", "unchanged")
    assert again.position == first.position
    assert again.golden_id == first.golden_id
    assert facts(hub) == 1


def test_an_old_content_sent_again_after_a_newer_one_is_a_new_version(hub: Hub) -> None:
    for name in ("Acme GmbH", "Acme AG", "Acme GmbH"):
        assert records.put(hub, record(name=name), author=AUTHOR, wait=False).status == "accepted"
    assert facts(hub) == 3


def test_an_old_version_sent_again_is_unchanged_however_late(hub: Hub) -> None:
    for version, name in ((1, "Acme GmbH"), (2, "Acme AG")):
        records.put(hub, record(version=version, name=name), author=AUTHOR, wait=True)
    assert records.put(hub, record(version=1, name="Acme GmbH"), author=AUTHOR, wait=True).status == "unchanged"
    assert facts(hub) == 2


def test_the_same_version_with_other_content_is_refused(hub: Hub) -> None:
    records.put(hub, record(version=1, name="Acme GmbH"), author=AUTHOR, wait=False)
    with pytest.raises(InvalidInput, match="version 1 of '1' is there already with other content"):
        records.put(hub, record(version=1, name="Acme AG"), author=AUTHOR, wait=False)
    assert facts(hub) == 1


def test_a_source_that_sent_numbers_as_versions_may_not_send_times(hub: Hub) -> None:
    records.put(hub, record(version=1), author=AUTHOR, wait=False)
    for other in ("2026-01-01T00:00:00.000000Z", None):
        with pytest.raises(InvalidInput, match="has sent whole numbers as versions so far"):
            records.put(hub, record("2", version=other), author=AUTHOR, wait=False)


def test_a_late_version_does_not_overrule_a_newer_one(hub: Hub) -> None:
    records.put(hub, record(version=2, name="Acme AG"), author=AUTHOR, wait=True)
    records.put(hub, record(version=1, name="Acme GmbH"), author=AUTHOR, wait=True)
    with hub.database.read() as reader:
        rows = reader.rows("SELECT attributes FROM golden_version WHERE until IS NULL")
    assert [bytes(row[0]) for row in rows] == [b'{"name":"Acme AG"}']


def test_the_feed_says_when_a_deleted_record_is_there_again(hub: Hub) -> None:
    for mode in ("put", "delete", "put"):
        incoming = Incoming("crm", "customer", "1", {"name": "Acme GmbH"} if mode == "put" else {}, None, None, mode)
        records.put(hub, incoming, author=AUTHOR, wait=True)
    with hub.database.read() as reader:
        kinds = [row[0] for row in reader.rows("SELECT kind FROM change WHERE record_id IS NOT NULL ORDER BY sequence")]
    assert kinds == ["xref.assigned", "xref.removed", "xref.assigned"]


def test_one_batch_keeps_what_is_good_and_quarantines_what_is_not(hub: Hub) -> None:
    items = [record(version=1), record(version=1, name="Other AG"), record("2", version=1)]
    origin = Origin("batch", "records.csv", "crm", "customer")
    outcomes = records.put_many(hub, items, author=AUTHOR, batch=origin)
    assert [outcome.status for outcome in outcomes] == ["accepted", "quarantined", "accepted"]
    with hub.database.read() as reader:
        kept = reader.rows("SELECT source, entity_type, file, rule, status FROM quarantine")
    assert kept == [("crm", "customer", "records.csv", "version_conflict", "open")]


def test_two_copies_in_different_systems_become_one_golden_record(hub: Hub) -> None:
    tax = {"name": "Northgate Trading Ltd", "tax_id": "GB434031494"}
    first = records.put(hub, record(**tax), author=AUTHOR, wait=True)
    other = Incoming("erp", "customer", "77", {**tax, "name": "NORTHGATE TRADING LIMITED"}, None, None, "put")
    second = records.put(hub, other, author=AUTHOR, wait=True)
    assert (first.resolution, second.resolution) == ("created", "matched")
    assert first.golden_id == second.golden_id
