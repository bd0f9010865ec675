"""Blocking: keys, caps and candidate pairs."""

from itertools import combinations

import pytest
from colliding import RECORDS
from hypothesis import given, settings
from hypothesis import strategies as st
from rowwise import columns, key_words, pairs_of, small_model

from matching import block_sizes
from matching.block import MOST_TOLD, blocking_keys, candidate_pairs, pairs_and_rules
from matching.block_sizes import RuleReport, report
from matching.rule_keys import MAX_KEYS
from matching.standardise import standardise

MODEL = small_model()
LETTERS = "abcdefghij"


def tabled(*records, model=MODEL):
    return standardise(model, columns(list(records), list(model.attributes)))


@settings(max_examples=60)
@given(records=RECORDS, cap=st.integers(1, 8))
def test_candidate_pairs_are_the_combinations_within_blocks_of_at_most_the_cap(records, cap):
    table = tabled(*records)
    entries = list(zip(*(array.tolist() for array in blocking_keys(MODEL, table)), strict=True))
    blocks = {key: [row for row, other in entries if other == key] for _, key in entries}
    expected = {pair for block in blocks.values() if len(block) <= cap for pair in combinations(block, 2)}
    left, right = candidate_pairs(MODEL, table, cap)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == sorted(expected)


@settings(max_examples=60)
@given(records=RECORDS, cap=st.integers(1, 8))
def test_each_candidate_pair_tells_the_rules_that_bring_it(records, cap):
    every = [[part.words.replace(" ", ".") for part in rule] for rule in MODEL.blocking]
    brought = [pairs_of(small_model(block_on=[rule]), records, cap) for rule in every]
    left, right, rules = pairs_and_rules(MODEL, tabled(*records), cap)
    assert list(zip(left.tolist(), right.tolist(), rules.tolist(), strict=True)) == [
        (*pair, sum(1 << number for number, pairs in enumerate(brought) if pair in pairs))
        for pair in sorted(set().union(*brought))
    ]


def test_of_very_many_rules_it_is_not_told_which_brings_a_pair():
    model = small_model(block_on=[["tax_id"]] * (MOST_TOLD + 1))
    _, _, rules = pairs_and_rules(model, tabled({"tax_id": "A1001"}, {"tax_id": "A1001"}, model=model), 10)
    assert rules.tolist() == [-1]


def test_keys_are_distinct_and_sorted_by_row_and_key():
    email = ["a@x.example", "b@x.example", "c@y.example"]
    rows, keys = blocking_keys(MODEL, tabled({"email": email, "founded": "2001-01-01"}, {"email": email}))
    entries = list(zip(rows.tolist(), keys.tolist(), strict=True))
    assert entries == sorted(set(entries))
    assert (rows == 0).sum() == 3 + 2
    assert (rows == 1).sum() == 3


def test_a_missing_part_makes_no_key():
    rows, _ = blocking_keys(MODEL, tabled({"name": "Acme Trading"}, {"country": "DE"}))
    assert rows.tolist() == []


def test_a_key_does_not_change_from_release_to_release():
    _, keys = blocking_keys(MODEL, tabled({"tax_id": "A1001"}))
    assert keys.tolist() == [6898550189584933308]


def test_the_same_value_under_two_rules_or_entity_types_makes_two_keys():
    model = small_model(block_on=[["tax_id"], ["tax_id", "country"]])
    _, keys = blocking_keys(model, tabled({"tax_id": "A1001", "country": "DE"}))
    assert len(set(keys.tolist())) == 2


def test_a_record_keeps_the_keys_of_the_first_rules_and_of_its_longer_values():
    model = small_model(block_on=[["tax_id"], ["email"], ["country"]])
    emails = [f"{'person'[:size]}{letter}@x.example" for letter in LETTERS for size in (2, 3, 4, 5, 6)]
    table = tabled({"tax_id": "A1001", "email": emails, "country": "DE"}, model=model)
    kept = list(key_words(model, table, 0).values())
    assert len(kept) == MAX_KEYS
    assert kept[0].startswith("tax_id=")
    lengths = [len(words) - len("email=@x.example") for words in kept[1:]]
    assert lengths == [7] * 10 + [6] * 10 + [5] * 10 + [4]


def test_a_huge_product_of_values_stays_within_the_limit():
    model = small_model(block_on=[["name.tokens", "email", "email.user"]])
    emails = [f"{number}@x.example" for number in range(2000)]
    table = tabled({"name": "Alpha Beta Gamma Delta", "email": emails}, model=model)
    assert len(blocking_keys(model, table)[0]) == MAX_KEYS


def test_key_words_name_the_keys_that_blocking_makes():
    record = {"name": "Acme Trading", "country": "DE", "email": ["a@x.example"], "founded": "2001-02-03"}
    table = tabled({}, record)
    _, keys = blocking_keys(MODEL, table)
    spelled = key_words(MODEL, table, 1)
    assert sorted(spelled) == keys.tolist()
    assert {"email=a@x.example", "email domain=x.example, founded year=2001"} <= set(spelled.values())
    assert key_words(MODEL, table, 0) == {}


def test_the_report_counts_pairs_by_rule_and_names_blocks_over_the_cap():
    model = small_model(block_on=[["country"], ["email"]])
    people = [{"country": "DE", "email": [f"{number % 2}@x.example"]} for number in range(4)]
    found = report(model, tabled(*people, model=model), 3)
    assert found[1] == RuleReport(rule="email", records=4, keys=2, pairs=2, alone=2, oversized=[])
    assert (found[0].pairs, [size for _, size in found[0].oversized]) == (0, [4])
    assert found[0].oversized[0][0].startswith("country=")


@settings(max_examples=60)
@given(records=RECORDS, cap=st.integers(2, 4), at_once=st.sampled_from([1, 3, 1 << 22]))
def test_what_a_rule_contributes_alone_are_the_pairs_that_go_missing_without_it(records, cap, at_once):
    table = tabled(*records)
    every = [[part.words.replace(" ", ".") for part in rule] for rule in MODEL.blocking]
    found = {pair for rule in every for pair in pairs_of(small_model(block_on=[rule]), records, cap)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(block_sizes, "PAIRS_AT_ONCE", at_once)
        alone = [rule.alone for rule in report(MODEL, table, cap)]
    for number, count in enumerate(alone):
        others = [rule for place, rule in enumerate(every) if place != number]
        without = {pair for rule in others for pair in pairs_of(small_model(block_on=[rule]), records, cap)}
        assert count == len(found - without)


def test_a_pair_that_two_rules_find_is_alone_to_neither():
    model = small_model(block_on=[["tax_id"], ["email"], ["country"]])
    both = {"tax_id": "A1001", "email": ["a@x.example"]}
    found = report(model, tabled(both, both, {"country": "DE"}, {"country": "DE"}, model=model), 10)
    assert [(rule.pairs, rule.alone) for rule in found] == [(1, 0), (1, 0), (1, 1)]


def test_a_table_without_records_has_a_report_of_nothing():
    assert [(rule.pairs, rule.alone) for rule in report(MODEL, tabled(), 10)] == [(0, 0)] * len(MODEL.blocking)
