"""Agreement on a rare value tells more than on a common one: how values are counted, and what the steps learn."""

import pickle
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from rowwise import COMMON, small_model

from matching.columns import PART, SEPARATOR, from_cells
from matching.document import Comparison, Frequencies, MatchAttribute, MatchRules
from matching.explain import why
from matching.frequency import counted
from matching.kinds import KINDS
from matching.kinds.steps import by_frequency, shares_of
from matching.learn import learn
from matching.rarity import among_matches, among_strangers, as_one
from matching.rules import MatchModel, match_model

NAME, TOWN = KINDS["person_name"], KINDS["category"]


def zipf(words: int, most: int) -> list[str]:
    """Give words of which the first occurs `most` times, the second half as often, the third a third and so on."""
    return [f"w{number:03}" for number in range(words) for _ in range(most // (number + 1))]


def of(cells: list[str | None], kind=TOWN) -> Frequencies:
    found = counted(kind, from_cells(cells))
    assert found is not None
    return found


def test_values_that_ten_records_have_are_listed_and_no_others():
    cells: list[str | None] = [*zipf(60, 300), None, None]
    found = of(cells)
    times = Counter(cell for cell in cells if cell)
    assert found.records == sum(times.values())
    assert found.common == [{word: count for word, count in times.items() if count >= 10}]


def test_so_many_are_listed_at_most_and_of_as_many_the_first_by_their_text(monkeypatch):
    monkeypatch.setattr("matching.frequency.MOST_LISTED", 4)
    [common] = of([*["c", "b", "d"] * 40, *["a"] * 60, *zipf(60, 30), *zipf(200, 9)]).common
    assert list(common.items()) == [("a", 60), ("b", 40), ("c", 40), ("d", 40)]


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_nothing(random):
    cells = zipf(60, 300)
    shuffled = list(cells)
    random.shuffle(shuffled)
    assert of(shuffled).model_dump_json() == of(list(cells)).model_dump_json()


def test_steps_go_from_the_rarest_to_the_commonest_and_say_how_many_records_and_chance_agreements_they_have():
    cells = zipf(60, 300)
    found, times = of(list(cells)), Counter(cells)
    assert [step.one_in for step in found.steps] == [None, 64, 16]
    common = [count for count in times.values() if count * 16 >= len(cells)]
    assert found.steps[-1].m == pytest.approx(sum(common) / len(cells), abs=1e-5)
    assert sum(step.m for step in found.steps) == pytest.approx(1, abs=1e-5)
    assert sum(step.u for step in found.steps) == pytest.approx(1, abs=1e-5)
    by_chance = [step.u / step.m for step in found.steps]
    assert by_chance == sorted(by_chance)


@pytest.mark.parametrize(
    "cells",
    [
        [f"w{number}" for number in range(500)],
        [f"w{number % 50}" for number in range(500)],
        ["Person"] * 600 + ["Company"] * 300 + ["Vessel"] * 100,
        [],
        [None, None],
    ],
    ids=["each once", "each as often", "few groups", "no record", "no value"],
)
def test_where_values_do_not_differ_nothing_is_parted(cells):
    assert counted(TOWN, from_cells(cells)) is None


def test_given_names_and_surnames_are_common_each_by_itself():
    surnames = zipf(40, 200)
    cells = [f"{given}{PART}{family}" for given in ("ann", "bo", "cy", "di") for family in surnames]
    found = of(list(cells), NAME)
    assert found.common[0] == dict.fromkeys(("ann", "bo", "cy", "di"), len(surnames))
    assert found.common[1]["w000"] == 800
    whole = of([cell.replace(PART, " ") for cell in cells])
    assert "ann w000" in whole.common[0]


@pytest.mark.parametrize(
    ("common", "shares"),
    [([{"anna": 20}], [0.2, 0.09]), ([{}, {"quell": 50}, {}], [0.0081, 0.045])],
)
def test_a_document_may_list_fewer_or_more_parts_than_values_have(common, shares):
    names = [PART.join(each) for each in (("anna", "mai"), ("carl", "quell"))]
    assert shares_of(NAME, names, common, 100).tolist() == pytest.approx(shares)


def test_the_values_of_a_cell_count_each():
    found = of([SEPARATOR.join((word, f"{word}x")) for word in zipf(60, 300)])
    assert found.common[0]["w000"] == found.common[0]["w000x"] == 300


def test_frequencies_come_back_from_the_document_as_they_were():
    model = small_model(compare=["name", *COMMON])
    again = MatchRules.model_validate_json(model.rules.model_dump_json(exclude_defaults=True))
    assert again == model.rules
    same = match_model("customer", {**model.attributes, "tax_id": MatchAttribute(kind="identifier")}, again)
    pair = {"country": "DE", "email": "a@b.example"}, {"country": "DE", "email": "a@b.example"}
    assert why(same, *pair) == why(model, *pair)


def test_a_kind_with_steps_goes_to_another_process_with_them():
    kind = small_model(compare=COMMON).kind("country")
    there = pickle.loads(pickle.dumps(kind))  # noqa: S301  made by this test
    assert there.compare(["DE", "FR", "DE"], ["DE", "FR", "FR"]).tolist() == [2, 1, 3]
    assert [level.name for level in there.levels] == [level.name for level in kind.levels]


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [{"m": 1, "u": 1}],
        [{"one_in": 4, "m": 0.5, "u": 0.5}, {"m": 0.5, "u": 0.5}],
        [{"m": 0.3, "u": 0.3}, {"one_in": 4, "m": 0.3, "u": 0.3}, {"one_in": 16, "m": 0.4, "u": 0.4}],
    ],
    ids=["none", "one", "the rare one last", "the wrong way"],
)
def test_steps_out_of_order_are_refused(steps):
    with pytest.raises(ValidationError, match=r"steps go from|two steps"):
        Frequencies.model_validate({"records": 10, "common": [{}], "steps": steps})


