import pytest

from mdm.entity_types import order, parse, shipped
from mdm.errors import InvalidRules

CUSTOMER = shipped()["customer"]


def refused(text: str) -> InvalidRules:
    with pytest.raises(InvalidRules) as caught:
        parse(text, file="customer.yaml")
    assert "\n" not in caught.value.detail
    return caught.value


def changed(old: str, new: str) -> str:
    assert old in CUSTOMER
    return CUSTOMER.replace(old, new, 1)


@pytest.mark.parametrize("name", ["customer", "legal_entity"])
def test_every_shipped_entity_type_is_valid_and_named_like_its_file(name):
    assert parse(shipped()[name], file=name).entity_type == name


def test_a_customer_refers_to_its_legal_entity_and_is_resolved_after_it():
    customer, legal_entity = (parse(shipped()[name], file=name) for name in ("customer", "legal_entity"))
    assert customer.references == {"legal_entity": "legal_entity", "represents": "legal_entity", "parent": "customer"}
    assert order([legal_entity, customer]) == ["customer", "legal_entity"]  # not evidence for a match
    evidence = changed("  compare:\n", "  compare:\n    - legal_entity\n")
    assert order([parse(evidence, file="c"), legal_entity]) == ["legal_entity", "customer"]


def test_a_reference_to_an_entity_type_that_is_not_installed_waits():
    evidence = changed("  compare:\n", "  compare:\n    - legal_entity\n")
    assert order([parse(evidence, file="c")]) == ["customer"]


def test_references_as_evidence_may_not_lead_in_a_circle():
    there = parse(changed("  compare:\n", "  compare:\n    - legal_entity\n"), file="c")
    back = (
        shipped()["legal_entity"]
        .replace("match:", "  owner: {kind: reference, to: customer}\nmatch:", 1)
        .replace("compare: [name", "compare: [owner, name", 1)
    )
    with pytest.raises(InvalidRules, match=r"lead in a circle: .*owner"):
        order([there, parse(back, file="l")])


def test_an_entity_type_that_is_matched_by_a_reference_to_itself_is_refused():
    text = changed("to: legal_entity", "to: customer").replace("  compare:\n", "  compare:\n    - legal_entity\n")
    assert "circle" in refused(text).detail


@pytest.mark.parametrize(
    ("old", "new", "pointer", "nearest"),
    [
        ("label:", "lable:", "/lable", "label"),
        ("many: true", "manny: true", "/attributes/email/manny", "many"),
        ("kind: url", "kind: ulr", "/attributes/website/kind", "url"),
        ("privacy: contact", "privacy: contcat", "/attributes/email/privacy", "contact"),
        ("    - address\n", "    - adress\n", "/match/compare/4", "address"),
        ("weight: 0.5", "wieght: 0.5", "/match/compare/5/wieght", "weight"),
        ("name.tokens", "name.tokns", "/match/block_on/4/0", "tokens"),
        ("same: tax_id", "same: tax_di", "/match/always/0/same", "tax_id"),
        ("email: union", "email: unoin", "/survive/attributes/email", "union"),
        ("{name: most_frequent", "{nam: most_frequent", "/survive/attributes/nam", "name"),
        ("erp: 90", "erp: {value: 90, halflife: 3d}", "/survive/trust/erp/halflife", "half_life"),
        ("name: sales", "nme: sales", "/ownership/nme", "name"),
        (
            "attributes: [tax_id, legal",
            "attributes: [taxid, legal",
            "/readiness/quote_to_project/attributes/0",
            "tax_id",
        ),
    ],
)
def test_a_misspelt_word_is_shown_with_its_place_and_the_nearest_valid_one(old, new, pointer, nearest):
    error = refused(changed(old, new))
    assert error.faults[0].pointer == pointer
    assert error.detail.startswith(f"customer.yaml: {pointer}: ")
    assert f"{nearest!r}" in error.detail


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (changed("label: Customer", "label: [Customer"), "line 4, column 10"),
        (changed("label: Customer", "label: Customer\nlabel: Client"), "line 4, column 1: 'label' is given twice"),
        (changed("label: Customer", "label: &l Customer\nid_prefix2: *l"), "aliases"),
        ("", "not a mapping"),
        ("- a\n", "not a mapping"),
        ("a: \x00", "control characters are not allowed"),
        ("[" * 5000, "line 1, column 101: nested too deep"),
        ("- " * 5000, "line 1, column 201: nested too deep"),
        (changed("id_prefix: cus\n", ""), "'id_prefix' is missing"),
        (changed("id_prefix: cus", "id_prefix: Cus!"), "lower-case"),
        (changed("  website:", "  web.site:"), "web.site"),
        (changed("kind: reference, to: legal_entity", "kind: reference"), "needs `to`"),
        (changed("{kind: tax_id}", "{kind: tax_id, to: legal_entity}"), "needs `to`"),
        (changed("match: 0.99", "match: 2"), "less than 1"),
    ],
)
def test_a_broken_document_is_refused_in_one_line(text, words):
    detail = refused(text).detail
    assert words in detail
    assert detail.startswith("customer.yaml: ")


def test_the_version_follows_what_the_document_says_and_not_how_it_is_laid_out():
    version = parse(CUSTOMER, file="c").version
    assert parse("# a comment\n" + changed("tax_id: finance,", "tax_id:   finance,"), file="c").version == version
    assert parse(changed("match: 0.99", "match: 0.98"), file="c").version != version
    assert len(version) == 16


def test_a_further_entity_type_needs_a_document_and_nothing_else():
    text = """
entity_type: vessel
id_prefix: ves
attributes: {name: {kind: name}, imo: {kind: identifier, required: true}}
match: {block_on: [[imo]], compare: [name, imo]}
"""
    vessel = parse(text, file="vessel.yaml")
    assert vessel.matching.compared == ("name", "imo")
    assert vessel.survive.default == "most_trusted"


def test_a_code_list_goes_with_kind_code() -> None:
    text = (
        "entity_type: a\nid_prefix: a\nattributes: {role: {kind: KIND, list: roles}}\n"
        "match: {block_on: [[role]], compare: [role]}\n"
    )
    assert parse(text.replace("KIND", "code"), file="a.yaml").code_lists == {"role": "roles"}
    with pytest.raises(InvalidRules, match="goes with kind code, and this is of kind text"):
        parse(text.replace("KIND", "text"), file="a.yaml")
