"""What a source means by a value: spellings, mappings, and what is nearest."""

import pytest

from mdm.code_lists import NONE, CodeList, CodeLists, Value, fold, held, shipped, suggest

ROLES = CodeList.model_validate(
    {"code_list": "roles", "codes": {"senior": {"label": "Senior", "aliases": ["Sr"]}, "lead": {"aliases": ["10"]}}}
)
LISTS = CodeLists({"roles": ROLES}, {Value("roles", "psa", "sr"): "lead", Value("roles", "psa", "x9"): "gone"})


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Sr. Cons.", "srcons"), ("SR–CONS", "srcons"), ("sr\u00a0cons", "srcons"), ("s_r\u2011cons", "srcons"),
        ("ｓｒ・cons", "srcons"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("\u200bsr\u00adcons", "srcons"),
        ("Αθήνα", "αθήνα"), ("ΑΘΉΝΑ", "αθήνα"), ("−1", "1"), (10, "10"), (10.0, "10"), ("...", ""),
    ],
)  # fmt: skip
def test_case_spaces_dashes_and_dots_do_not_count(written: object, folded: str) -> None:
    assert fold(written) == folded
    assert fold(folded) == folded


def test_a_mapping_of_the_source_goes_before_the_spellings_of_the_list() -> None:
    assert [LISTS.canonical("roles", source, "SR.") for source in ("psa", "crm")] == ["lead", "senior"]
    assert LISTS.canonical("roles", "crm", 10) == "lead"


def test_a_mapping_to_a_code_that_is_gone_counts_for_nothing() -> None:
    assert LISTS.canonical("roles", "psa", "X-9") is None
    assert LISTS.unmapped("roles", "psa", "X-9")


def test_without_a_list_everything_is_unmapped_but_what_says_nothing() -> None:
    assert NONE.canonical("roles", "psa", "senior") is None
    assert [NONE.unmapped("roles", "psa", value) for value in ("senior", "n/a", "-", " ", "unknown")] == [
        True, False, False, False, False,
    ]  # fmt: skip


def test_what_changed_is_named_by_source_where_only_one_means_it_otherwise() -> None:
    assert LISTS.changed(NONE, ["roles"]) == {
        Value("roles", None, "senior"), Value("roles", None, "sr"), Value("roles", None, "lead"),
        Value("roles", None, "10"), Value("roles", "psa", "sr"),
    }  # fmt: skip
    remapped = CodeLists({"roles": ROLES}, {Value("roles", "psa", "sr"): "senior"})
    assert remapped.changed(LISTS, ["roles"]) == {Value("roles", "psa", "sr")}
    assert remapped.changed(LISTS, ["units"]) == set()
    assert LISTS.changed(LISTS, ["roles"]) == set()


def test_values_stand_in_attributes_in_lists_and_in_fields_of_lines() -> None:
    values = {
        "role": "Sr", "skills": ["a", "b"], "name": "Anna", "grade": None,
        "lines": [{"role": "x", "rate": 1}, {"rate": 2}, "odd"],
    }  # fmt: skip
    places = {"role": "roles", "skills": "skills", "grade": "grades", "lines.role": "roles", "none": "roles"}
    assert list(held(places, values)) == [
        ("role", "roles", "Sr"), ("skills", "skills", "a"), ("skills", "skills", "b"), ("lines.role", "roles", "x"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Sr. Cnsltnt", "senior_consultant"), ("Senior Consultnat", "senior_consultant"),
        ("Sol. Architect", "solution_architect"), ("Partnr", "partner"), ("Prj Mgr", "project_manager"),
    ],
)  # fmt: skip
def test_the_nearest_code_is_suggested_first(written: str, code: str) -> None:
    assert suggest(shipped()["roles"], written)[0]["code"] == code


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    assert suggest(shipped()["roles"], "☃") == []
