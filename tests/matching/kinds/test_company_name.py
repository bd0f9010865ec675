"""Names of firms: legal forms, spellings, abbreviations and sister companies."""

from math import log2

import pytest

from matching.columns import PART
from matching.kinds import KINDS

KIND = KINDS["company_name"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Brandt Werke GmbH", "BRANDT WERKE Gesellschaft mit beschränkter Haftung"),
        ("Brandt Werke G.m.b.H.", "Brandt Werke"),
        ("Brandt GmbH & Co. KG", "Brandt GmbH und Co Kommanditgesellschaft"),
        ("Brandt AG", "Brandt Aktiengesellschaft"),
        ("Oakhill Ltd", "Oakhill Limited"),
        ("Oakhill plc", "Oakhill Public Limited Company"),
        ("Oakhill LLP", "Oakhill Limited Liability Partnership"),
        ("Fernway, Inc.", "Fernway Incorporated"),
        ("Fernway L.L.C.", "Fernway LLC"),
        ("Lumière S.A.S.", "Lumiere SAS"),
        ("Lumière SARL", "Lumière Société à responsabilité limitée"),
        ("Verdi S.p.A.", "VERDI SOCIETA PER AZIONI"),
        ("Verdi S.r.l.", "Verdi srl"),
        ("Tulp B.V.", "Tulp Besloten Vennootschap"),
        ("Tulp N.V.", "Tulp NV"),
        ("Wisla Sp. z o.o.", "Wisła Spółka z ograniczoną odpowiedzialnością"),
        ("Norrland AB", "Norrland Aktiebolag"),
        ("Kivi Oy", "Kivi Osakeyhtiö"),
        ("Fjord A/S", "Fjord AS"),
        ("Vltava s.r.o.", "Vltava spol. s r.o."),
        ("Douro Lda.", "Douro Limitada"),
        ("Ebro, S.L.", "Ebro Sociedad Limitada"),
        ("ООО Ромашка", "Romashka OOO"),
        ("株式会社青空製作所", "青空製作所"),
        ("青空製作所(株)", "株式会社 青空製作所"),
        ("㈱青空製作所", "青空製作所（株）"),
        ("北京晨光数字技术有限公司", "北京晨光数字技术"),
        ("北京晨光数字技术有限责任公司", "北京晨光数字技术有限公司"),
        ("(주)한빛전자", "한빛전자 주식회사"),
        ("Müller & Söhne", "Mueller und Sohne"),
        ("Harbor Intl Mfg", "Harbor International Manufacturing"),
        ("Carter Bros.", "Carter Brothers"),
        ("Utd Engrg & Constr.", "United Engineering & Construction"),
        ("Carter, Lowe & Assoc.", "Carter, Lowe and Associates"),
        ("Oakhill Proprietary Limitde", "Oakhill Pty Ltd"),
        ("Oakhill Sendirian Berhadd", "Oakhill Sdn. Bhd."),
        ("North Star Shipping", "Shipping, North Star"),
        ("I.B.X. Partners", "IBX Partners"),
        ("A.B.X. Company", "ABX Company"),
        ("JSC Volga Corporation", "Volga Corporation Joint Stock Company"),
    ],
)
def test_two_ways_to_write_one_name_are_the_same_name(one: str, other: str, level_of) -> None:
    assert level_of("company_name", one, other) == "exact"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Harlow Tradiing Ltd", "Harlow Trading Limited"),
        ("Silverlake GmvbH", "Silverlaek GmbH"),
        ("Bluewater Systems", "Blue Water Systems"),
        ("Datenkraft Consullting", "Datenkraft Consulting"),
        ("Harlow Tetiles Ltd", "Harlow Textiles Ltd"),
        ("Harlow Solucitors", "Harlow Solicitors"),
        ("Technoogies Harlow", "Harlow Technologies Ltd"),
    ],
)
def test_a_slip_of_the_keyboard_is_close(one: str, other: str, level_of) -> None:
    assert level_of("company_name", one, other) == "close"


def test_a_slip_of_one_business_is_not_another_business(level_of) -> None:
    assert level_of("company_name", "Harlow Tetiles Ltd", "Harlow Logistics Ltd") == "related"


@pytest.mark.parametrize(("one", "other"), [("Easter", "Eastern"), ("Gartner", "Partner"), ("Francis", "France")])
def test_a_name_near_to_a_business_word_is_no_slip_of_it(one: str, other: str, level_of) -> None:
    assert level_of("company_name", f"Harlow Wool {one}", f"Harlow Wool {other}") not in {"exact", "close"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Harlow Log. Ltd", "Harlow Logistics Ltd"),
        ("Harlow Elec", "Harlow Electronics GmbH"),
        ("HARLOW INDS LLP", "Harlow Industries, LLP"),
        ("Harlow Plbg Distr", "Harlow Plumbing Distributing"),
    ],
)
def test_names_that_differ_in_shortened_words_alone_are_similar(one: str, other: str, level_of) -> None:
    assert level_of("company_name", one, other) == "similar"
    assert level_of("company_name", other, one) == "similar"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Harlow Log", "Harlow Legal"),  # letters of its own
        ("Harlow Log", "Harlow Logs Wool"),  # a word more
        ("Harlow Plan", "Harlow Planer"),  # hardly shorter
        ("Harlow Tics", "Harlow Logistics"),  # another beginning
        ("Log", "Logistics"),  # nothing in common
    ],
)
def test_a_word_is_short_for_another_only_by_its_own_letters_from_the_first_on(one: str, other: str, level_of) -> None:
    assert level_of("company_name", one, other) in {"related", "different"}


