"""Coded values: a column in which each distinct text stands once is cleaned and sliced as the plain one is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matching.coded import Coded
from matching.document import MatchAttribute, MatchRules
from matching.objects import Objects
from matching.rules import match_model
from matching.standardise import standardise

TEXTS = st.lists(
    st.sampled_from([None, "Anna Novak", "Novák, Anna", "n/a", "x\x1ey", "Main Street 5", "Bonn"]), max_size=8
)


@given(TEXTS)
def test_coded_values_are_those_that_were_coded(values):
    coded = Coded.of(values)
    assert list(coded) == values == [coded[place] for place in range(len(coded))]
    assert list(coded[1:3]) == values[1:3]


@given(TEXTS, st.data())
def test_coded_values_are_cleaned_as_plain_ones(values, data):
    others = data.draw(st.lists(st.sampled_from([None, "Bonn", "Wien"]), min_size=len(values), max_size=len(values)))
    attributes = {"name": MatchAttribute(kind="person_name"), "address": MatchAttribute(kind="address")}
    model = match_model("person", attributes, MatchRules(block_on=[], compare=["name"]))
    plain = standardise(model, {"name": values, "address": Objects({"street": values, "city": others})})
    # A text may stand twice among those of a column.
    twice = Coded(Coded.of(values).codes, Coded.of(values).texts * 2)
    coded = standardise(model, {"name": twice, "address": Objects({"street": twice, "city": Coded.of(others)})})
    for name, column in plain.items():
        assert coded[name].cells == column.cells
        assert np.array_equal(coded[name].codes, column.codes)
