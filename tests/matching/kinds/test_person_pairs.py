"""Names, compared many at once, get the level that judging them one by one gives."""

import numpy as np
import pytest
from hypothesis import strategies as st

from matching.columns import PART
from matching.kinds import KINDS
from matching.kinds.pairs import at_best
from matching.kinds.person_name import judge, taken_apart
from tests.drawn import drawn

SPELT = ["anna", "ana", "anne", "hanna", "bob", "robert", "rob", "bobby", "kasia", "katarzyna", "schewtschenko",
         "shevchenko", "julia", "yuliia", "meier", "maier", "mayer", "r", "b", "k", "li", "lee", "an na",
         "van der linden", "vanderlinden", "maria anna", "jc", "jean carlo", "orlov", "orlof",
         "anna anna", "anna maria b", "j carlo maria", "anne marie"]  # fmt: skip
WORDS = st.one_of(st.sampled_from(SPELT), st.text("abein", min_size=1, max_size=7), st.just(""))
NAMES = st.lists(
    st.builds(lambda given, family: (given, family), WORDS, WORDS).filter(any), min_size=2, max_size=8, unique=True
)


@drawn(few=50, many=300, names=NAMES)
def test_many_at_once_get_the_level_of_one_by_one(names):
    left, right = (side.astype(np.int64) for side in np.triu_indices(len(names), 0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matching.kinds.person_name.FEW", 0)
        found = KINDS["person_name"].prepare([PART.join(name) for name in names])(left, right)
    wanted = [
        judge(taken_apart(*names[one]), taken_apart(*names[other]))
        for one, other in zip(left.tolist(), right.tolist(), strict=True)
    ]
    assert found.tolist() == wanted


@drawn(few=200, many=3_000, names=NAMES, kind=st.sampled_from(["person_name", "name"]))
def test_no_pair_is_better_than_it_is_at_best(names, kind):
    left, right = (side.astype(np.int64) for side in np.triu_indices(len(names), 0))
    begins = "" if kind == "person_name" else f"p{PART}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matching.kinds.person_name.FEW", 0)
        comparison = KINDS[kind].prepare([begins + PART.join(name) for name in names])
    assert (at_best(comparison)(left, right) <= comparison(left, right)).all()


def test_names_without_a_letter_in_common_where_words_begin_are_not_one_name():
    written = [PART.join(name) for name in [("anna maria", "orlov"), ("ben", "schmidt"), ("anna", "orlov")]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matching.kinds.person_name.FEW", 0)
        comparison = KINDS["person_name"].prepare(written)
    assert at_best(comparison)(np.array([0, 0, 1]), np.array([1, 2, 2])).tolist() == [6, 1, 6]


@drawn(few=50, many=300, names=NAMES, at_once=st.booleans())
def test_the_level_of_two_names_does_not_hang_on_which_was_seen_first(names, at_once):
    written = [PART.join(name) for name in names]
    left, right = (side.astype(np.int64) for side in np.triu_indices(len(names), 0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matching.kinds.person_name.FEW", 0 if at_once else 1_000)
        there = KINDS["person_name"].prepare(written)(left, right)
        turned = len(names) - 1 - np.arange(len(names))
        back = KINDS["person_name"].prepare(written[::-1])(turned[left], turned[right])
    assert there.tolist() == back.tolist()
