"""Every column of every table is known to hold personal data or not, so that an erasure can reach all of it."""

import pytest

from mdm.tables import PERSONAL, SQLModel

# What a column may hold without being about a person: the reason, and the columns.
HARMLESS: dict[str, dict[str, set[str]]] = {
    "a position, a count or a number the hub gave": {
        "log": {"position"},
        "payload": {"position"},
        "rules_document": {"position"},
        "latest_fact": {"position"},
        "resolution": {"upto", "position", "cut_records"},
        "source_record": {"id", "first_position", "cluster", "golden", "hangs_on"},
        "block_member": {"record_id"},
        "block_size": {"living", "deleted"},
        "sign_in_try": {"tries"},
        "once": {"position", "status"},
        "edge": {"left_id", "right_id", "weight"},
        "decision": {"position", "record_id"},
        "decision_void": {"voided", "position"},
        "decision_pair": {"left_id", "right_id", "position"},
        "source_link": {"record_id", "other_id", "position"},
        "golden_version": {"golden", "version", "since", "until"},
        "search_word": {"golden"},
        "xref": {"record_id", "since", "until", "golden"},
        "crosswalk": {"golden", "seq"},
        "change": {
            "sequence",
            "position",
            "golden",
            "record_id",
            "others",
            "version_before",
            "version_after",
            "decision",
        },
        "task": {"left_id", "right_id", "weight", "opened", "closed", "priority", "place"},
        "task_version": {"since", "until", "left_id", "right_id", "weight", "opened", "closed", "priority", "place"},
        "task_work": {"opened", "escalation"},
        "task_comment": {"position"},
        "proposed_task": {"position"},
        "reference_link": {"record_id"},
        "reference": {"record_id", "since", "until", "golden"},
        "hierarchy_edge": {"golden", "since", "until", "record_id", "trust", "parent"},
        "hierarchy_group": {"golden", "parent", "total"},
        "hierarchy_mismatch": {"golden", "since", "until"},
        "divergence": {"golden", "record_id", "since", "until"},
        "readiness": {"golden", "since", "ready_since", "first_ready"},
        "line_finding": {"golden", "since", "until"},
        "line_holder": {"golden", "since", "until"},
        "dirty_record": {"record_id"},
        "batch": {"accepted", "unchanged", "quarantined"},
        "quarantine": {"line", "position"},
        "hub": {"id"},
        "quality_measure": {
            *(
                "records",
                "fillable",
                "filled",
                "judged",
                "valid",
                "identified",
                "unique_count",
                "dated",
                "recent",
                "median_age",
            ),
            *("compared", "differing", "golden_records", "golden_filled", "position"),
        },
        "code_list": {"position"},
        "code_mapping": {"position"},
        "proposal": {"position", "settled", "decision"},
        "second_opinion": {"decision", "weight", "position", "settled"},
        "sampled_match": {"left_id", "right_id", "weight"},
        "mention": {"position"},
        "access_change": {"number"},
    },
    "a state, a kind or a name out of a short list": {
        "log": {"kind", "entity_type"},
        "rules_document": {"entity_type"},
        "latest_fact": {"entity_type"},
        "resolution": {"entity_type"},
        "source_record": {"entity_type", "source", "deleted", "cut"},
        "edge": {"living"},
        "decision": {"entity_type", "kind", "in_force", "attribute"},
        "decision_pair": {"verdict", "in_force"},
        "source_link": {"kind", "master"},
        "golden_version": {"entity_type"},
        "search_word": {"entity_type", "attribute"},
        "crosswalk": {"entity_type"},
        "change": {"entity_type", "kind"},
        "reference": {"attribute", "entity_type", "standing"},
        "hierarchy_edge": {"attribute", "entity_type", "set_aside"},
        "hierarchy_group": {"attribute", "entity_type"},
        "hierarchy_mismatch": {"attribute", "entity_type"},
        "divergence": {"attribute", "entity_type"},
        "readiness": {"process", "entity_type"},
        "line_finding": {"attribute", "entity_type", "kind", "sources"},
        "line_holder": {"attribute", "entity_type"},
        "task": {"entity_type", "kind", "status"},
        "task_version": {"entity_type", "kind", "status"},
        "dirty_record": {"entity_type"},
        "version_sort": {"source", "entity_type", "sort"},
        "batch": {"source", "entity_type"},
        "quarantine": {"source", "entity_type", "column", "rule", "status"},
        "api_key": {"role", "source", "entity_type"},
        "account": {"role", "entity_type", "provider"},
        "quality_measure": {"entity_type", "source", "attribute"},
        "code_list": {"code_list"},
        "code_mapping": {"code_list", "source", "code"},
        "proposal": {"entity_type", "action", "needs_approval", "status"},
        "second_opinion": {"entity_type", "kind", "verdict", "answer", "outcome"},
        "sampled_match": {"entity_type"},
        "saved_filter": {"shared", "choice"},
        "access_change": {"action"},
        "sign_in_session": {"viewing_as"},
    },
    "when the hub did something, or a day of the calendar": {
        "log": {"recorded_at"},
        "resolution": {"tick"},
        "quality_measure": {"tick"},
        "golden_version": {"due"},
        "line_finding": {"valid_from", "valid_to"},
        "reference": {"valid_from", "valid_to"},
        "hierarchy_edge": {"valid_from", "valid_to"},
        "hierarchy_mismatch": {"valid_from", "valid_to"},
        "task": {"due"},
        "readiness": {"due"},
        "task_version": {"due"},
        "task_work": {"claimed_until", "snoozed_until"},
        "batch": {"started_at", "finished_at"},
        "quarantine": {"recorded_at", "settled_at"},
        "api_key": {"created_at", "revoked_at", "expires_at", "last_used_at"},
        "account": {"created_at", "disabled_at"},
        "sign_in_session": {"created_at", "seen_at"},
        "sign_in_try": {"until"},
        "once": {"until", "created_at"},
        "proposal": {"due"},
        "saved_filter": {"saved_at"},
        "access_change": {"recorded_at"},
    },
    "a hash or a random number that says nothing once what it was made from is gone": {
        "log": {"commitment", "previous_hash"},
        "payload": {"salt"},
        "hub": {"salt"},
        "rules_document": {"version"},
        "mapping_document": {"version"},
        "resolution": {"rules_version"},
        "quality_measure": {"rules_version"},
        "golden_version": {"rules_version"},
        "api_key": {"id", "hash"},
        "account": {"password_hash"},
        "sign_in_session": {"hash"},
        "sign_in_try": {"place"},
        "once": {"request", "run"},
        "quarantine": {"id", "batch"},
        "batch": {"id"},
    },
    "said about the work and not about a person in the data: who signed it, in which request, from which file": {
        "log": {"actor", "correlation_id"},
        "task_work": {"claimed_by", "assigned_to", "escalated_to"},
        "task_skip": {"actor"},
        "saved_filter": {"owner"},
        "account": {"name", "display_name", "subject"},
        "sign_in_session": {"account"},
        "once": {"actor", "key", "media_type"},
        "proposal": {"proposer", "answered_by"},
        "second_opinion": {"first", "second", "settled_by"},
        "mention": {"person"},
        "access_change": {"actor", "subject", "detail", "correlation_id"},
        "batch": {"actor", "file"},
        "quarantine": {"file", "settled_by"},
        "hub": {"name"},
        "rules_document": {"document", "shown"},
        "mapping_document": {"document"},
        "code_list": {"document"},
    },
}
TABLES = {name: set(table.columns.keys()) for name, table in SQLModel.metadata.tables.items()}


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_column_is_either_personal_or_harmless(table: str) -> None:
    personal = set(PERSONAL.get(table, ()))
    harmless = set().union(*(columns.get(table, set()) for columns in HARMLESS.values()))
    assert TABLES[table] - personal - harmless == set(), "say which of the two they are"
    assert personal & harmless == set()


def test_no_list_names_a_column_that_is_not_there() -> None:
    listed = [(table, set(columns)) for table, columns in PERSONAL.items()]
    listed += [(table, columns) for tables in HARMLESS.values() for table, columns in tables.items()]
    assert [
        (table, columns - TABLES.get(table, set())) for table, columns in listed if columns - TABLES.get(table, set())
    ] == []


def test_a_column_that_is_personal_in_one_table_is_so_wherever_it_stands() -> None:
    names = {"key_token", "target_token", "raw", "body", "source_id"}
    found = {(table, column) for table, columns in TABLES.items() for column in columns & names}
    assert found == {(table, column) for table, columns in PERSONAL.items() for column in set(columns) & names}
