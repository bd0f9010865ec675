"""Values made of several columns: the first pattern that can be filled, by field, or all of them."""

from hypothesis import given
from hypothesis import strategies as st

from matching.coded import Coded
from mdm.ingest.made_up import made_up

CELLS = {"first": ["Ada", None, None], "last": ["Lovelace", "Hopper", None], "name": [None, None, "Acme Ltd"]}


def test_the_first_pattern_that_a_record_can_fill_counts():
    patterns = ("{last}, {first}", "{last}", "{name}")
    assert made_up(CELLS, patterns, count=3) == ["Lovelace, Ada", "Hopper", "Acme Ltd"]


def test_all_that_can_be_filled_are_values_where_there_may_be_many():
    assert made_up(CELLS, ("{first}", "{last}"), count=3, between=";") == [["Ada", "Lovelace"], ["Hopper"], None]


def test_a_cell_may_hold_several_values_as_a_list_or_parted_by_signs():
    cells = {"mail": ["a@x.example;b@x.example", " c@x.example | ", ["d@x.example", "e@x.example"], 5, "; "]}
    found = made_up(cells, ("{mail}",), count=5, between=";|")
    assert found == [["a@x.example", "b@x.example"], ["c@x.example"], ["d@x.example", "e@x.example"], [5], None]


def test_the_values_of_a_list_stand_beside_other_columns_as_words():
    assert made_up({"tag": [["new", "red"], []], "no": [7.0, 8]}, ("{?tag} {no}",), count=2) == ["new red 7", " 8"]


def test_a_column_that_may_lack_does_not_keep_the_others_out():
    assert made_up(CELLS, ("{?first} {?last}",), count=3) == ["Ada Lovelace", " Hopper", None]


def test_patterns_by_field_make_objects():
    fields = {"city": ("{last}",), "street": ("{first}",), "region": ("{none}",)}
    found = made_up(CELLS, fields, count=3)
    assert list(found) == [{"city": "Lovelace", "street": "Ada"}, {"city": "Hopper"}, None]


def test_columns_that_no_file_has_give_nothing():
    assert made_up(CELLS, ("{none}",), count=3) is None
    assert made_up(CELLS, {"city": ("{none}",)}, count=3) is None


@given(
    st.lists(st.tuples(*[st.sampled_from([None, "", " a ", "b", "%s", "c; d;"])] * 3), max_size=6),
    st.lists(
        st.sampled_from(["{first}", "{last}", "{last}, {first}", "{?first} {?last}", "100% {?name}"]), min_size=1,
        max_size=3,
    ),
    st.sampled_from(["", ";"]),
)  # fmt: skip
def test_coded_columns_make_the_same_values(rows, patterns, between):
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
    plain = dict(zip(("first", "last", "name"), columns, strict=True))
    coded = {name: Coded.of(values) for name, values in plain.items()}
    found, expected = (made_up(cells, tuple(patterns), count=len(rows), between=between) for cells in (coded, plain))
    assert list(found or ()) == list(expected or ())
