"""The texts of rows in one piece are the same texts."""

from hypothesis import given
from hypothesis import strategies as st

from mdm.ingest.raws import Raws

texts = st.lists(st.text(st.sampled_from("aé漢😀\n\ud800"), max_size=4), max_size=8)


@given(texts, st.slices(8))
def test_texts_put_together_are_read_one_by_one_and_in_part(rows: list[str], part: slice) -> None:
    raws = Raws.of(rows)
    assert [*raws] == rows
    if part.step in {None, 1}:
        assert [*raws[part]] == rows[part]


@given(st.lists(texts, min_size=1, max_size=4))
def test_parts_are_put_together_in_their_order(parts: list[list[str]]) -> None:
    assert [*Raws.joined([Raws.of(part) for part in parts])] == [row for part in parts for row in part]