@pytest.mark.parametrize(
    "aside",
    [
        "(Ainsworth)",
        "(formerly Harlow Trading)",
        "f/k/a Harlow Ltd.",
        "vormals Harlow",
        "d/b/a Corner Shop",
        "(inactive)",
    ],
)
def test_what_only_one_of_two_names_says_aside_hardly_keeps_them_apart(aside: str, level_of) -> None:
    assert level_of("company_name", f"Zenith Wool Ltd {aside}", "Zenith Wool Limited") == "close"


def test_names_that_say_different_things_aside_are_compared_with_them(level_of) -> None:
    assert level_of("company_name", "Zenith (Ainsworth)", "Zenith (Morsley)") == "related"
    assert level_of("company_name", "Zenith (Ainsworth)", "Zenith Ainsworth") == "exact"


def test_a_former_name_is_still_a_name_of_the_firm(level_of) -> None:
    assert level_of("company_name", "Zenith Wool Ltd (formerly Harlow)", "Harlow Ltd") == "contained"


@pytest.mark.parametrize("part", ["(Holding)", "(Malta)", "(Hamburg)", "(II)", "(2019)"])
def test_what_tells_sister_companies_apart_does_so_in_brackets_too(part: str, level_of) -> None:
    assert level_of("company_name", f"Zenith {part}", "Zenith") == level_of(
        "company_name", f"Zenith {part[1:-1]}", "Zenith"
    )


def test_a_legal_form_in_brackets_is_a_legal_form(level_of) -> None:
    assert level_of("company_name", "Zenith (Ltd.)", "Zenith Limited") == "exact"


@pytest.mark.parametrize("name", ["(Zenith)", "Formerly", "Zenith ()", "formerly (Zenith)"])
def test_a_name_is_kept_whole_where_nothing_but_an_aside_would_be_left(name: str) -> None:
    assert str(KIND.standardise(name)).endswith(PART)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dorn Logistik GmbH", "Dorn Holding GmbH"),
        ("Zenith Consulting", "Zenith Legal"),
        ("Zenith Deutschland", "Zenith France"),
        ("Zenith", "Zenith Holding"),
        ("Zenith Capital Fund VII", "Zenith Capital Fund VIII"),
        ("Zenith Trust 2004-1", "Zenith Trust 2004-2"),
        ("Zenith SA", "Zenith Energy GmbH"),
        ("Nova Platforms", "Kova Platforms"),
        ("Smith Consulting", "Jones Consulting"),
    ],
)
def test_sister_companies_and_namesakes_speak_against_a_match(one: str, other: str, level_of) -> None:
    level = next(level for level in KIND.levels if level.name == level_of("company_name", one, other))
    assert log2(level.m / level.u) < -3


@pytest.mark.parametrize("word", ["Holdings", "Finance", "Properties", "Europe"])
def test_a_word_that_sisters_have_is_never_left_out(word: str, level_of) -> None:
    assert level_of("company_name", "Harlow Limited", f"Harlow {word} Ltd") == "related"


def test_a_left_out_business_word_is_weak_evidence_for(level_of) -> None:
    assert level_of("company_name", "Harlow Limited", "Harlow Trading Ltd") == "contained"


def test_an_acronym_stands_for_its_name(level_of) -> None:
    assert level_of("company_name", "NWF", "Northern Wool Factory Ltd") == "contained"
    assert KIND.parts["acronym"](str(KIND.standardise("NWF"))) == ("nwf",)
    assert KIND.parts["acronym"](str(KIND.standardise("Northern Wool Factory Ltd"))) == ("nwf",)


def test_another_legal_form_is_neither_the_same_name_nor_a_typo(level_of) -> None:
    assert level_of("company_name", "Brandt AG", "Brandt GmbH") == "other_form"
    assert level_of("company_name", "晨光数字技术有限公司", "晨光数字技术股份有限公司") == "other_form"


def test_the_legal_form_is_kept_apart_and_a_name_that_is_only_a_form_stays_a_name() -> None:
    assert KIND.standardise("S.A. Lumière") == f"lumiere{PART}sa"
    assert KIND.standardise("Limited") == f"limited{PART}"


def test_keys_leave_out_words_that_many_firms_have() -> None:
    value = str(KIND.standardise("Dorn International Logistik GmbH"))
    assert list(KIND.parts["tokens"](value)) == ["dorn"]
