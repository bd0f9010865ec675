"""Values are taken apart field by field, many of them as each by itself."""

from hypothesis import given
from hypothesis import strategies as st

from matching.columns import PART
from matching.fields import FEW, Values, fields_of

TEXTS = st.text(st.characters(blacklist_characters=PART, categories=("L", "N", "P", "Zs", "Cs")), max_size=4)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=20))
def test_a_field_holds_what_stands_in_each_value(rows):
    few = list(map(PART.join, rows))
    times = FEW // max(len(rows), 1) + 1
    for values in (few, few * times):
        for place, field in enumerate(fields_of(values, 3)):
            stand = [value.split(PART)[place] for value in values]
            assert [field.texts[code] for code in field.codes] == stand
            assert field.texts == list(dict.fromkeys(stand))


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=20))
def test_an_empty_field_is_not_known(rows):
    values = list(map(PART.join, rows))
    for field, stand in zip(fields_of(values, 2), zip(*rows, strict=True), strict=False):
        assert [code < 0 for code in field.known] == [not text for text in stand]
        assert [field.texts[code] for code in field.known if code >= 0] == [text for text in stand if text]


@given(st.lists(st.tuples(TEXTS), max_size=20))
def test_what_is_made_of_each_text_is_numbered_for_each_value(rows):
    (field,) = fields_of([text for (text,) in rows], 1)
    ends = field.of_each(lambda text: text[-1:])
    numbers: dict[str, int] = {"": -1}
    for end, (text,) in zip(ends.tolist(), rows, strict=True):
        assert numbers.setdefault(text[-1:], end) == end
    assert len(set(numbers.values())) == len(numbers)


def test_values_are_taken_apart_once_for_all_who_ask():
    values = Values([f"a{PART}b", f"a{PART}c"])
    assert values.fields(2) is values.fields(2)
    assert [field.texts for field in values.fields(2)] == [["a"], ["b", "c"]]
