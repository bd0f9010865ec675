"""The smallest change that flips a pair does so when it is applied, and no smaller one does."""

import pytest
from applied import check, witnesses
from colliding import COUNTRIES, DATES, EMAILS, NAMES, RECORDS, TAX_IDS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rowwise import COMMON, small_model

from matching.explain import why
from matching.flips import flips

STRANGERS = [
    {"share": 0.9, "levels": {"name": {"similar": 0.3}}},
    {"share": 0.1, "levels": {"name": {"similar": 0.9}, "country": {"same": 0.95}}},
]
MODELS = [
    small_model(),
    small_model(compare=[{"attribute": "country", "levels": [{"level": "same", "u": 1e-9}], "weight": 10}, "name"]),
    small_model(strangers=STRANGERS, always=[], never=[{"different": ["tax_id", "country"]}]),
    small_model(compare=["name", *COMMON], always=[{"same": ["email", "country"]}], never=[{"different": "country"}]),
]
POOLS = {
    "name": [*NAMES, "Acme Lmited", "Nordwind", "Acme Trading"], "tax_id": [*TAX_IDS, "A-1002"], "country": COUNTRIES,
    "email": [*EMAILS, "inf@acme.example"], "founded": [*DATES, "2001-02-04"],
}  # fmt: skip
KNOWN = [witnesses(model, POOLS) for model in MODELS]


def _every_flip_is_the_smallest(records, number):
    pair, model = (records[0], records[1]), MODELS[number]
    for flip in flips(model, *pair):
        if flip["changes"]:
            check(model, pair, flip, KNOWN[number])


@settings(max_examples=30, suppress_health_check=[HealthCheck.filter_too_much])
@given(records=RECORDS.filter(lambda records: len(records) > 1), number=st.integers(0, len(MODELS) - 1))
def test_a_flip_leads_to_its_outcome_and_none_smaller_does(records, number):
    _every_flip_is_the_smallest(records, number)


@pytest.mark.verify
@settings(max_examples=500, suppress_health_check=[HealthCheck.filter_too_much])
@given(records=RECORDS.filter(lambda records: len(records) > 1), number=st.integers(0, len(MODELS) - 1))
def test_five_hundred_pairs_flip_by_the_smallest_change(records, number):
    _every_flip_is_the_smallest(records, number)


def test_a_rule_above_the_score_is_undone_by_the_attribute_it_asks_for():
    pair = {"name": "Acme", "tax_id": "A1001", "country": "DE"}, {"name": "Acme", "tax_id": "B2002", "country": "DE"}
    assert why(MODELS[0], *pair)["outcome"] == "distinct"
    match = next(one for one in flips(MODELS[0], *pair) if one["outcome"] == "match")
    assert match["match_weight"] == 100.0
    [change] = match["changes"]
    assert (change["attribute"], change["level"], change["to"]) == ("tax_id", "different", "same")
    assert change["words"] == "a value in common"


def test_where_nothing_leads_there_it_says_so():
    model = small_model(compare=["country"], always=[], never=[])
    nowhere = {"outcome": "match", "changes": [], "match_weight": None}
    assert nowhere in flips(model, {"country": "DE"}, {"country": "DE"})
