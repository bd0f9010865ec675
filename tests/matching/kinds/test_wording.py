"""All words of a record: rare groups of letters count more, and the nearest of all texts are found."""

from itertools import product

import numpy as np
from hypothesis import strategies as st

from matching.kinds import KINDS
from matching.kinds.wording import nearest
from tests.drawn import drawn

KIND = KINDS["wording"]
TEXTS = [
    "the shadows warlord the best of the shadows",
    "warlord the shadows best of",
    "the beatles help the best of the beatles",
    "the kinks lola the best of the kinks",
    "the best of the rest",
]


def level(texts: list[str], one: int, other: int) -> int:
    return int(KIND.prepare(texts)(np.array([one]), np.array([other]))[0])


def test_the_same_words_in_another_order_are_nearer_than_words_that_all_have():
    assert level(TEXTS, 0, 1) < level(TEXTS, 0, 2)
    assert level(TEXTS, 0, 0) == 1


def test_slips_of_the_keyboard_leave_texts_near():
    texts = [*TEXTS, "the shadwos warlord the best of the shadows"]
    assert level(texts, 0, 5) <= 4


@drawn(
    few=15,
    many=40,
    texts=st.lists(st.text("abc ", min_size=1, max_size=12).filter(str.strip), min_size=2, max_size=8, unique=True),
)
def test_a_text_is_as_near_to_another_as_the_other_to_it(texts):
    compare = KIND.prepare(texts)
    left, right = (side.astype(np.int64) for side in np.triu_indices(len(texts), 1))
    assert compare(left, right).tolist() == compare(right, left).tolist()


def test_the_nearest_of_each_text_are_found_without_itself():
    left, right = nearest(TEXTS, 1, np.zeros(len(TEXTS), dtype=np.int64))
    found = dict(zip(left.tolist(), right.tolist(), strict=True))
    assert found[0] == 1
    assert found[1] == 0
    assert all(one != other for one, other in found.items())


def test_the_nearest_of_other_groups_are_found_beside_those_of_the_own():
    left, right = nearest(TEXTS, 1, np.array([0, 0, 1, 1, 1]))
    found = set(zip(left.tolist(), right.tolist(), strict=True))
    assert (0, 1) in found
    assert {other for one, other in found if one == 0} & {2, 3, 4}


@drawn(
    few=40,
    many=400,
    texts=st.lists(
        st.lists(st.sampled_from(("oak", "ash", "elm", "red", "tin")), min_size=1, max_size=4).map(" ".join),
        min_size=5, max_size=30, unique=True,
    ),
    count=st.integers(1, 4),
)  # fmt: skip
def test_no_text_that_is_left_out_is_nearer_than_one_that_is_found(texts, count):
    left, right = nearest(texts, count, np.zeros(len(texts), dtype=np.int64))
    compare = KIND.prepare(texts)
    for one in range(len(texts)):
        found = right[left == one]
        others = np.setdiff1d(np.arange(len(texts)), [*found, one])
        levels = compare(np.full(len(texts), one), np.arange(len(texts)))
        assert len(found) <= count
        assert len(found) == count or (levels[others] == len(KIND.levels)).all()  # others have nothing in common
        assert not len(others) or levels[found].max(initial=1) <= levels[others].min()


def test_texts_of_nothing_but_common_words_find_their_nearest_too():
    words = (
        ("lamp", "chair", "table"),
        ("red", "blue", "grey", "white"),
        ("oak", "steel", "glass"),
        ("small", "large"),
    )
    described = [" ".join(said) for said in product(*words)]
    texts = sorted({*described, *(" ".join(said.split()[::-1]) for said in described)})
    left, right = nearest(texts, 1, np.zeros(len(texts), dtype=np.int64))
    assert len(left) == len(texts)
    assert all(set(texts[one].split()) == set(texts[other].split()) for one, other in zip(left, right, strict=True))


def test_no_texts_have_no_neighbours():
    left, right = nearest([], 3, np.empty(0, dtype=np.int64))
    assert not len(left)
    assert not len(right)
