"""What the hub brought is counted from the log: duplicates removed, decisions, divergence, and how long it all took."""

import re
from collections.abc import Sequence
from typing import Any

import pytest

from mdm.errors import InvalidInput
from mdm.ingest import Incoming
from mdm.log import Author
from mdm.resolution.sums import rounded
from mdm.services import resolving
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.rulebook import rules
from mdm.services.stewarding import tasks
from mdm.services.watching import measures
from mdm.store.database import Transaction

OFFICE = """
entity_type: office
id_prefix: ofc
attributes: {name: {kind: text, required: true}, city: {kind: text}, code: {kind: code}}
match: {block_on: [[name]], compare: [name, code], thresholds: {match: 0.9999, review: 0.1}}
survive: {default: most_trusted, trust: {erp: 90, crm: 80}}
readiness: {lease: {systems: [erp, crm], attributes: [city]}}
"""


def at(day: int, hour: int = 9) -> Author:
    return Author("test", f"2026-03-{day:02}T{hour:02}:00:00.000000Z")


def put(hub: Hub, key: str, author: Author, mode: Any = "put", **said: Any) -> str:
    source, number = key.split(":")
    incoming = Incoming(source, "office", number, said, None, None, mode)
    return str(records.put(hub, incoming, author=author, wait=True).golden_id)


def test_they_tell_what_happened_when_and_how_long_it_took(hub: Hub) -> None:
    rules.apply(hub, OFFICE, file="office.yaml", author=at(1, 10))
    put(hub, "erp:1", at(1, 10), name="Nord", code="A", city="Hamburg")
    first = measures.stats(hub)["entity_types"]["office"]
    assert first["readiness"]["lease"]["blocked_by"] == [
        {"code": "system", "what": "a record in crm", "system": "crm", "golden_records": 1}
    ]
    put(hub, "crm:2", at(2, 9), name="Nord", city="Kiel")
    [task] = tasks.page(hub)["items"]
    tasks.decide(hub, task["id"], verdict="same", reason="one", etag=task["etag"], author=at(2, 11))
    resolving.resolve_all(hub, author=at(2, 11))
    put(hub, "crm:2", at(4), name="Nord", city="Hamburg")
    days = {one["day"]: one for one in measures.stats(hub, since="2026-03-01")["history"]}
    assert days["2026-03-02"]["median_seconds_to_all_systems"] == 25 * 3600
    found = measures.stats(hub, since="2026-03-02")
    assert found["entity_types"]["office"]["median_seconds_to_all_systems"] == 25 * 3600
    later = measures.stats(hub, since="2026-03-03")["entity_types"]["office"]
    assert later["median_seconds_to_all_systems"] is None, "it was there before"
    assert (later["tasks"]["decided"], later["tasks"]["median_seconds_to_decide"]) == (1, None), "so was the decision"
    office = measures.stats(hub, since="2026-03-01")["entity_types"]["office"]
    assert office == measures.stats(hub, moment="2026-05-01T00:00:00Z")["entity_types"]["office"]
    assert office["duplicates_removed"] == 1
    assert office["divergence"] == {"open": 0, "opened": 1, "closed": 1}
    assert office["tasks"] == {"opened": 1, "decided": 1, "median_seconds_to_decide": 7200}
    assert office["median_seconds_to_all_systems"] == 25 * 3600
    lease = office["readiness"]["lease"]
    assert (lease["golden_records"], lease["ready"], lease["median_seconds_to_ready"]) == (1, 1, 25 * 3600)
    assert lease["blocked_by"] == []
    none = dict.fromkeys(measures.SERIES, 0) | dict.fromkeys(measures.MEDIANS)
    assert found["history"] == [
        {**none, "day": "2026-03-02", "entity_type": "office", "duplicates_removed": 1, "tasks_opened": 1,
         "tasks_decided": 1, "divergence_opened": 1, "median_seconds_to_decide": 7200,
         "median_seconds_to_all_systems": 25 * 3600},
        {**none, "day": "2026-03-04", "entity_type": "office", "divergence_closed": 1},
    ]  # fmt: skip
    put(hub, "crm:2", at(5), mode="delete")
    history = measures.stats(hub, since="2026-03-01")["history"]
    assert [one[name] for one in history for name in measures.MEDIANS if one[name] is not None] == [7200]
    counts = measures.stats(hub)["entity_types"]["office"]
    assert sum(one["duplicates_removed"] for one in history) == counts["duplicates_removed"] == 0
    with pytest.raises(InvalidInput, match="since is no date"):
        measures.stats(hub, since="soon")


def test_telling_them_reads_no_table_that_grows_with_the_hub(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    rules.apply(hub, OFFICE, file="office.yaml", author=at(1))
    put(hub, "erp:1", at(1), name="Nord", city="Hamburg")
    run, statements = Transaction._run, list[str]()

    def noted(transaction: Transaction, statement: str, values: Sequence[object]) -> None:
        statements.append(statement)
        run(transaction, statement, values)

    monkeypatch.setattr(Transaction, "_run", noted)
    assert measures.stats(hub, since="2026-03-01")["entity_types"]["office"]["source_records"] == 1
    growing = re.compile(r"\b(source_record|golden_version|xref|readiness|divergence|payload)\b")
    assert statements
    assert not [one for one in statements if growing.search(one)]


def test_long_times_are_told_in_whole_minutes_hours_and_days() -> None:
    told = {599: 599, 600: 600, 659: 600, 35_999: 35_940, 36_000: 36_000, 39_599: 36_000, 864_000: 864_000}
    assert {seconds: rounded(seconds) for seconds in told} == told
    assert rounded(10 * 86_400 + 86_399) == 10 * 86_400
