"""Which texts of a record hide what its other texts say."""

import random

import numpy as np

from matching.infer.words import noise_among

MADE = random.Random(5)
PHRASES = ["award winning software", "learn at your own pace", "everything you need", "protects your computer"]
TITLES = [f"{MADE.randrange(10**9):x} {MADE.randrange(10**9):x}" for _ in range(150)]
ITEMS = [title for title in TITLES for _ in range(2)]
CELLS = {
    "title": ITEMS,
    "blurb": [" ".join(MADE.choices(PHRASES, k=3)) for _ in ITEMS],
    "summary": [f"{len(title)} {title[::-1]}" for title in ITEMS],
    "empty": [None for _ in ITEMS],
}
RANKS = np.arange(len(ITEMS))


def test_a_description_that_says_what_many_things_are_is_noise():
    assert noise_among(CELLS, ["title", "blurb"], RANKS) == {"blurb"}


def test_a_description_that_tells_things_apart_is_none():
    assert noise_among(CELLS, ["title", "summary"], RANKS) == set()


def test_one_text_is_left_however_little_it_says():
    assert noise_among(CELLS, ["blurb"], RANKS) == set()
    assert len(noise_among(CELLS, ["blurb", "empty"], RANKS)) < 2


def test_no_text_is_no_noise():
    assert noise_among(CELLS, [], RANKS) == set()


def test_of_hardly_any_records_nothing_can_be_told():
    few = {column: values[:10] for column, values in CELLS.items()}
    assert noise_among(few, ["title", "blurb"], RANKS[:10]) == set()


def test_the_order_of_the_columns_does_not_matter():
    assert noise_among(CELLS, ["summary", "blurb", "title"], RANKS) == noise_among(
        CELLS, ["title", "summary", "blurb"], RANKS
    )
