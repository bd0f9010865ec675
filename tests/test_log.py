"""Many facts at once are written as each alone would be, and documents take no more room than they need."""

import sys
import tracemalloc
from collections.abc import Callable

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.log import (
    GENESIS,
    HASH,
    SALT,
    Facts,
    canonical,
    chain,
    commitment,
    document,
    encoded_key_tokens,
    envelope_hash,
    key_token,
    key_tokens,
)

texts = st.none() | st.text(st.characters(exclude_categories=("Cs",)), max_size=5)
tokens = st.none() | st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.tuples(tokens, st.binary(max_size=40)), max_size=5), st.tuples(*[texts] * 5), st.integers(1, 2**40))
def test_a_chain_carries_the_hash_of_each_envelope_to_the_next(
    facts: list[tuple[int | None, bytes]], same: tuple[str | None, ...], first: int
) -> None:
    run = Facts.of([token for token, _ in facts], [body for _, body in facts])
    parts = list(chain(run, same, first=first, previous=GENESIS, together=2))
    assert all(len(part) == 2 * HASH for part in parts[:-1])
    hashes = b"".join(parts)
    previous = GENESIS
    for place, (token, body) in enumerate(facts):
        assert hashes[32 * place : 32 * (place + 1)] == previous
        bound = commitment(run.salts[SALT * place : SALT * (place + 1)], body)
        assert run.commitments[32 * place : 32 * (place + 1)] == bound
        previous = envelope_hash((first + place, *same, token, bound, previous))


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=8), max_size=5))
def test_tokens_of_many_keys_are_those_of_each(keys: list[str]) -> None:
    assert key_tokens(b"salt", keys) == [key_token(b"salt", key) for key in keys]
    assert encoded_key_tokens(b"salt", map(str.encode, keys), begin="crm:") == [
        key_token(b"salt", f"crm:{key}") for key in keys
    ]


def test_facts_are_left_out_and_put_together_whole() -> None:
    bodies = [canonical(number) for number in range(4)]
    facts = Facts.of([1, 2, 3, 4], bodies)
    parts = [facts.only([0, 1]), facts.only([2, 3])]
    assert list(Facts.joined(parts).tokens) == [1, 2, 3, 4]
    assert list(Facts.joined(parts).each_body()) == bodies
    assert Facts.joined(parts).salts == facts.salts
    assert Facts.joined(parts).commitments == facts.commitments
    some = facts.only([2, 0])
    assert list(some.each_body()) == [bodies[2], bodies[0]]
    assert some.commitments == commitment(some.salts[:SALT], bodies[2]) + commitment(some.salts[SALT:], bodies[0])


@pytest.mark.parametrize("written", [canonical, document], ids=["canonical", "as it comes"])
def test_a_document_that_is_kept_takes_no_more_memory_than_its_text(written: Callable[[object], bytes]) -> None:
    said = {"name": "Alpha Consulting GmbH", "city": "Hamburg"}
    tracemalloc.start()
    kept = [written(said) for _ in range(1_000)]
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert orjson.loads(kept[0]) == said
    assert taken < 2 * sum(map(sys.getsizeof, kept))