COUNTS = st.lists(st.integers(0, 10_000).map(float), min_size=3, max_size=3)


@settings(max_examples=200)
@given(matches=COUNTS, strangers=st.lists(COUNTS, min_size=1, max_size=4))
def test_a_rare_value_never_tells_less_than_a_common_one_whatever_was_counted(matches, strangers):
    frequencies = of(zipf(60, 300))
    m = among_matches(frequencies, np.array(matches))
    u = among_strangers(frequencies, m, np.array(strangers))
    assert m.sum() == pytest.approx(1)
    assert u.sum(axis=1) == pytest.approx(1)
    weights = np.log2(m / u)
    assert (np.diff(weights, axis=1) <= 1e-9).all()


def test_relation_makes_rarity_tell_nothing_and_chance_makes_it_tell_much():
    frequencies = of(zipf(60, 300))
    m = among_matches(frequencies, 5_000 * np.array([step.m for step in frequencies.steps]))
    by_relation, by_chance = (
        5_000 * np.array([getattr(step, name) for step in frequencies.steps]) for name in ("m", "u")
    )
    weights = np.log2(m / among_strangers(frequencies, m, np.array([by_relation, by_chance])))
    assert np.ptp(weights[0]) < 0.1
    assert np.ptp(weights[1]) > 2.5


def test_steps_are_one_level_again_where_groups_of_strangers_are_sought():
    vectors = np.array([[0, 1], [1, 2], [2, 3], [3, 0], [4, 1], [5, 2]], dtype=np.int8)
    assert as_one(vectors, [3, 1]).tolist() == [[0, 1], [1, 2], [1, 3], [1, 0], [2, 1], [3, 2]]


def plain_people() -> tuple[MatchModel, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Persons of few towns and codes in two records each, with their pairs and those of others in one town."""
    random = np.random.default_rng(5)
    words = np.array(zipf(60, 300))
    towns, codes = random.choice(words, 1_500), random.integers(0, 40, 1_500)
    persons = np.repeat(np.arange(1_500), 2)
    said = np.where(random.random(3_000) < 0.9, codes[persons], random.integers(0, 40, 3_000))
    others = np.sort(random.integers(0, 3_000, (40_000, 2)), axis=1)
    met = others[(towns[persons[others[:, 0]]] == towns[persons[others[:, 1]]]) & (others[:, 0] != others[:, 1])]
    left, right = np.unique(np.concatenate([met, np.arange(3_000).reshape(-1, 2)]), axis=0).T
    entries = [Comparison(attribute="town", frequencies=of(list(towns[persons]))), "code"]
    attributes = {"town": MatchAttribute(kind="category"), "code": MatchAttribute(kind="code")}
    model = match_model("person", attributes, MatchRules(block_on=[], compare=entries, prior=0.05))
    kind = model.kind("town")
    town = kind.compare(list(towns[persons[left]]), list(towns[persons[right]]))
    levels = np.column_stack([town, np.where(said[left] == said[right], 1, 2)]).astype(np.int8)
    return model, levels, left, right, persons


def test_learnt_rules_weigh_a_rare_town_more_than_a_common_one_against_every_group():
    model, levels, left, right, persons = plain_people()
    firsts = 2 * persons
    learnt = learn(model, levels, left, right, cluster=lambda _model, _weights: firsts)
    found = match_model("person", model.attributes, learnt.rules)
    steps = found.kind("town").steps
    assert steps == 3
    assert [level.name for level in found.kind("town").levels[:steps]] == ["same", "same_1_in_64", "same_1_in_16"]
    for weights in (found.weights, *(group.weights for group in found.groups)):
        assert (np.diff(weights["town"][1 : steps + 1]) <= 1).all()  # a thousandth of a bit is rounding
    assert found.weights["town"][1] - found.weights["town"][steps] > 1_500


def test_a_kind_is_left_as_it_is_elsewhere():
    kind = by_frequency(TOWN, of(zipf(60, 300)))
    assert kind.standardise("  Bad  Ems ") == TOWN.standardise("Bad Ems")
    assert kind.parts is TOWN.parts
    assert [level.words for level in kind.levels[-2:]] == [level.words for level in TOWN.levels[-2:]]
