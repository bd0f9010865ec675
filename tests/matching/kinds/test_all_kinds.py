"""What holds for every kind."""

import pickle

import numpy as np
import pytest
from hypothesis import strategies as st

from matching.columns import PART, SEPARATOR, from_cells
from matching.kinds import KINDS
from tests.drawn import drawn

EVERY = sorted(KINDS)
EVIDENCE = [name for name in EVERY if KINDS[name].evidence]
JUNK = [None, "", "  ", "-", "n/a", "N.A.", "unknown", "test", "???"]


def test_the_kinds_of_the_contract_are_all_there() -> None:
    wanted = (
        "person_name company_name name email phone address date birth_date identifier tax_id vat lei iban url"
        " country currency code money number text category boolean reference lines wording nearness"
    )
    assert sorted(wanted.split()) == EVERY


@pytest.mark.parametrize("name", EVERY)
def test_a_kind_helps_its_user_in_its_own_words(name: str) -> None:
    kind = KINDS[name]
    assert kind.name == name
    assert len(kind.help.strip()) > 30


@pytest.mark.parametrize("name", EVERY)
def test_a_kind_is_the_same_in_another_process(name: str) -> None:
    assert pickle.loads(pickle.dumps(KINDS[name])) is KINDS[name]  # noqa: S301  our own words


def test_only_lines_are_no_evidence() -> None:
    assert set(EVERY) - set(EVIDENCE) == {"lines"}


@pytest.mark.parametrize("name", EVIDENCE)
def test_levels_run_from_the_best_to_different_and_share_out_one_whole(name: str) -> None:
    levels = KINDS[name].levels
    assert levels[0].m > levels[0].u
    assert levels[-1].m < levels[-1].u
    assert sum(level.m for level in levels) == pytest.approx(1, abs=0.006)
    assert sum(level.u for level in levels) == pytest.approx(1, abs=0.006)


@pytest.mark.parametrize("name", [name for name in EVIDENCE if name != "reference"])
@pytest.mark.parametrize("junk", JUNK)
def test_a_placeholder_is_missing_and_is_not_refused(name: str, junk: object) -> None:
    assert KINDS[name].standardise(junk) is None
    assert KINDS[name].accepts(junk) is None


@pytest.mark.parametrize("name", EVERY)
def test_no_pairs_give_no_levels(name: str) -> None:
    found = KINDS[name].compare([], [])
    assert found.dtype == np.int8
    assert found.shape == (0,)


@pytest.mark.parametrize("name", EVERY)
@drawn(few=10, many=40, one=st.text(max_size=40), other=st.text(max_size=40))
def test_whatever_text_comes_a_kind_answers(name: str, one: str, other: str) -> None:
    kind = KINDS[name]
    assert kind.accepts(one) is None or one in repr(kind.accepts(one)) or repr(one) in str(kind.accepts(one))
    left, right = kind.standardise(one), kind.standardise(other)
    for value in (left, right):
        if value is not None:
            assert SEPARATOR not in value
            assert isinstance(kind.valid(value), bool)
            for part in kind.parts.values():
                assert all(isinstance(key, str) and key for key in part(value))
    if left is not None and right is not None:
        same, there, back = kind.compare([left, left, right], [left, right, left])
        assert same <= there
        assert there == back
        assert 1 <= there <= len(kind.levels)


@pytest.mark.parametrize("name", EVERY)
def test_an_object_is_refused_where_text_is_expected(name: str) -> None:
    reason = KINDS[name].accepts({"colour": "red"})
    assert reason is not None
    assert "red" in reason or "colour" in reason


def test_columns_code_each_distinct_cell_once_in_the_order_they_come() -> None:
    column = from_cells(["b", None, "a", "b"])
    assert column.codes.tolist() == [0, -1, 1, 0]
    assert column.cells == ["b", "a"]
    assert PART != SEPARATOR
