"""Objects in columns: standardised field by field as they are one by one."""

from hypothesis import given
from hypothesis import strategies as st

from matching.columns import PART
from matching.document import MatchAttribute, MatchRules
from matching.objects import Objects
from matching.rules import match_model
from matching.standardise import standardise

MODEL = match_model("thing", {"address": MatchAttribute(kind="address")}, MatchRules(block_on=[], compare=["address"]))
CELLS = st.none() | st.sampled_from(["12 High St", "High Street 12", "n/a", f"Leeds{PART}", "LEEDS", "LS1 4AP", 7, 7.0])
FIELDS = st.sets(st.sampled_from(["street", "city", "region", "postcode", "country", "other"]), min_size=1)


@st.composite
def objects(draw):
    count = draw(st.integers(0, 12))
    return Objects({field: draw(st.lists(CELLS, min_size=count, max_size=count)) for field in sorted(draw(FIELDS))})


@given(objects())
def test_columns_of_fields_are_standardised_as_whole_objects_are(made):
    by_field = standardise(MODEL, {"address": made})["address"]
    one_by_one = standardise(MODEL, {"address": list(made)})["address"]
    assert by_field.codes.dtype == one_by_one.codes.dtype
    assert by_field.codes.tolist() == one_by_one.codes.tolist()
    assert by_field.cells == one_by_one.cells


def test_an_object_has_the_fields_that_are_known_and_is_missing_without_any():
    made = Objects({"city": ["Leeds", None, None], "street": [None, "High St", None]})
    assert list(made) == [{"city": "Leeds"}, {"street": "High St"}, None]
    assert list(made[1:]) == [{"street": "High St"}, None]
    assert len(made) == 3
