"""All words of a record, by likeness and by whether other texts are nearer: what each level says of a pair."""

from itertools import combinations, permutations

import numpy as np
from hypothesis import strategies as st

from matching.kinds import KINDS
from tests.drawn import drawn

KIND, WORDING = KINDS["nearness"], KINDS["wording"]
CROWDED = [
    "paint studio deluxe",
    "paint studio deluxe full version",
    "paint studio deluxe jewel case",
    "paint studio deluxe upgrade",
    "typing tutor",
    "typing tutor and chess for children",
]


def level(texts: list[str], one: int, other: int) -> str:
    return KIND.levels[int(KIND.prepare(texts)(np.array([one]), np.array([other]))[0]) - 1].name


def weight(name: str) -> float:
    found = next(level for level in KIND.levels if level.name == name)
    return float(np.log2(found.m / found.u))


def test_a_text_without_nearer_ones_is_near_however_little_they_have_in_common():
    assert level(CROWDED, 4, 5).startswith("each_")


def test_what_is_crowded_out_by_nearer_texts_is_not_near_however_much_they_have_in_common():
    texts = [*CROWDED, "paint studio deluxe full version cd", "paint studio deluxe full version dvd"]
    assert level(texts, 0, 6) == "above_55"
    assert level(texts, 4, 5) == "each_above_55"


def test_the_same_words_are_the_best_level_whatever_else_is_near():
    assert level([*CROWDED, "deluxe studio paint"], 0, 6) == "above_95"


def test_of_two_equally_alike_pairs_the_nearest_weigh_more():
    assert weight("each_above_65") > weight("one_above_65") > weight("above_65")


@drawn(
    few=15,
    many=40,
    texts=st.lists(st.text("abc ", min_size=1, max_size=12).filter(str.strip), min_size=2, max_size=9, unique=True),
)
def test_it_says_the_same_of_both_sides_and_tells_likeness_as_wording_does(texts):
    left, right = (side.astype(np.int64) for side in np.triu_indices(len(texts), 1))
    found, back = KIND.prepare(texts)(left, right), KIND.prepare(texts)(right, left)
    assert found.tolist() == back.tolist()
    for number, likeness in zip(found.tolist(), WORDING.prepare(texts)(left, right).tolist(), strict=True):
        alike = WORDING.levels[likeness - 1].name
        assert KIND.levels[number - 1].name in {alike, f"each_{alike}", f"one_{alike}", "each_below", "one_below"}


def test_words_in_their_order_count_where_they_tell_more_texts_apart():
    words = ["photo", "studio", "print", "office", "home", "garden", "music", "video", "tax", "typing"]
    titles = [" ".join(order) for chosen in list(combinations(words, 3))[::6] for order in permutations(chosen)]
    texts = [title + said for title in titles for said in ("", " full version")]
    one, version, other = (texts.index(text) for text in ("photo studio print", "photo studio print full version",
                                                          "studio photo print"))  # fmt: skip
    assert WORDING.prepare(texts)(np.array([one]), np.array([other])).tolist() == [1]
    assert weight(level(texts, one, version)) > weight(level(texts, one, other))
