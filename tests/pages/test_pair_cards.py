"""Two records side by side: marked differences, and bars that stay on the scale."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.explain import why
from matching.rules import MatchAttribute, MatchRules, match_model
from mdm.pages.pairs import MOST_ROWS, Side, marks, pair_of, told
from mdm.pages.waterfall import waterfall_page

MODEL = match_model(
    "customer",
    {name: MatchAttribute(kind=kind) for name, kind in
     {"name": "company_name", "tax_id": "identifier", "country": "country", "founded": "date"}.items()},
    MatchRules.model_validate({
        "block_on": [["tax_id"], ["name"]], "compare": ["name", "country"],
        "always": [{"same": "tax_id"}], "never": [{"different": "tax_id"}],
    }),
)  # fmt: skip
ACME = {"name": "Acme Trading GmbH", "country": "DE", "founded": "2001-02-03"}


def pair(left, right):
    return pair_of(MODEL, why(MODEL, left, right), Side("crm · 1", left), Side("erp · 1", right))


@given(left=st.text(max_size=30), right=st.text(max_size=30))
def test_marked_stretches_put_together_are_the_whole_text(left, right):
    assert ["".join(one.text for one in side) for side in marks(left, right)] == [left, right]


def test_only_what_the_other_side_does_not_have_is_marked():
    left, right = marks("Acme Trading GmbH", "ACME Trading")
    assert [one.text for one in left if one.differs] == [" GmbH"]
    assert [one.text for one in right if one.differs] == []


def test_texts_with_little_in_common_are_marked_whole():
    left, right = marks("Idastraße 67", "Am Schlachtensee 121")
    assert [(one.text, one.differs) for one in left + right] == [("Idastraße 67", True), ("Am Schlachtensee 121", True)]


def test_a_value_that_the_other_side_lacks_is_no_difference():
    assert [one.differs for one in marks("Acme", "")[0]] == [False]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        ("  a \n b ", "a b"),
        (["a", None, "b"], "a; b"),
        ({"street": "High St. 1", "city": "Leeds", "unit": None}, "High St. 1, Leeds"),
        ("x" * 500, "x" * 239 + "…"),
    ],
)
def test_a_value_becomes_one_line(value, words):
    assert told(value) == words


def test_bars_go_on_where_the_one_above_ended():
    shown = pair(ACME, {"name": "Acme Trading", "country": "FR"})
    assert shown.prior.start + shown.prior.width == shown.zero_at
    places = [shown.prior.start]
    for row in shown.rows:
        low, high = row.bar.start, row.bar.start + row.bar.width
        assert abs((low if row.bar.toward == "for" else high) - places[-1]) <= 1
        places.append(high if row.bar.toward == "for" else low)
    assert (
        abs(places[-1] - (shown.zero_at + (shown.total.width if shown.total.toward == "for" else -shown.total.width)))
        <= 1
    )


def test_a_rule_comes_last_and_runs_off_the_scale_without_crushing_the_others():
    shown = pair(ACME | {"tax_id": "A1001"}, ACME | {"tax_id": "B2002"})
    assert [(row.attribute, row.state, row.bar.cut) for row in shown.rows] == [
        ("name", "same", False), ("country", "same", False), ("tax_id", "rule", True),
    ]  # fmt: skip
    assert all(row.bar.width > 30 for row in shown.rows)


def test_what_only_one_side_has_and_what_is_not_compared_stand_apart():
    shown = pair(ACME, {"name": "Acme Trading GmbH", "founded": "2002-02-03"})
    assert [row.attribute for row in shown.missing] == ["country"]
    assert [row.attribute for row in shown.beside] == ["founded"]


def test_very_many_attributes_are_cut_and_their_weights_kept():
    names = [f"a{number}" for number in range(MOST_ROWS + 25)]
    model = match_model(
        "wide",
        {name: MatchAttribute(kind="category") for name in names},
        MatchRules.model_validate({"block_on": [["a0"]], "compare": names}),
    )
    record = dict.fromkeys(names, "steel")
    shown = pair_of(model, why(model, record, record), Side("1", record), Side("2", record))
    assert (len([row for row in shown.rows if row.state != "rule"]), shown.rest) == (MOST_ROWS, 25)
    weights = [shown.evidence["prior"], shown.rest_weight, *(row.weight for row in shown.rows)]
    assert sum(weights) == pytest.approx(shown.evidence["match_weight"])


def test_a_value_from_outside_cannot_write_into_the_page():
    evil = {"name": "<script>alert(1)</script>", "country": "DE"}
    shown = pair_of(MODEL, why(MODEL, evil, ACME), Side("<img src=x>", evil), Side('"><b>', ACME))
    page = waterfall_page(shown, verdict="<i>same</i>")
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>" not in page
    assert "<i>same" not in page
    assert "&lt;" in page
