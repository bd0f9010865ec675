"""Identifiers, tax numbers, dates, amounts and codes."""

import pytest

from matching.kinds import KINDS


@pytest.mark.parametrize(
    ("level", "one", "other"),
    [
        ("same", "DE 136 695 976", "de136695976"),
        ("same", "VAT No. GB980780684", "GB 980 7806 84"),
        ("same_number", "DE136695976", "136695976"),
        ("same_number", "FR40303265045", "303 265 045"),
        ("one_keystroke", "136695976", "136695967"),
        ("different", "DE136695976", "DE811907980"),
    ],
)
def test_tax_numbers_compare_with_and_without_their_country(level: str, one: str, other: str, level_of) -> None:
    assert level_of("tax_id", one, other) == level


@pytest.mark.parametrize(
    ("number", "may_decide"),
    [
        ("DE136695976", True),
        ("DE136695970", False),
        ("CHE-116.281.710 MWST", True),
        ("ATU13585627", True),
        ("94-1234567", True),
        ("0815", False),
    ],
)
def test_only_a_tax_number_that_keeps_its_rules_decides(number: str, *, may_decide: bool) -> None:
    tax_id = KINDS["tax_id"]
    assert tax_id.valid(str(tax_id.standardise(number))) is may_decide


def test_a_vat_number_needs_its_country_to_decide() -> None:
    assert KINDS["vat"].valid("DE136695976")
    assert not KINDS["vat"].valid("136695976")


def test_check_digits_of_lei_and_iban_are_checked() -> None:
    assert KINDS["lei"].valid("213800KUD8LAJWSQ9D15")
    assert not KINDS["lei"].valid("213800KUD8LAJWSQ9D16")
    iban = KINDS["iban"]
    assert iban.valid(str(iban.standardise("GB82 WEST 1234 5698 7654 32")))
    assert not iban.valid("GB82WEST12345698765433")


@pytest.mark.parametrize(
    ("level", "one", "other"),
    [
        ("same", "HRB 3381-4", "hrb33814"),
        ("one_keystroke", "5172386", "5172368"),
        ("different", "5172386", "9841207"),
        ("same_number", "E0166125", "166125"),
        ("same_number", "EMP-00166125", "0166125"),
        ("different", "A166125", "B0166125"),
        ("different", "E0012", "12"),
    ],
)
def test_identifiers_compare_without_signs(level: str, one: str, other: str, level_of) -> None:
    assert level_of("identifier", one, other) == level


def test_a_number_and_the_same_behind_letters_share_the_part_of_a_key() -> None:
    kind = KINDS["identifier"]
    parts = {tuple(kind.parts["number"](str(kind.standardise(text)))) for text in ("E0166125", "166125", "e-166.125")}
    assert parts == {("166125",)}


@pytest.mark.parametrize(
    "text",
    [
        "2020-12-31",
        "31.12.2020",
        "31/12/2020",
        "12/31/2020",
        "20201231",
        20201231,
        "31 December 2020",
        "Dec 31, 2020",
        "31. Dezember 2020",
        "2020-12-31T10:00:00Z",
    ],
)
def test_a_date_is_read_however_people_write_it(text: object) -> None:
    assert KINDS["date"].standardise(text) == "2020-12-31"


def test_an_impossible_date_is_refused_by_name() -> None:
    assert "is not a date" in str(KINDS["date"].accepts("31/31/2020"))
    assert "31/31/2020" in str(KINDS["date"].accepts("31/31/2020"))


@pytest.mark.parametrize(
    ("level", "one", "other"),
    [
        ("same", "2001-03-04", "4.3.2001"),
        ("swapped", "2001-03-04", "2001-04-03"),
        ("close", "2001-03-04", "2001-03-28"),
        ("close", "2001-03-04", "2011-03-04"),
        ("year", "2001-03-04", "2001-10-28"),
        ("different", "2001-03-04", "1987-10-28"),
    ],
)
def test_dates_compare_by_their_parts(level: str, one: str, other: str, level_of) -> None:
    assert level_of("date", one, other) == level


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1,234.50", "1234.5"),
        ("1.234,50", "1234.5"),
        ("1'234.50", "1234.5"),
        ("1.234.567", "1234567"),
        ("0,125", "0.125"),
        ("-0.00", "0"),
        ("1e3", "1000"),
        ("9" * 40 + ".10", "9" * 40 + ".1"),
        (12.0, "12"),
        (True, None),
    ],
)
def test_a_number_is_read_in_both_notations(text: object, plain: str | None) -> None:
    assert KINDS["number"].standardise(text) == plain


