"""Questions of one moment share a read: each is told its own, what went wrong included, however many ask."""

import asyncio

import pytest

from mdm.api.gathering import ALONE, MOST, Gathering
from mdm.errors import Unavailable
from mdm.services.access import keys
from mdm.services.hub import Hub
from mdm.services.reading.reading_together import Question, Reading
from tests.conftest import AUTHOR


def test_one_or_many_at_once_are_told_alike_and_a_key_revoked_meanwhile_is_known_as_that(hub: Hub):
    made = [keys.create(hub, role="reader", author=AUTHOR)["id"] for _ in range(3)]
    gathering = Gathering(hub)

    async def ask(count: int) -> list[set[str]]:
        told = await asyncio.gather(*(gathering.ask(Question(made[place % 3])) for place in range(count)))
        return [
            {bearer.id for bearer in one.bearers.values() if bearer.revoked_at is None} & {made[place % 3]}
            for place, one in enumerate(told)
        ]

    async def all_of_it() -> None:
        for count in (1, 2, 1, 7, *[1] * ALONE, 5, 2 * MOST + 1):
            assert await ask(count) == [{made[place % 3]} for place in range(count)]
        keys.revoke(hub, made[0], author=AUTHOR)
        assert await ask(1) == [set()]
        assert await ask(3) == [set(), {made[1]}, {made[2]}]

    asyncio.run(all_of_it())
    gathering.close()


def test_what_goes_wrong_is_told_to_each_and_the_next_is_answered(hub: Hub, monkeypatch: pytest.MonkeyPatch):
    async def away(_questions: object) -> Reading:
        raise Unavailable("away")

    gathering = Gathering(hub)

    async def ask() -> list[object]:
        return await asyncio.gather(*(gathering.ask(Question("x")) for _ in range(3)), return_exceptions=True)

    async def both() -> None:
        with monkeypatch.context() as patched:
            patched.setattr(gathering.reads, "read", away)
            assert [type(one) for one in await ask()] == [Unavailable] * 3
        assert [type(one) for one in await ask()] == [Reading] * 3

    asyncio.run(both())
    gathering.close()
