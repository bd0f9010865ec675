"""The log is what was once written: every edit, deletion, insertion and reordering of it is found."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.ingest import Incoming
from mdm.log import GENESIS, Fact, commitment, envelope_hash
from mdm.services import auditing
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.store import audit, log
from mdm.store.log import ENVELOPE
from tests.conftest import AUTHOR
from tests.drawn import drawn

CHANGES = {
    "who": "UPDATE log SET actor = 'user:nobody' WHERE position = {position}",
    "when": "UPDATE log SET recorded_at = '2020-01-01T00:00:00.000000Z' WHERE position = {position}",
    "who, by what is no text": "UPDATE log SET actor = {no_text} WHERE position = {position}",
    "of what kind": "UPDATE log SET kind = 'tick' WHERE position = {position}",
    "about what": "UPDATE log SET key_token = 7 WHERE position = {position}",
    "what it says": "UPDATE payload SET body = body || body WHERE position = {position}",
    "its salt": "UPDATE payload SET salt = salt || salt WHERE position = {position}",
    "nothing any more": "DELETE FROM payload WHERE position = {position}",
    "nowhere": "DELETE FROM log WHERE position = {position}",
}
LOG = [
    ((position, "record", "customer", "cli:anna", None, "2026-03-01T09:30:00.000000Z", position * 7, b"", b""),
     (b"%016d" % position, b'{"name":"Firm %d"}' % position))
    for position in range(1, 13)
]  # fmt: skip


@pytest.fixture
def filled(hub: Hub) -> Hub:
    for number in range(6):
        one = Incoming("crm", "customer", str(number), {"name": f"Northgate {number} Ltd"}, None, None, "put")
        records.put(hub, one, author=AUTHOR, wait=True)
    return hub


def change(hub: Hub, *statements: str) -> None:
    with hub.database.write() as writer:
        for statement in statements:
            writer.run(statement)


def positions(found: auditing.Audit) -> list[int]:
    return [one.position for one in found.findings]


def test_a_log_that_nobody_touched_is_what_it_was(filled: Hub) -> None:
    before = auditing.checkpoint(filled)
    records.put(
        filled, Incoming("erp", "customer", "9", {"name": "Alder"}, None, None, "put"), author=AUTHOR, wait=True
    )
    found = auditing.verify(filled, [before, auditing.checkpoint(filled)])
    assert (found.match, found.findings, found.checkpoints) == (True, [], 2)
    assert found.position == found.facts > before.position
    assert found.hash == auditing.checkpoint(filled).hash


def test_a_log_without_facts_matches_its_checkpoint(bare_postgres_hub: Hub) -> None:
    kept = auditing.checkpoint(bare_postgres_hub)
    assert (kept.position, kept.hash) == (0, "")
    assert auditing.verify(bare_postgres_hub, [kept]).match


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_in_the_middle_is_found_where_it_is(filled: Hub, what: str) -> None:
    no_text = "'no text'" if filled.database.postgresql else "CAST(x'ff00ff' AS TEXT)"
    change(filled, CHANGES[what].format(position=8, no_text=no_text))
    found = auditing.verify(filled)
    assert not found.match
    assert set(positions(found)) <= {8, 9}


def test_facts_that_change_places_are_found(filled: Hub) -> None:
    swap = "UPDATE log SET position = {new} WHERE position = {old}"
    change(filled, *(swap.format(old=old, new=new) for old, new in ((7, -7), (8, 7), (-7, 8))))
    assert 7 in positions(auditing.verify(filled))


def test_a_fact_that_was_put_there_is_found(filled: Hub) -> None:
    head = auditing.checkpoint(filled).position
    copy = "INSERT INTO {table} (position, {columns}) SELECT {new}, {columns} FROM {table} WHERE position = 8"
    change(
        filled,
        copy.format(table="log", columns=", ".join(ENVELOPE[1:]), new=head + 1),
        copy.format(table="payload", columns="salt, body", new=head + 1),
    )
    assert positions(auditing.verify(filled)) == [head + 1]


def test_gaps_and_facts_before_the_first_are_named() -> None:
    def told(*places: int) -> list[tuple[int, str]]:
        found = auditing.audited([WRITTEN[place] for place in places], [], [])
        return [(one.position, one.detail) for one in found.findings]

    assert told(0, 2, 3, 6) == [(2, "missing"), (5, "missing, as is all up to 6")]
    early = ((0, *WRITTEN[0][0][1:]), WRITTEN[0][1])
    assert [one.position for one in auditing.audited([early, *WRITTEN], [], []).findings] == [0, 1]


def test_a_payload_of_no_fact_is_found(filled: Hub) -> None:
    change(filled, "INSERT INTO payload (position, salt, body) SELECT 1000, salt, body FROM payload WHERE position = 8")
    assert [(one.position, one.detail) for one in auditing.verify(filled).findings] == [
        (1000, "there is a payload that belongs to no fact")
    ]


def test_a_log_that_was_cut_off_or_written_anew_is_found_by_a_checkpoint_alone(filled: Hub) -> None:
    kept = auditing.checkpoint(filled)
    change(filled, *(f"DELETE FROM {table} WHERE position > {kept.position - 2}" for table in ("payload", "log")))  # noqa: S608
    assert auditing.verify(filled).match
    assert "the log ends at" in auditing.verify(filled, [kept]).findings[0].detail
    with filled.database.write() as writer:
        log.append(writer, [Fact("tick", None, {"date": "2026-03-01"})] * 2, author=AUTHOR)
    assert auditing.verify(filled).match
    assert "written anew" in auditing.verify(filled, [kept]).findings[0].detail


def bound(rows: list[tuple[audit.Envelope, audit.Payload]]) -> list[tuple[audit.Envelope, audit.Payload]]:
    """Write a log of these facts anew, each bound to its payload and to the one before."""
    carried, done = GENESIS, []
    for envelope, payload in rows:
        assert payload is not None
        whole = (*envelope[:-2], commitment(*payload), carried)
        carried = envelope_hash(whole)
        done.append((whole, payload))
    return done


WRITTEN = bound(LOG)
KEPT = auditing.Checkpoint("hub", len(WRITTEN), envelope_hash(WRITTEN[-1][0]).hex(), "")
PLACES = st.integers(0, len(WRITTEN) - 1)


@drawn(200, 5_000, place=PLACES, column=st.integers(0, len(ENVELOPE) + 1), value=st.one_of(
    st.none(), st.integers(-9, 99), st.text(max_size=3), st.binary(max_size=32)
))  # fmt: skip
def test_whatever_is_edited_is_found(place: int, column: int, value: object) -> None:
    envelope, payload = WRITTEN[place]
    cells = [*envelope, *(payload or ())]
    if cells[column] == value or (column == 0 and not isinstance(value, int)):
        return  # nothing has changed, or no database has such a position
    cells[column] = value
    rows = [*WRITTEN]
    rows[place] = (tuple(cells[: len(ENVELOPE)]), (cells[-2], cells[-1]))
    assert not auditing.audited(rows, [], [KEPT]).match


@drawn(200, 5_000, order=st.permutations(range(len(WRITTEN))), left=st.integers(0, len(WRITTEN)), anew=st.booleans())
def test_whatever_is_removed_or_put_in_another_order_is_found(order: list[int], left: int, *, anew: bool) -> None:
    chosen = order[:left]
    if chosen == list(range(len(WRITTEN))):
        return
    rows = [WRITTEN[place] for place in chosen]
    if anew:
        rows = bound([((number, *envelope[1:]), payload) for number, (envelope, payload) in enumerate(rows, start=1)])
    assert not auditing.audited(rows, [], [KEPT]).match


@given(anew=st.sets(PLACES))
def test_the_log_itself_matches_all_checkpoints_that_were_made_of_it(anew: set[int]) -> None:
    kept = [replace(KEPT, position=place + 1, hash=envelope_hash(WRITTEN[place][0]).hex()) for place in sorted(anew)]
    assert auditing.audited(WRITTEN, [], kept).match