@pytest.mark.parametrize(
    ("level", "one", "other"),
    [
        ("same", "EUR 1.250,00", {"amount": 1250, "currency": "EUR"}),
        ("same", "1250 €", "1,250.00"),
        ("near", "1250 €", "1255 €"),
        ("different", "1250 €", "1250 USD"),
    ],
)
def test_amounts_compare_within_their_currency(level: str, one: object, other: object, level_of) -> None:
    assert level_of("money", one, other) == level


@pytest.mark.parametrize("text", ["DE", "deu", "Germany", "Deutschland", "Federal Republic of Germany", "Niemcy"])
def test_a_country_is_known_by_name_and_code(text: str) -> None:
    assert KINDS["country"].standardise(text) == "DE"


def test_a_currency_is_known_by_code_and_sign() -> None:
    assert [KINDS["currency"].standardise(text) for text in ("eur", "€", "Euro", "XQQ")] == ["EUR", "EUR", "EUR", None]


def test_yes_and_no_are_known_in_several_languages() -> None:
    assert [KINDS["boolean"].standardise(text) for text in (True, "ja", "oui", 0, "nein", "perhaps")] == [
        "true", "true", "true", "false", "false", None,
    ]  # fmt: skip


SPELLED = {
    "date": {
        "01.03.2020": "2020-03-01", "1 March 2020": "2020-03-01", "20200301": "2020-03-01",
        "2020-03-01T08:00:00Z": "2020-03-01", "25/04/2020": "2020-04-25", "04/25/2020": "2020-04-25",
        "03/03/2020": "2020-03-03",
    },
    "birth_date": {"1.3.1984": "1984-03-01", 1984: "1984", "1984": "1984"},
    "number": {
        "1.234,50": "1234.5", "1,234.50": "1234.5", "1 234,5": "1234.5", "1.234.567": "1234567", "0,125": "0.125",
        5: "5", 7.0: "7", 0.25: "0.25", 85.125: "85.125", "-0": "0", "+7": "7",
    },
    "money": {
        "EUR 1.250,00": "1250 EUR", "1250 €": "1250 EUR", "1,250": "1250", "-5 EUR": "-5 EUR", 85.125: "85.125",
    },
    "boolean": {"ja": "true", "N": "false", True: "true", 0: "false"},
}  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "shown"), [(k, *pair) for k, of in SPELLED.items() for pair in of.items()])
def test_golden_records_show_one_spelling_and_it_means_the_same(kind: str, value: object, shown: str) -> None:
    standard = KINDS[kind].standardise(value)
    assert standard is not None
    assert KINDS[kind].shown(value, standard) == shown
    assert KINDS[kind].standardise(shown) == standard


def test_money_as_an_object_is_spelled_as_text() -> None:
    value = {"amount": "1.250,00", "currency": "€"}
    assert KINDS["money"].shown(value, KINDS["money"].standardise(value) or "") == "1250 EUR"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("date", "03/04/2020"),
        ("date", "01/02/2020 10:00"),
        ("birth_date", "3/4/1984"),
        ("number", "1,250"),
        ("number", "-12.500"),
        ("money", "1.250 €"),
    ],
)
def test_what_can_be_read_in_two_ways_is_shown_as_it_came(kind: str, text: str) -> None:
    assert KINDS[kind].shown(text, KINDS[kind].standardise(text) or "") == text


def test_other_kinds_keep_the_spelling_of_the_source() -> None:
    keeping = {name for name, kind in KINDS.items() if kind.spelled is None}
    assert set(KINDS) - keeping == {"date", "birth_date", "number", "money", "boolean"}
    assert KINDS["phone"].shown("(030) 1234567", "") == "(030) 1234567"
