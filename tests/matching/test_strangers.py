"""Strangers: groups within which attributes agree independently are found, and make pairs count less together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.document import Comparison, LevelTuning, MatchAttribute, MatchRules, Strangers
from matching.explain import why
from matching.rules import MatchModel, RulesError, match_model
from matching.score import edges, score, sums
from matching.standardise import standardise
from matching.strangers import mixture, one_group

START = [np.array([0.1, 0.9])] * 3


def drawn(share: float, agreeing: list[float], other: list[float], count: int) -> np.ndarray:
    """Draw vectors of three attributes from two groups."""
    random = np.random.default_rng(7)
    family = random.random(count) < share
    chances = np.where(family[:, None], agreeing, other)
    return np.where(random.random((count, 3)) < chances, 1, 2).astype(np.int8)


def test_a_group_that_agrees_on_much_is_told_from_the_rest():
    levels = drawn(0.2, [0.95, 0.9, 0.8], [0.05, 0.03, 0.02], 20_000)
    vectors, counts = np.unique(levels, axis=0, return_counts=True)
    found = mixture(vectors, counts.astype(float), START, groups=2)
    family = int(np.argmax(found.u[0][:, 0]))
    assert found.shares[family] == pytest.approx(0.2, abs=0.02)
    assert found.u[0][family, 0] == pytest.approx(0.95, abs=0.03)
    assert found.u[1][family, 0] == pytest.approx(0.9, abs=0.03)
    assert found.u[0][1 - family, 0] == pytest.approx(0.05, abs=0.02)


def test_what_few_pairs_say_stays_near_the_start():
    vectors = np.array([[1, 0, 2]], dtype=np.int8)
    once = one_group(vectors, np.array([1.0]), START, pull=0.0)
    assert once[0][0] == pytest.approx((1 + 10 * 0.1) / 11)
    assert once[1].tolist() == START[1].tolist()  # a missing value says nothing
    often = one_group(vectors, np.array([10_000.0]), START, pull=0.1)
    assert often[0][0] == pytest.approx((10_000 + 1_000 * 0.1) / 11_000)


def model(*strangers: Strangers) -> MatchModel:
    attributes = {"city": MatchAttribute(kind="category"), "code": MatchAttribute(kind="identifier")}
    rules = MatchRules(block_on=[], compare=["city", "code"], prior=0.1, strangers=list(strangers))
    return match_model("thing", attributes, rules)


LIKELIHOOD = st.floats(0.001, 0.9)


@st.composite
def models(draw: st.DrawFn) -> MatchModel:
    groups = [
        Strangers(
            share=draw(LIKELIHOOD),
            levels={
                "city": {"same": draw(LIKELIHOOD), "overlap": draw(LIKELIHOOD), "different": draw(LIKELIHOOD)},
                "code": {"same": draw(LIKELIHOOD)},
            },
        )
        for _ in range(draw(st.integers(1, 3)))
    ]
    return model(*groups)


LEVELS = np.array([[city, code] for city in range(4) for code in range(4)], dtype=np.int8)


@settings(max_examples=60)
@given(models())
def test_the_odds_against_a_match_add_up_over_the_groups(made):
    found = sums(made, LEVELS)
    for levels, weight in zip(LEVELS, found.tolist(), strict=True):
        against = 0.0
        for group in made.groups:
            bits = group.prior + sum(
                int(group.weights[name][level]) for name, level in zip(made.compared, levels, strict=True)
            )
            against += 2 ** (-bits / 1000)
        assert weight == pytest.approx(-1000 * np.log2(against), abs=1)


VALUES = st.fixed_dictionaries(
    {
        "city": st.sampled_from([None, "Bonn", "Bonn Beuel", "Köln"]),
        "code": st.sampled_from([None, "AB1234", "AB1235", "X9"]),
    }
)


@settings(max_examples=60)
@given(models(), st.lists(VALUES, min_size=2, max_size=6))
def test_giving_up_hopeless_pairs_early_changes_nothing(made, records):
    table = standardise(made, {name: [record[name] for record in records] for name in made.attributes})
    left, right = (side.astype(np.int64) for side in np.triu_indices(len(records), 1))
    from matching.compare import compare

    whole = score(made, table, compare(made, table, left, right), left, right)
    kept = np.flatnonzero(whole.outcomes)
    found = edges(made, table, left, right)
    assert found.left.tolist() == left[kept].tolist()
    assert found.weights.tolist() == whole.weights[kept].tolist()


@settings(max_examples=60)
@given(models(), VALUES, VALUES)
def test_weights_still_add_up_with_a_line_for_what_agrees_together(made, one, other):
    evidence = why(made, one, other)
    total = evidence["prior"] + sum(line["weight"] for line in evidence["comparisons"])
    assert total == pytest.approx(evidence["match_weight"], abs=1e-6)
    extra = [line for line in evidence["comparisons"] if line["attribute"] == "together"]
    assert all("strangers" in line["words"] for line in extra)


def test_a_name_that_is_not_known_is_refused_with_its_place():
    with pytest.raises(RulesError, match="'citty' is not a known compared attribute; the nearest is 'city'") as caught:
        model(Strangers(share=0.5, levels={"citty": {"same": 0.1}}))
    assert caught.value.path == ("strangers", 0, "levels", "citty")
    with pytest.raises(RulesError, match="'sam' is not a known level of category"):
        model(Strangers(share=0.5, levels={"city": {"sam": 0.1}}))


def test_one_group_that_holds_all_strangers_weighs_as_no_group_does():
    tuned = Comparison(attribute="city", levels=[LevelTuning(level="same", m=0.8, u=0.1)])
    attributes = {"city": MatchAttribute(kind="category")}
    plain = match_model("thing", attributes, MatchRules(block_on=[], compare=[tuned], prior=0.1))
    levels = np.arange(4, dtype=np.int8)[:, None]
    assert sums(plain, levels).tolist() == [plain.prior_weight + int(weight) for weight in plain.weights["city"]]
