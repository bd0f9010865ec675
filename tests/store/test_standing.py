"""Short reads on a connection of their own: what is committed is seen, and a connection that breaks is replaced."""

import asyncio
from collections.abc import Iterator

import pytest

from mdm.errors import Unavailable
from mdm.services.hub import Hub
from mdm.store.database import Database
from mdm.store.standing import AT_ONCE, ReadsAtOnce, StandingReads


@pytest.fixture
def reads(hub: Hub) -> Iterator[StandingReads]:
    standing = StandingReads(hub.database)
    yield standing
    standing.close()


async def filters(reads: StandingReads) -> int:
    return len(await reads.rows("SELECT 1 FROM saved_filter WHERE owner {in}", ["somebody"]))


def commit(hub: Hub, name: str) -> None:
    with hub.database.write() as writer:
        writer.run("INSERT INTO saved_filter VALUES ('somebody', ?, ?, '{}', '')", name, False)


def test_each_read_sees_what_was_committed_before_it(hub: Hub, reads: StandingReads):
    async def as_it_grows() -> list[int]:
        seen = [await filters(reads)]
        for name in ("one", "two"):
            commit(hub, name)
            seen.append(await filters(reads))
        return seen

    assert asyncio.run(as_it_grows()) == [0, 1, 2]


def test_a_connection_that_broke_is_replaced(hub: Hub, reads: StandingReads):
    async def broken() -> tuple[int, bool]:
        assert await filters(reads) == 0
        kept = reads._kept
        if hub.database.postgresql:
            [(number,)] = await reads.rows("SELECT pg_backend_pid()")
            with hub.database.write() as writer:
                writer.run("SELECT pg_terminate_backend(?)", number)
        else:
            assert kept is not None
            kept.close()
        commit(hub, "one")
        return await filters(reads), reads._kept is not kept

    assert asyncio.run(broken()) == (1, True)


def test_a_statement_is_planned_once_for_all_values(hub: Hub, reads: StandingReads):
    async def plans() -> object:
        for number in range(8):
            await reads.rows("SELECT 1 FROM saved_filter WHERE owner {in}", [str(number)])
        return await reads.rows("SELECT sum(generic_plans) > 7, sum(custom_plans) FROM pg_prepared_statements")

    if hub.database.postgresql:
        assert asyncio.run(plans()) == [(True, 0)]


def test_of_more_reads_than_connections_each_is_answered_beside_one_that_fails(hub: Hub):
    async def all_at_once() -> list[object]:
        reads = ReadsAtOnce(hub.database)
        statements = ["SELECT nothing" if number % 3 == 0 else f"SELECT {number}" for number in range(5 * AT_ONCE)]
        told = await asyncio.gather(*map(reads.rows, statements), return_exceptions=True)
        reads.close()
        return list(told)

    for number, told in enumerate(asyncio.run(all_at_once())):
        assert isinstance(told, Exception) if number % 3 == 0 else told == [(number,)]


def test_a_database_that_is_away_is_unavailable(tmp_path):
    for address in (f"sqlite:///{tmp_path / 'nowhere' / 'mdm.db'}", f"postgresql:///mdm?host={tmp_path}"):
        reads = StandingReads(Database(address))
        with pytest.raises(Unavailable, match="cannot be reached: check MDM_DATABASE_URL"):
            asyncio.run(reads.rows("SELECT 1"))
