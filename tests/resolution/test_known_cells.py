"""Cells that a resolver keeps in hand are those that records have now."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from mdm.resolution import known_cells
from mdm.resolution.known_cells import KnownCells

NAMES = ("name", "email")
cells = st.dictionaries(st.sampled_from(NAMES), st.sampled_from("abc"))
changes = st.lists(st.dictionaries(st.integers(-1, 4), st.tuples(cells, st.booleans())), max_size=5)


@given(changes)
def test_a_table_shows_every_record_as_it_was_kept_last(changes: list[dict[int, tuple[dict[str, str], bool]]]) -> None:
    known, now = KnownCells(), dict[int, tuple[dict[str, str], bool]]()
    for change in changes:
        known.drop(change)
        assert set(known.missing([*change, *now])) == change.keys() | (now.keys() & change.keys())
        known.keep([(id_, orjson.dumps(one), living) for id_, (one, living) in change.items()], NAMES)
        now |= change
        table, living = known.table(sorted(now), NAMES)
        assert living.tolist() == [now[id_][1] for id_ in sorted(now)]
        for name, column in table.items():
            told = [column.cells[code] if code >= 0 else None for code in column.codes.tolist()]
            assert told == [now[id_][0].get(name) for id_ in sorted(now)]
            assert len(column.cells) == len({one for one in told if one is not None})


def test_other_rules_and_too_many_records_let_all_go(monkeypatch) -> None:
    monkeypatch.setattr(known_cells, "MOST", 1)
    known = KnownCells()
    known.under("one")
    known.keep([(1, b"{}", True)], NAMES)
    known.under("one")
    assert known.missing([1]) == []
    known.under("other")
    assert known.missing([1]) == [1]
    known.keep([(1, b"{}", True), (2, b"{}", True)], NAMES)
    known.under("other")
    assert known.missing([1, 2]) == [1, 2]
