"""Crosswalks by key token: what a record bears now, of many in one read, and nothing of what nobody knows."""

import orjson

from mdm.services.hub import Hub
from mdm.store import crosswalks, golden_writing
from mdm.store.crosswalks import Found

AWKWARD = ["1", "a,b", "a\nb", "a\\nb", 'say "so"', "ä\u2028ö"]
TOKENS = [-(2**63), -1, 0, 1, 1002, 2**63 - 1]


def members(source_id: str) -> str:
    return orjson.dumps([{"source": "crm", "source_id": source_id}]).decode()


def test_what_many_records_bear_is_found_by_their_tokens(hub: Hub) -> None:
    numbers = range(1, len(AWKWARD) + 1)
    with hub.database.write() as writer:
        rows = [(number, token, number, False) for number, token in zip(numbers, TOKENS, strict=True)]
        golden_writing.move(writer, rows, position=100)
        kept = [(number, "customer", members(one), 50 + number) for number, one in zip(numbers, AWKWARD, strict=True)]
        crosswalks.change(writer, gone=(), kept=kept)
        found = crosswalks.of_tokens(writer, [*reversed(TOKENS), 4711])
    places = zip(numbers, TOKENS, AWKWARD, strict=True)
    expected = [(token, number, "100", members(one), str(50 + number)) for number, token, one in places]
    assert sorted(zip(*found, strict=True)) == expected


def test_what_is_borne_no_longer_is_not_found(hub: Hub) -> None:
    with hub.database.write() as writer:
        golden_writing.move(writer, [(1, 1001, 1, False), (2, 1002, 2, False)], position=100)
        golden_writing.move(writer, [(2, 1002, 1, True)], position=110)
        crosswalks.change(writer, gone=(), kept=[(n, "customer", members(str(n)), 100) for n in (1, 2)])
        assert crosswalks.of_tokens(writer, [1002]) == Found([1002], [1], ["110"], [members("1")], ["100"])


def test_of_tokens_that_nobody_bears_nothing_is_found(hub: Hub) -> None:
    with hub.database.read() as reader:
        for asked in ([], [4711]):
            assert crosswalks.of_tokens(reader, asked) == Found([], [], [], [], [])
