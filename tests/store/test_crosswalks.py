"""Crosswalks by key token: what a record bears now, of many in one read, and nothing of what nobody knows."""

import orjson

from mdm.services.hub import Hub
from mdm.store import crosswalks, golden_writing, resolution
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
        asked = [4711, *reversed(TOKENS), TOKENS[0]]
        found = crosswalks.of_tokens(writer, asked)
    borne = {token: (number, members(one)) for number, token, one in zip(numbers, TOKENS, AWKWARD, strict=True)}
    expected = [
        (place, borne[token][0], "100", borne[token][1], str(50 + borne[token][0]))
        for place, token in enumerate(asked)
        if token in borne
    ]
    assert sorted(zip(*found[:5], strict=True)) == expected


def test_what_is_borne_no_longer_is_not_found(hub: Hub) -> None:
    with hub.database.write() as writer:
        golden_writing.move(writer, [(1, 1001, 1, False), (2, 1002, 2, False)], position=100)
        golden_writing.move(writer, [(2, 1002, 1, True)], position=110)
        crosswalks.change(writer, gone=(), kept=[(n, "customer", members(str(n)), 100) for n in (1, 2)])
        found = crosswalks.of_tokens(writer, [1002])
    assert found == Found([0], [1], ["110"], [members("1")], ["100"], found.rules_at)


def test_of_tokens_that_nobody_bears_nothing_is_found(hub: Hub) -> None:
    with hub.database.read() as reader:
        latest = max(resolution.applied(reader, of) for of in resolution.in_force(reader))
        for asked in ([], [4711]):
            assert crosswalks.of_tokens(reader, asked) == Found([], [], [], [], [], latest)
