"""Standardising whole columns."""

from dataclasses import replace

from rowwise import small_model

from matching import kinds
from matching.columns import SEPARATOR
from matching.standardise import standardise

MODEL = small_model()


def cells(table, name):
    column = table[name]
    return [None if code < 0 else column.cells[code] for code in column.codes.tolist()]


def test_each_distinct_source_value_is_standardised_once(monkeypatch):
    seen = []
    real = kinds.KINDS["date"]

    def counted(value):
        seen.append(value)
        return real.standardise(value)

    monkeypatch.setitem(kinds.KINDS, "date", replace(real, standardise=counted))
    table = standardise(MODEL, {"founded": ["2001-02-03"] * 5 + ["2004-05-06", None, None]})
    assert seen == ["2001-02-03", "2004-05-06", None]
    assert cells(table, "founded")[4:] == ["2001-02-03", "2004-05-06", None, None]


def test_many_values_become_one_sorted_cell_without_doubles():
    emails = ["b@x.example", "A@x.example", None, "a@x.example"]
    table = standardise(MODEL, {"email": [emails, list(reversed(emails)), []]})
    clean = small_model().kind("email").standardise
    together = SEPARATOR.join([clean("a@x.example"), clean("b@x.example")])
    assert cells(table, "email") == [together, together, None]


def test_an_attribute_without_a_column_is_missing_everywhere():
    table = standardise(MODEL, {"name": ["Acme", "Zeta"], "unknown": [1, 2]})
    assert list(table) == list(MODEL.attributes)
    assert cells(table, "country") == [None, None]


def test_values_that_python_holds_equal_are_told_apart():
    table = standardise(MODEL, {"tax_id": [1, True, 1.0, "1", 12345, "12345"]})
    found = cells(table, "tax_id")
    assert found[4] == found[5] is not None
    assert found[1] is None or found[1] != found[0]


def test_a_source_cannot_smuggle_a_separator_into_a_cell():
    table = standardise(MODEL, {"name": [f"Acme{SEPARATOR}Zeta"], "tax_id": ["A\x1d1\x1fB"]})
    for name in ("name", "tax_id"):
        assert not {"\x1d", SEPARATOR} & set(cells(table, name)[0] or "")
