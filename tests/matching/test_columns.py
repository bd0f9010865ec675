"""Columns of distinct cells, put end to end."""

from hypothesis import given
from hypothesis import strategies as st

from matching.columns import end_to_end, from_cells

CELLS = st.lists(st.none() | st.sampled_from(["a", "b", "c", "d"]))


@given(slices=st.lists(CELLS, min_size=1, max_size=4))
def test_slices_put_end_to_end_are_the_column_coded_at_once(slices):
    whole = from_cells([cell for cells in slices for cell in cells])
    found = end_to_end([from_cells(cells) for cells in slices])
    assert found.cells == whole.cells
    assert found.codes.tolist() == whole.codes.tolist()
    assert found.codes.dtype == whole.codes.dtype
