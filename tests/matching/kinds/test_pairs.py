"""Comparing many pairs at once gives what comparing them one by one gives."""

from itertools import product

import numpy as np
import pytest
from hypothesis import example
from hypothesis import strategies as st

from matching.columns import PART
from matching.kinds import KINDS, address, company_judge
from matching.kinds.identifier import keystroke_pairs
from matching.kinds.letters import letters_of
from matching.kinds.spelling import near, near_pairs
from tests.drawn import drawn

# Few letters, so that texts are often one or two slips apart, and pairs that differ in one place.
TEXTS = st.lists(st.text("abi1", max_size=9), max_size=8, unique=True)
LONG = st.lists(st.text("aeglnor", min_size=4, max_size=12), max_size=8, unique=True)
SLIPS = st.lists(
    st.builds(
        lambda word, place, letter: word[:place] + letter + word[place + 1 :],
        st.sampled_from(
            ["schneider", "logistics", "hamburg", "phosphor", "bank", "fund vii", "main street", "4421780"]
        ),
        st.integers(0, 9),
        st.sampled_from(["", "e", "f", "ph", "x", " ", "7"]),
    ),
    max_size=8,
    unique=True,
)
WORDS = [
    "acme",
    "acmee",
    "nordwind",
    "nordwnid",
    "logistics",
    "logisticcs",
    "log",
    "holding",
    "data",
    "form",
    "dataform",
    "bank",
    "an",
    "2",
    "ii",
]
NAMES = st.lists(
    st.builds(
        lambda words, form, aside: f"{' '.join(words + aside)}{PART}{form}" + f"({' '.join(aside)})" * bool(aside),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=5),
        st.sampled_from(["", "gmbh", "inc", "corp"]),
        st.lists(st.sampled_from(WORDS), max_size=2),
    ),
    max_size=8,
    unique=True,
)
RAW = [
    *("Ada Lovelace", "A. Lovelace", "Acme Ltd", "Acme Trading GmbH", "Germany", "true", "https://acme.example/a"),
    *("DE136695976", "136695976", "5172386", "5172368", "2020-03-01", "2020-01-03", "+49 30 1234567", "030 1234567"),
    *("info@acme.example", "inf@acme.example", "Main Street 12, Springfield", "12 Main St, 12345 Springfield"),
]


def all_pairs(count):
    pairs = np.array(list(product(range(count), repeat=2)), dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def one_by_one(judge, items):
    return [judge(one, other) for one, other in product(items, repeat=2)]


def one_keystroke(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 5:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, other_rest = one[start:], other[start:]
    return (
        rest[1:] == other_rest[1:]
        or rest[1:] == other_rest
        or rest == other_rest[1:]
        or (rest[:2] == other_rest[1::-1] and len(rest) > 1 and rest[2:] == other_rest[2:])
    )


@drawn(few=50, many=200, texts=TEXTS | LONG | SLIPS)
@example(texts=["schneider", "schmeiter", "jankowitsch", "jankuvets"])  # two slips; one sound, four letters apart
def test_no_filter_on_letters_loses_a_pair_that_is_near(texts):
    left, right = all_pairs(len(texts))
    assert keystroke_pairs(texts)(left, right).tolist() == one_by_one(one_keystroke, texts)
    assert near_pairs(texts)(left, right).tolist() == one_by_one(near, texts)


@drawn(
    few=50, many=200,
    texts=st.lists(st.text("ab c1", min_size=1, max_size=9).filter(str.strip), max_size=8, unique=True) | LONG | SLIPS,
)  # fmt: skip
@example(texts=["1 a1", "a1 1"])
def test_streets_and_cities_are_the_same_at_once_where_they_are_one_by_one(texts):
    texts = list(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))
    found = address._prepare_words(texts)(*all_pairs(len(texts)))
    assert found.tolist() == one_by_one(address._same_words, texts)


@drawn(few=50, many=300, names=NAMES)
@example(
    names=[
        f"and{PART}",
        f"acme nordwind data{PART}gmbh",
        f"acme nordwnid data{PART}",
        f"acme nordwind data form{PART}gmbh(form)",
        f"acme nordwind data{PART}ag",
        f"data form{PART}",
        f"dataform{PART}",
        f"acme textile{PART}",
        f"acme tetiles{PART}",
        f"acme tex{PART}",
        f"acme log tex{PART}",
        f"acme textile logistics{PART}",
        f"acme acme data{PART}",
        f"acme dataform{PART}",
    ]
)
def test_counting_shared_words_gives_the_level_that_judging_each_pair_of_names_gives(names):
    taken = [company_judge.taken_apart(*name.split(PART)) for name in names]
    found = KINDS["company_name"].prepare(names)(*all_pairs(len(names)))
    assert found.tolist() == one_by_one(company_judge.judge, taken)


def test_names_of_very_many_words_are_judged_without_counting_every_pair_of_words():
    long = " ".join(f"word{number}" for number in range(400))
    kind = KINDS["company_name"]
    assert kind.compare([f"{long}{PART}"], [f"{long} more{PART}"]).tolist() == [company_judge.CONTAINED]


@pytest.mark.parametrize("name", sorted(name for name, kind in KINDS.items() if not kind.whole_column))
@drawn(few=8, many=30, raw=st.lists(st.sampled_from(RAW), max_size=7))
def test_the_level_of_a_pair_does_not_depend_on_the_pairs_beside_it(name, raw):
    kind = KINDS[name]
    values = list(dict.fromkeys(value for text in raw if (value := kind.standardise(text))))
    found = kind.prepare(values)(*all_pairs(len(values)))
    assert found.tolist() == one_by_one(lambda one, other: int(kind.compare([one], [other])[0]), values)


@pytest.mark.parametrize("name", sorted(name for name, kind in KINDS.items() if not kind.whole_column))
@drawn(few=8, many=30, raw=st.lists(st.sampled_from(RAW), max_size=7))
def test_the_level_of_a_pair_does_not_depend_on_which_was_seen_first(name, raw):
    kind = KINDS[name]
    values = list(dict.fromkeys(value for text in raw if (value := kind.standardise(text))))
    there = one_by_one(lambda one, other: int(kind.compare([one], [other])[0]), values)
    assert one_by_one(lambda one, other: int(kind.compare([other], [one])[0]), values) == there


@drawn(few=50, many=300, names=NAMES)
@example(names=[f"translux consulting{PART}ab", f"solarnova consuulting{PART}bv"])
def test_names_of_firms_agree_as_much_whichever_was_seen_first(names):
    taken = [company_judge.taken_apart(*name.split(PART)) for name in names]
    there = one_by_one(company_judge.judge, taken)
    assert one_by_one(lambda one, other: company_judge.judge(other, one), taken) == there


def test_letters_apart_are_never_more_than_those_that_only_one_text_has():
    letters = letters_of(["", "anna", "anne", "aaaaaaaa", "Zürich 7"])
    found = letters.apart(np.array([0, 1, 1, 1]), np.array([1, 2, 3, 1]))
    assert found.tolist()[0] == 4
    assert found.tolist()[1] == 2
    assert found.tolist()[2] <= 8
    assert found.tolist()[3] == 0
