"""Short reads on a connection of their own: what is committed is seen, and a connection that breaks is replaced."""

from collections.abc import Iterator

import pytest

from mdm.errors import Unavailable
from mdm.services.hub import Hub
from mdm.store.database import Database, Transaction
from mdm.store.standing import StandingReads


@pytest.fixture
def reads(hub: Hub) -> Iterator[StandingReads]:
    standing = StandingReads(hub.database)
    yield standing
    standing.close()


def filters(reader: Transaction) -> int:
    return len(reader.rows("SELECT 1 FROM saved_filter"))


def commit(hub: Hub, name: str) -> None:
    with hub.database.write() as writer:
        writer.run("INSERT INTO saved_filter VALUES ('somebody', ?, ?, '{}', '')", name, False)


def test_each_read_sees_what_was_committed_before_it_and_is_told_whether_anything_was(hub: Hub, reads: StandingReads):
    def looked(reader: Transaction) -> tuple[bool, int]:
        return reads.unchanged(reader), filters(reader)

    tells = not hub.database.postgresql
    assert reads.read(looked) == (False, 0)
    assert reads.read(looked) == (tells, 0)
    commit(hub, "one")
    assert reads.read(looked) == (False, 1)
    assert reads.read(looked) == (tells, 1)


def test_a_connection_that_broke_is_replaced_and_what_was_known_is_read_anew(hub: Hub, reads: StandingReads):
    assert reads.read(filters) == 0
    kept = reads._kept
    assert kept is not None
    if hub.database.postgresql:
        with hub.database.write() as writer:
            writer.run("SELECT pg_terminate_backend(?)", kept.cursor.connection.info.backend_pid)
    else:
        kept.cursor.execute("BEGIN")  # as what failed within leaves it
    assert reads.read(lambda reader: (reads.unchanged(reader), filters(reader))) == (False, 0)
    assert reads._kept is not kept


def test_a_database_that_is_away_is_unavailable(tmp_path):
    reads = StandingReads(Database(f"sqlite:///{tmp_path / 'nowhere' / 'mdm.db'}"))
    with pytest.raises(Unavailable):
        reads.read(filters)
