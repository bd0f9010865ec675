"""The log: positions without a gap, a chain that shows any edit, and facts found again."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mdm.log import GENESIS, Author, Fact, commitment, envelope_hash
from mdm.services.hub import Hub
from mdm.store import log
from mdm.store.database import Transaction
from mdm.store.one_transaction import one_transaction
from tests.store.rows import AUTHOR, fact


def broken(reader: Transaction) -> list[int]:
    """Walk the chain; the positions at which it does not hold."""
    rows = reader.rows("SELECT * FROM log ORDER BY position")
    payloads = {position: rest for position, *rest in reader.rows("SELECT position, salt, body FROM payload")}
    found, position, previous = [], 0, GENESIS
    for row in rows:
        bound = row[0] not in payloads or commitment(*map(bytes, payloads[row[0]])) == bytes(row[7])
        if row[0] != position + 1 or bytes(row[8]) != previous or not bound:
            found.append(row[0])
        position, previous = row[0], envelope_hash(tuple(row))
    return found


@pytest.fixture
def filled(hub: Hub) -> Hub:
    """A hub with three more facts by one author and thirty by another; `start` is before them."""
    with hub.database.write() as writer:
        log.append(writer, [fact(str(number), token=number) for number in range(3)], author=AUTHOR)
    with hub.database.write() as writer:
        facts = [fact(str(number), token=number) for number in range(3, 33)]
        log.append(writer, facts, author=Author("other", "2026-03-02T00:00:00.000000Z", "request-1"))
    return hub


def head(hub: Hub) -> int:
    with hub.database.read() as reader:
        return log.head(reader)


def test_positions_follow_one_another_and_the_first_is_returned(hub: Hub) -> None:
    start = head(hub)
    with hub.database.write() as writer:
        assert log.append(writer, [fact("1"), fact("2")], author=AUTHOR) == start + 1
        assert log.append(writer, [fact("3")], author=AUTHOR) == start + 3
    assert head(hub) == start + 3


def test_what_one_transaction_appends_bit_by_bit_is_one_chain_whatever_of_it_is_taken_back(hub: Hub) -> None:
    other = Author("other", "2026-03-02T00:00:00.000000Z", "request-1")
    with one_transaction(hub.database, kept=True) as whole:
        for number in range(3):
            with whole.write() as writer:
                log.append(writer, [fact(f"{number}", token=number), Fact("tick", None, {})], author=other)
            with pytest.raises(KeyError), whole.write() as writer:  # noqa: PT012  the part is what fails
                log.append(writer, [fact("gone", token=7)], author=AUTHOR)
                raise KeyError
    with hub.database.write() as writer:
        log.append(writer, [fact("after")], author=AUTHOR)
    with hub.database.read() as reader:
        assert broken(reader) == []


def test_a_transaction_that_fails_leaves_no_gap(hub: Hub) -> None:
    start = head(hub)
    with pytest.raises(KeyError), hub.database.write() as writer:  # noqa: PT012  the transaction is what fails
        log.append(writer, [fact(str(number)) for number in range(30)], author=AUTHOR)
        raise KeyError
    with hub.database.write() as writer:
        assert log.append(writer, [fact("1")], author=AUTHOR) == start + 1


def test_writers_at_once_leave_no_gap_and_no_double_and_one_chain(hub: Hub) -> None:
    start, writers, each = head(hub), 8, 6
    together = threading.Barrier(writers)

    def write(number: int) -> list[int]:
        together.wait()
        firsts = []
        for turn in range(each):
            with hub.database.write() as writer:
                facts = [fact(f"{number}-{turn}-{n}") for n in range(1 + turn)]
                firsts.append(log.append(writer, facts, author=AUTHOR))
        return firsts

    with ThreadPoolExecutor(writers) as pool:
        firsts = [first for some in pool.map(write, range(writers)) for first in some]
    with hub.database.read() as reader:
        positions = [row[0] for row in reader.rows("SELECT position FROM log ORDER BY position")]
        assert positions == list(range(1, start + writers * sum(range(1, each + 1)) + 1))
        assert broken(reader) == []
    assert len(set(firsts)) == writers * each


def test_the_chain_of_an_untouched_log_holds(filled: Hub) -> None:
    with filled.database.read() as reader:
        assert broken(reader) == []


def _swap(writer: Transaction, one: int, other: int) -> None:
    for old, new in ((one, -1), (other, one), (-1, other)):
        writer.run("UPDATE log SET position = ? WHERE position = ?", new, old)
        writer.run("UPDATE payload SET position = ? WHERE position = ?", new, old)


EDITS = {
    "another author": ("UPDATE log SET actor = 'somebody' WHERE position = ?", 1),
    "another time": ("UPDATE log SET recorded_at = '2020-01-01T00:00:00.000000Z' WHERE position = ?", 1),
    "another key": ("UPDATE log SET key_token = 77 WHERE position = ?", 1),
    "a row that is gone": ("DELETE FROM log WHERE position = ?", 1),
    "another payload": ("UPDATE payload SET body = salt WHERE position = ?", 0),
    "another salt": ("UPDATE payload SET salt = body WHERE position = ?", 0),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_of_the_log_breaks_the_chain_where_it_was_made(filled: Hub, edit: str) -> None:
    statement, after = EDITS[edit]
    position = head(filled) - 10
    with filled.database.write() as writer:
        writer.run(statement, position)
        assert broken(writer) == [position + after]


def test_two_facts_that_change_places_break_the_chain(filled: Hub) -> None:
    position = head(filled) - 10
    with filled.database.write() as writer:
        _swap(writer, position, position + 1)
        assert broken(writer)


def test_an_erased_payload_leaves_the_chain_whole(filled: Hub) -> None:
    position = head(filled) - 10
    with filled.database.write() as writer:
        writer.run("DELETE FROM payload WHERE position = ?", position)
        assert broken(writer) == []
        assert position not in log.bodies(writer, [position, position + 1])
        assert position + 1 in log.bodies(writer, [position, position + 1])


def test_two_facts_that_say_the_same_have_different_commitments(hub: Hub) -> None:
    """Or anyone could guess what an erased payload said."""
    with hub.database.write() as writer:
        first = log.append(writer, [fact("1"), fact("1")], author=AUTHOR)
        rows = writer.rows("SELECT commitment FROM log WHERE position >= ?", first)
    assert len({bytes(row[0]) for row in rows}) == 2


def test_what_is_pending_is_what_concerns_the_type_up_to_a_boundary(hub: Hub) -> None:
    start = head(hub)
    facts = [
        fact("1"), Fact("tick", None, {"date": "2026-01-01"}), fact("2", entity_type="legal_entity"), fact("3"),
        Fact("resolved", "customer", {}), fact("4"),
    ]  # fmt: skip
    with hub.database.write() as writer:
        log.append(writer, facts, author=AUTHOR)
        found, reached = log.pending(writer, "customer", after=start, upto=None, limit=100)
        assert [each.position - start for each in found] == [1, 2, 4, 6]
        assert reached == start + 6
        assert found[0].body == {"source": "crm", "source_id": "1"}
        assert [
            each.position - start for each in log.pending(writer, "legal_entity", after=start, upto=None, limit=9)[0]
        ] == [2, 3]
        found, reached = log.pending(writer, "customer", after=start + 1, upto=start + 4, limit=100)
        assert ([each.position - start for each in found], reached) == ([2, 4], start + 4)


def test_a_full_chunk_reaches_only_as_far_as_its_last_fact(hub: Hub) -> None:
    start = head(hub)
    with hub.database.write() as writer:
        log.append(writer, [fact(str(number)) for number in range(5)], author=AUTHOR)
        found, reached = log.pending(writer, "customer", after=start, upto=None, limit=2)
        assert ([each.position for each in found], reached) == ([start + 1, start + 2], start + 2)
        found, reached = log.pending(writer, "customer", after=reached, upto=None, limit=3)
        assert ([each.position for each in found], reached) == ([start + 3, start + 4, start + 5], start + 5)
        assert log.pending(writer, "customer", after=reached, upto=None, limit=3) == ([], start + 5)


def test_versions_of_a_record_are_found_by_its_token_in_order(hub: Hub) -> None:
    with hub.database.write() as writer:
        first = log.append(
            writer, [fact("1", token=-5, a=1), fact("2", token=6), fact("1", token=-5, a=2)], author=AUTHOR
        )
        found = log.versions(writer, [-5])
        assert [(token, position, body["a"]) for token, position, body in found] == [(-5, first, 1), (-5, first + 2, 2)]
        assert [position for _, position, _ in log.versions(writer, [-5, 6], upto=first + 1)] == [first, first + 1]
        assert log.versions(writer, []) == []


def test_authors_and_moments_are_found_by_position(filled: Hub) -> None:
    last = head(filled)
    with filled.database.read() as reader:
        assert log.authors(reader, [last]) == {last: ("other", "2026-03-02T00:00:00.000000Z")}
        assert log.position_at(reader, "2026-03-01T23:59:59.999999Z") == last - 30
        assert log.position_at(reader, "2026-03-02T00:00:00.000000Z") == last
        assert log.position_at(reader, "2000-01-01T00:00:00.000000Z") == 0


def test_the_resolvers_own_commits_come_in_order_a_page_at_a_time(hub: Hub) -> None:
    start = head(hub)
    with hub.database.write() as writer:
        log.append(
            writer, [Fact("resolved", "customer", {"n": 1}), fact("1"), Fact("resolved", "x", {"n": 2})], author=AUTHOR
        )
        page = log.resolved(writer, after=start, limit=1)
        assert [(each.position - start, each.entity_type, each.body) for each in page] == [(1, "customer", {"n": 1})]
        assert [each.position - start for each in log.resolved(writer, after=start + 1, limit=5)] == [3]


def test_many_facts_at_once_stand_as_a_few_do_and_in_one_chain(hub: Hub) -> None:
    """Their hashes are made in a thread of their own."""
    count = log.MANY + 1
    with hub.database.write() as writer:
        log.append(writer, [fact("before")], author=AUTHOR)
        first = log.append(writer, [fact(str(number)) for number in range(count)], author=AUTHOR)
        log.append(writer, [fact("after")], author=AUTHOR)
        said = log.bodies(writer, range(first, first + count))
        assert broken(writer) == []
    assert [said[first + number]["source_id"] for number in range(count)] == [str(number) for number in range(count)]
