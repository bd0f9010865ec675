"""Code lists and mappings as documents: read strictly, and what comes with the hub."""

import pytest

from mdm.code_lists import CodeList, CodeMapping, parse, shipped
from mdm.errors import InvalidRules

ROLES = """
code_list: roles
label: Roles
codes:
  senior_consultant: {label: Senior consultant, aliases: [Sr Consultant, Snr. Consultant]}
  manager: {}
"""


def faults(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRules) as refused:
        parse(text, file="roles.yaml")
    assert refused.value.detail.startswith("roles.yaml: ")
    return [(fault.pointer, fault.detail) for fault in refused.value.faults]


def test_a_list_and_a_mapping_are_told_apart() -> None:
    assert isinstance(parse(ROLES, file="roles.yaml"), CodeList)
    mapping = parse(
        '{code_list: roles, source: psa, map: {"Sr. Cons.": senior_consultant, MGR: null}}', file="psa.yaml"
    )
    assert isinstance(mapping, CodeMapping)
    assert dict(mapping.map) == {"Sr. Cons.": "senior_consultant", "MGR": None}


@pytest.mark.parametrize(
    ("text", "pointer", "words"),
    [
        (ROLES.replace("label: Senior", "lable: Senior"), "/codes/senior_consultant/lable", "the nearest is 'label'"),
        (ROLES.replace("{}", "{aliases: [SR-CONSULTANT]}"), "/codes/manager/aliases/0", "leads to two codes"),
        (ROLES.replace("manager", "Sr.Consultant"), "/codes/Sr.Consultant", "leads to two codes"),
        (ROLES.replace("manager", "a/b"), "/codes/a~1b", "a code is made of letters"),
        (ROLES.replace("{}", "{aliases: [' - ']}"), "/codes/manager/aliases/0", "nothing is left of it"),
        (ROLES.replace("{}", "{aliases: [7]}"), "/codes/manager/aliases/0", "write it in quotes"),
        ("code_list: roles\ncodes: {}", "/codes", "at least 1"),
        ("code_list: roles", "/codes", "'codes' is missing"),
        ("code_list: Roles\ncodes: {a: {}}", "/code_list", "lower-case letters"),
        ("code_list: r\nsource: psa\nmap: {A b: x, a-b: y}", "/map/a-b", "leads to two codes"),
        ("code_list: r\nsorce: psa\nmap: {a: x}", "/sorce", "the nearest is 'source'"),
        ("code_list: r\nsource: 'a:b'\nmap: {a: x}", "/source", "no colon"),
        ("- roles", "", "starts with code_list"),
        ("code_list: r\ncodes: {a: {}, a: {}}", "", "given twice"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, pointer: str, words: str) -> None:
    found = dict(faults(text))
    assert pointer in found
    assert words in found[pointer]


def test_the_same_spelling_of_one_code_is_no_fault() -> None:
    found = parse("code_list: r\ncodes: {day: {label: Day, aliases: [DAY, d.a.y]}}", file="r.yaml")
    assert isinstance(found, CodeList)
    assert found.spellings == {"day": "day"}


def test_the_shipped_lists_are_whole() -> None:
    lists = shipped()
    sizes = {name: len(one.codes) for name, one in lists.items()}
    assert sizes["roles"] >= 15
    assert sizes["grades"] == 8
    assert sizes["industries"] == 21
    assert sizes["currencies"] > 150
    assert sizes["countries"] > 240
    for name, value, code in (
        ("units", "Std.", "hour"), ("units", "per day", "day"), ("roles", "SR. CONS", "senior_consultant"),
        ("currencies", "euro", "EUR"), ("currencies", "978", "EUR"), ("countries", "DEU", "DE"),
        ("countries", "federal republic of germany", "DE"), ("countries", "NA", "NA"), ("industries", "Retail", "G"),
    ):  # fmt: skip
        spelling = value.casefold().replace(" ", "").replace(".", "")
        assert lists[name].spellings[spelling] == code
