"""Contradictions: matches of which too many disagree on what hardly any can are not believed."""

import numpy as np
import pytest

from matching.contradictions import as_far_as_credible
from matching.document import MatchAttribute, MatchRules
from matching.kinds import KINDS
from matching.rules import match_model

NAME = KINDS["person_name"]
EXACT, OTHER_GIVEN = (1 + [level.name for level in NAME.levels].index(name) for name in ("exact", "other_given"))
LEVEL = NAME.levels[OTHER_GIVEN - 1]
VECTORS = np.array([[EXACT, 1], [OTHER_GIVEN, 1], [0, 1]], dtype=np.int8)


def believed(matches: list[float], second: str = "phone") -> list[float]:
    attributes = {"name": MatchAttribute(kind="person_name"), "other": MatchAttribute(kind=second)}
    model = match_model("thing", attributes, MatchRules(block_on=[], compare=list(attributes)))
    return as_far_as_credible(model, VECTORS, np.array(matches)).tolist()


def test_as_many_as_can_be_are_believed():
    assert believed([90.0, 10.0, 50.0]) == [1, 1, 1]


def test_of_too_many_so_many_are_believed_as_the_kind_expects():
    whole, part, unknown = believed([60.0, 40.0, 50.0])
    assert whole == unknown == 1
    assert 40 * part / (60 + 40 * part) == pytest.approx(LEVEL.m)


@pytest.mark.parametrize(
    ("kind", "name"), [("birth_date", "different"), ("tax_id", "different"), ("email", "numbered")]
)
def test_nor_are_many_believed_with_two_numbers_of_a_thing_that_has_one(kind, name):
    model = match_model("thing", {"one": MatchAttribute(kind=kind)}, MatchRules(block_on=[], compare=["one"]))
    place = 1 + [level.name for level in KINDS[kind].levels].index(name)
    agree, differ = as_far_as_credible(model, np.array([[1], [place]], dtype=np.int8), np.array([60.0, 40.0]))
    assert agree == 1
    assert differ < 0.1


def test_where_hardly_more_than_words_is_known_a_name_is_not_held_against_itself():
    assert believed([60.0, 40.0, 50.0], second="wording") == [1, 1, 1]


def test_no_match_at_all_is_no_contradiction():
    assert believed([0.0, 0.0, 0.0]) == [1, 1, 1]
