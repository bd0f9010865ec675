"""How far each type is resolved, which rules are in force, what sources send as versions, the hub itself."""

import pytest
from sqlalchemy import event

from mdm.entity_types import shipped
from mdm.errors import NotFound
from mdm.log import Fact
from mdm.services import resolving
from mdm.services.hub import Hub
from mdm.store import bulk, health, hubs, log, records, resolution, versions
from mdm.store.resolution import RulesApplied, StateRow
from tests.store.rows import AUTHOR, fact


def test_what_waits_is_told_of_all_types_at_once(hub: Hub) -> None:
    """What has come of a type, what concerns every type, and a few marked records; nothing of what is resolved."""
    left: list[set[str]] = []

    def look() -> None:
        with hub.database.read() as reader:
            left.append(resolution.waiting(reader, few=2))

    resolving.resolve_all(hub, author=AUTHOR)
    look()
    with hub.database.write() as writer:
        log.append(writer, [Fact("verdict", "customer", {})], author=AUTHOR)
        bulk.insert(writer, "dirty_record", ("entity_type", "record_id"), [("employee", 7), ("employee", 8)])
        many = [("rate_card", number) for number in (1, 2, 3)]
        bulk.insert(writer, "dirty_record", ("entity_type", "record_id"), many)
    look()
    with hub.database.write() as writer:
        assert sorted(records.marked_types(writer)) == ["employee", "rate_card"]
        log.append(writer, [Fact("tick", None, {"date": "2026-03-01"})], author=AUTHOR)
    look()
    assert left == [set(), {"customer", "employee"}, set(hub.entity_types())]


def test_the_state_of_a_type_is_what_was_saved_last(hub: Hub) -> None:
    with hub.database.write() as writer:
        assert resolution.state(writer, "other") is None
        for upto in (10, 20):
            resolution.save(writer, StateRow("other", upto, upto + 1, "v1", "2026-01-01" if upto > 10 else None, 3))
        assert resolution.state(writer, "other") == StateRow("other", 20, 21, "v1", "2026-01-01", 3)
        assert resolution.states(writer)["other"] == resolution.state(writer, "other")


def test_the_rules_applied_last_are_in_force_an_old_version_again_included(hub: Hub) -> None:
    with hub.database.write() as writer:
        for position, version in ((900, "v1"), (901, "v2"), (902, "v1")):
            row = RulesApplied(version, "other", f"text of {version}", position, None)
            resolution.add_document(writer, row)
        assert resolution.in_force(writer)["other"] == "v1"
        assert set(resolution.in_force(writer)) == {*shipped(), "other"}
        assert resolution.document(writer, "v2") == "text of v2"
        with pytest.raises(NotFound, match="no rules version v9"):
            resolution.document(writer, "v9")


def test_what_a_source_sends_as_version_is_known_by_source_and_type(hub: Hub) -> None:
    with hub.database.write() as writer:
        versions.add_sorts(writer, {("crm", "customer"): "integer", ("erp", "customer"): "none"})
        asked = [("crm", "customer"), ("crm", "legal_entity"), ("psa", "customer")]
        assert versions.sorts(writer, asked) == {("crm", "customer"): "integer"}
        assert versions.sorts(writer, []) == {}
        versions.add_sorts(writer, {})


def test_a_hub_is_made_once_and_keeps_its_salt(hub: Hub) -> None:
    with hub.database.write() as writer:
        assert not hubs.create(writer, "another")
        assert hubs.salt(writer) == hub.salt
        assert len(hub.salt) == 32


def test_a_commit_is_on_the_disk_before_it_is_acknowledged(hub: Hub) -> None:
    with hub.database.read() as reader:
        assert health.unsafe(reader) == []


def test_a_connection_that_does_not_flush_is_told(sqlite_hub: Hub) -> None:
    event.listen(sqlite_hub.database.engine, "checkout", lambda one, *_: one.execute("PRAGMA synchronous = OFF"))
    with sqlite_hub.database.read() as reader:
        assert health.unsafe(reader) == ["synchronous is not FULL"]


def test_what_is_pending_is_counted_by_type(hub: Hub) -> None:
    with hub.database.write() as writer:
        log.append(writer, [fact("1"), fact("2"), fact("3", entity_type="legal_entity")], author=AUTHOR)
        assert health.pending(writer) == {**dict.fromkeys(shipped(), 0), "customer": 2, "legal_entity": 1}
