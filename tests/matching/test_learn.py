"""Learning in turns with clusters: what is recovered, what is kept, and that families do not pass for one person."""

import numpy as np
import pytest

from matching.document import MatchAttribute, MatchRules, Thresholds
from matching.fitted import GROUPS
from matching.learn import BY_RULE, FEWEST, OTHERS, ROUNDS, learn
from matching.linkage import average_linkage
from matching.rules import figures_of, match_model
from matching.score import sums


def model(*names: str):
    attributes = {name: MatchAttribute(kind="code") for name in names}
    thresholds = Thresholds(match=0.5, review=0.1)
    return match_model(
        "thing", attributes, MatchRules(block_on=[], compare=list(names), prior=0.05, thresholds=thresholds)
    )


def people(count: int):
    """Make couples who share a street and a surname, each person in two records with few slips, and their pairs."""
    random = np.random.default_rng(3)
    persons = np.repeat(np.arange(2 * count), 2)
    values = np.column_stack([persons // 2, persons // 2, persons, persons])  # street, surname, given, birth
    slipped = random.random(values.shape) < 0.05
    values = np.where(slipped, -np.arange(values.size).reshape(values.shape) - 1, values)
    inside = [
        (4 * couple + one, 4 * couple + other)
        for couple in range(count)
        for one in range(4)
        for other in range(one + 1, 4)
    ]
    strangers = random.integers(0, 4 * count, (3 * count, 2))
    pairs = np.array([*inside, *np.sort(strangers[strangers[:, 0] != strangers[:, 1]], axis=1)])
    left, right = pairs.T
    return persons, values, left, right


def levels_of(values, left, right):
    return np.where(values[left] == values[right], 1, 2).astype(np.int8)


def test_couples_at_one_address_are_not_taken_for_one_person():
    persons, values, left, right = people(400)
    made = model("street", "surname", "given", "birth")

    def cluster(current, weights):
        return average_linkage(
            len(persons), left, right, weights, threshold=current.match_weight, limit=500,
            ranks=np.arange(len(persons)), scorer=lambda one, other: sums(current, levels_of(values, one, other)),
        )  # fmt: skip

    learnt = learn(made, levels_of(values, left, right), left, right, cluster=cluster)
    assert learnt.settled
    assert len(learnt.rules.strangers) == GROUPS
    final = match_model("thing", made.attributes, learnt.rules)
    leads = cluster(final, sums(final, levels_of(values, left, right)))
    same, true = leads[left] == leads[right], persons[left] == persons[right]
    assert (same & true).sum() / true.sum() > 0.95
    assert (same & true).sum() / same.sum() > 0.95


def test_where_clusters_do_not_settle_it_is_learnt_again_from_the_surest():
    persons, values, left, right = people(200)
    made = model("street", "surname", "given", "birth")
    asked = []

    def cluster(current, weights):
        sure = len(asked) >= ROUNDS  # the first rounds go to and fro: now persons, now couples
        asked.append((current.rules.prior, int((weights >= current.match_weight).sum())))
        return persons if sure or len(asked) % 2 else persons // 2

    levels = levels_of(values, left, right)
    learnt = learn(made, levels, left, right, cluster=cluster)
    assert learnt.settled
    assert not learnt.notes
    once = learn(made, levels, left, right, cluster=lambda _model, _weights: persons)
    assert learnt.rules.prior == pytest.approx(once.rules.prior, rel=0.05)
    (given, matches), (rarer, surest) = asked[0], asked[ROUNDS]
    assert given == made.rules.prior
    assert rarer < given / 15
    assert surest < matches


def test_the_steadier_of_two_that_did_not_settle_is_kept():
    persons, values, left, right = people(200)
    made = model("street", "surname", "given", "birth")
    rounds = 0

    def cluster(_model, _weights):
        nonlocal rounds
        rounds += 1
        other = persons.copy()
        if rounds > ROUNDS:
            other[: 40 * (rounds % 2)] = -1
            return other
        return persons // 2 if rounds % 2 else persons

    learnt = learn(made, levels_of(values, left, right), left, right, cluster=cluster)
    assert not learnt.settled
    assert learnt.rounds > ROUNDS
    assert learnt.notes == ["the clusters still changed a little in the last round of learning"]


def test_where_the_surest_lose_most_matches_doubtful_pairs_count_by_halves():
    persons, values, left, right = people(200)
    made = model("street", "surname", "given", "birth")
    asked = []

    def cluster(current, _weights):
        asked.append(current.rules.prior)
        if len(asked) <= ROUNDS:  # first to and fro
            return persons // 2 if len(asked) % 2 else persons
        if len(asked) == ROUNDS + 1:  # from the surest nobody is a match
            return np.arange(len(persons))
        return persons

    learnt = learn(made, levels_of(values, left, right), left, right, cluster=cluster)
    assert learnt.settled
    assert asked[ROUNDS] < asked[ROUNDS + 1] == made.rules.prior


def test_what_is_only_taken_for_granted_hides_fewer_matches():
    persons, values, left, right = people(200)
    made = model("street", "surname", "given", "birth")
    levels = levels_of(values, left, right)

    def cluster(current, weights):  # of each person's two records only those of every other person may meet
        strong = (weights >= current.match_weight) & (left % 4 < 2)
        leads = np.arange(len(persons))
        leads[right[strong]] = left[strong]
        return leads

    sure, doubted = (learn(made, levels, left, right, cluster=cluster, doubtful=doubtful) for doubtful in (False, True))
    assert doubted.matches > 1.2 * sure.matches
    assert doubted.rules.prior > sure.rules.prior


@pytest.mark.parametrize(
    ("attributes", "groups"), [(("street", "surname"), 1), (("street", "surname", "given"), GROUPS)]
)
def test_groups_of_strangers_are_told_apart_by_three_attributes(attributes, groups):
    persons, values, left, right = people(200)
    made = model(*attributes)
    levels = levels_of(values[:, : len(attributes)], left, right)
    learnt = learn(made, levels, left, right, cluster=lambda _model, _weights: persons)
    assert len(learnt.rules.strangers) == groups


@pytest.mark.parametrize(("known", "groups"), [(3 / 4, GROUPS), (1 / 4, 1)])
def test_attributes_that_few_pairs_have_tell_groups_apart_together(known, groups):
    persons, values, left, right = people(200)
    made = model("street", "surname", "given", "birth")
    levels = levels_of(values, left, right)
    for place in (2, 3):  # each known of other pairs, as where each source has columns of its own
        levels[(np.arange(len(left)) + place) % 4 >= 4 * known, place] = 0
    learnt = learn(made, levels, left, right, cluster=lambda _model, _weights: persons)
    assert len(learnt.rules.strangers) == groups


def test_the_same_pairs_teach_the_same():
    persons, values, left, right = people(200)
    made = model("street", "surname", "given", "birth")
    levels = levels_of(values, left, right)

    def cluster(_model, _weights):
        return persons

    assert learn(made, levels, left, right, cluster=cluster) == learn(made, levels, left, right, cluster=cluster)


@pytest.mark.parametrize(
    ("names", "pairs", "words"), [(("a",), 500, "only one attribute"), (("a", "b"), 60, "too few")]
)
def test_with_too_little_to_learn_from_the_given_figures_are_kept_and_that_is_said(names, pairs, words):
    made = model(*names)
    levels = np.ones((pairs, len(names)), dtype=np.int8)
    rows = np.arange(pairs)
    learnt = learn(made, levels, rows, rows + 1, cluster=lambda _model, _weights: rows)
    assert learnt.rules == made.rules
    assert words in learnt.notes[0]


def test_a_class_that_hardly_any_pair_is_in_teaches_nothing():
    made = model("a", "b")
    levels = np.ones((10 * FEWEST, 2), dtype=np.int8)
    left, right = np.arange(10 * FEWEST), np.arange(1, 10 * FEWEST + 1)
    learnt = learn(made, levels, left, right, cluster=lambda _model, _weights: np.zeros(len(left) + 1, dtype=np.int64))
    assert learnt.rules == made.rules
    assert not learnt.settled


def test_what_is_known_stands_whatever_it_weighs_and_what_rules_decide_is_no_stranger_to_learn_from():
    persons, values, left, right = people(200)
    made = model("street", "surname", "given", "birth")
    levels = levels_of(values, left, right)
    agree = (levels == 1).all(axis=1)

    def cluster(_model, weights):
        assert (weights[agree] < 0).all()
        return persons

    def learnt(known):
        return learn(made, levels, left, right, cluster=cluster, known=np.where(agree, known, 0).astype(np.int8))

    said, ruled = learnt(OTHERS), learnt(BY_RULE * OTHERS)
    assert said.matches == pytest.approx(((persons[left] == persons[right]) & ~agree).sum(), rel=0.2)
    assert said.rules.prior < ruled.rules.prior


def test_a_level_that_no_pair_has_keeps_the_figures_it_had():
    persons, values, left, right = people(200)
    made = model("street", "surname", "given", "birth")
    levels = levels_of(values, left, right)
    levels[levels[:, 3] == 2, 3] = 0
    learnt = learn(made, levels, left, right, cluster=lambda _model, _weights: persons)
    assert figures_of(match_model("thing", made.attributes, learnt.rules))["birth"][0]["different"] == pytest.approx(
        figures_of(made)["birth"][0]["different"]
    )
    assert all("different" not in group.levels["birth"] for group in learnt.rules.strangers)
