"""Blocking keys of many records at once are those that each record has by itself, in the same order."""

from itertools import combinations
from random import Random

import numpy as np
import pytest

from matching.block import blocking_keys, candidate_pairs
from matching.columns import SEPARATOR, from_cells
from matching.document import MatchAttribute, MatchRules
from matching.key_parts import FEW
from matching.kinds import KINDS
from matching.rules import match_model
from matching.standardise import standardise

WORDS = (
    *("Anna", "Bob", "Novak-Li", "J.", "van", "der", "Berg", "Straße", "12", "GmbH", "Acme", "Legal", "Services", "&"),
    *("Łódź", "née", "Dr.", "Holding", "x@y.example", "+49 30 1234567", "2001-02-03", "75", "AT", "DE136695976", ","),
)


def cells_of(kind: str, rnd: Random) -> list[str]:
    """Some hundred standardised cells, one in ten with two values."""
    found: set[str] = set()
    while len(found) < FEW + 50:
        text = " ".join(rnd.choices(WORDS, k=rnd.randint(1, 4)))
        value: object = {"street": text, "city": rnd.choice(WORDS), "postcode": str(rnd.randint(1, 99))}
        clean = KINDS[kind].standardise(value if kind == "address" else f"{text} {rnd.randint(1, 10**9)}")
        clean = clean or KINDS[kind].standardise(f"{rnd.randint(10**6, 10**9)}@{rnd.choice('abc')}.example")
        clean = clean or KINDS[kind].standardise(f"{rnd.randint(1900, 2000)}-{rnd.randint(1, 12)}-{rnd.randint(1, 28)}")
        found.add(clean or rnd.choice([f"{rnd.randint(0, 999)}", "abc"]))
    some = sorted(found)
    return some + [SEPARATOR.join(sorted(rnd.sample(some, 2))) for _ in range(len(some) // 10)]


@pytest.mark.parametrize("kind", sorted(name for name, kind in KINDS.items() if kind.in_bulk))
def test_keys_of_many_records_are_those_of_each_by_itself(kind):
    cells = cells_of(kind, Random(kind))
    rules = [[f"thing.{part}" if part else "thing"] for part in KINDS[kind].in_bulk]
    model = match_model(
        "thing", {"thing": MatchAttribute(kind=kind, many=True)}, MatchRules(block_on=rules, compare=[])
    )
    rows, keys = blocking_keys(model, {"thing": from_cells(cells)})
    for row, cell in enumerate(cells):
        alone = blocking_keys(model, {"thing": from_cells([cell])})[1]
        assert keys[rows == row].tolist() == alone.tolist(), cell


def test_a_record_of_many_words_keeps_its_longest_ones_among_many_records():
    model = match_model(
        "thing", {"name": MatchAttribute(kind="person_name")}, MatchRules(block_on=[["name.tokens"]], compare=[])
    )
    long = " ".join("abcdefgh"[place % 8] * (2 + place // 8) for place in range(48))
    table = standardise(model, {"name": [long, *(f"Name {number}" for number in range(FEW + 50))]})
    rows, keys = blocking_keys(model, table)
    alone = blocking_keys(model, standardise(model, {"name": [long]}))[1]
    assert np.array_equal(keys[rows == 0], alone)


@pytest.mark.parametrize("kind", sorted(name for name, kind in KINDS.items() if kind.in_bulk))
def test_among_many_records_those_meet_that_share_a_key(kind):
    table = {"thing": from_cells(cells_of(kind, Random(kind)))}
    for part in KINDS[kind].in_bulk:
        rules = MatchRules(block_on=[[f"thing.{part}" if part else "thing"]], compare=[])
        model = match_model("thing", {"thing": MatchAttribute(kind=kind, many=True)}, rules)
        rows, keys = blocking_keys(model, table)
        holders = [rows[keys == key].tolist() for key in set(keys.tolist())]
        left, right = candidate_pairs(model, table, cap=len(rows))
        assert set(zip(left.tolist(), right.tolist(), strict=True)) == {
            pair for one in holders for pair in combinations(one, 2)
        }
