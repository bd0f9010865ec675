"""Texts cleaned by their patterns come out as if each had been cleaned by itself."""

from itertools import pairwise

import pytest
from hypothesis import strategies as st

from matching.coded import Coded
from matching.columns import from_cells
from matching.document import MatchAttribute, MatchRules
from matching.kinds import KINDS
from matching.kinds.tables import words
from matching.patterns import MANY, CopiedWords, cleaned_by_pattern
from matching.rules import match_model
from matching.standardise import standardise
from tests.drawn import drawn

BY_PATTERN = sorted(name for name, kind in KINDS.items() if kind.copied)
ODD = (
    *("Anna", "ORLOV", "Müller", "mueller", "Łukasz", "Meier-Koch", "Koch,", "Lang,", "J", "J.", "O'Neil", "van", "de"),
    *("Dr", "née", "GmbH", "GmbHH", "Limited", "AG", "and", "The-Test", "test", "no", "name", "known", "not", "Real"),
    *("Estate", "Intl", "formerly", "trading", "as", "Ii", "Saarland", "II", "(Koch)", "(United", "Arab", "Emirates)"),
    *(
        "&",
        "3M",
        "",
        "Aana",
        "Кох",
        "Frau",
        "x",
        "xx",
        "aaaa",
        "ÄÄÄÄ",
        "Born",
        "IT",
        "Logistika",
        "-",
        ",",
        "a-b-c-d-e",
    ),
    *("bqvorix", "Bqvorix-3", "Christopher", "CHRISTOPHER,", "Agnieszka-Ann", "Jr", "junior,", '"Bob"', "\udcff", "ŉ"),
    *(
        "und",
        "mbH",
        "mit",
        "beschränkter",
        "Haftung",
        "Gesellschaft",
        "z",
        "domu",
        "geb.",
        "Holding",
        "Sp.",
        "z",
        "o.o.",
    ),
)
TABLES = ("legal_forms", "business_words", "titles", "particles", "company_fillers", "nicknames")
TELLING = sorted({word for table in TABLES for text in words(table) for word in text.split()})
WORD = st.one_of(st.sampled_from(ODD), st.sampled_from(TELLING))
TEXTS = st.lists(st.lists(WORD, min_size=1, max_size=8).map(" ".join), min_size=1, max_size=40)


@pytest.mark.parametrize("name", BY_PATTERN)
@drawn(few=100, many=4_000, texts=TEXTS)
def test_texts_come_out_as_by_themselves(name: str, texts: list[str]) -> None:
    kind = KINDS[name]
    found, alone = (
        cleaned_by_pattern(kind.standardise, kind.copied, texts),
        from_cells(list(map(kind.standardise, texts))),
    )
    assert (found.codes.tolist(), found.cells) == (alone.codes.tolist(), alone.cells)


@pytest.mark.parametrize("name", BY_PATTERN)
def test_words_that_tell_something_only_together_are_not_copied(name: str) -> None:
    texts = [
        "Acme Ltd (United Arab Emirates)",
        "Not Available",
        "No Data",
        "Keine Angabe",
        "Acme formerly known as Otis",
    ]
    kind = KINDS[name]
    found = cleaned_by_pattern(kind.standardise, kind.copied, texts)
    assert [found.cells[code] if code >= 0 else None for code in found.codes] == list(map(kind.standardise, texts))


def test_of_a_pattern_one_text_is_cleaned() -> None:
    seen = []

    def clean(text: str) -> str:
        seen.append(text)
        return text.lower().partition(" (")[0]

    copied = CopiedWords(lambda word: (word.lower(), "any") if word.isalpha() else None, {"any": ("one", "two")})
    found = cleaned_by_pattern(clean, copied, ["Rosa Lang", "Boris Orlov", "Rosa", "Boris (d. Ä.) Lang", "Rosa Lang"])
    assert seen == ["one two", "one", "one (d. Ä.) two", "Boris (d. Ä.) Lang"]
    assert [found.cells[code] for code in found.codes] == ["rosa lang", "boris orlov", "rosa", "boris", "rosa lang"]


@pytest.mark.parametrize("name", BY_PATTERN)
def test_a_large_column_comes_out_as_its_records_do_by_themselves(name: str) -> None:
    texts = [f"{one} {number} {other}" for number, (one, other) in enumerate(pairwise(TELLING))]
    texts += [f"{one} {other}" for one, other in zip(TELLING, TELLING[7:], strict=False)]
    values = [None, *texts, "n/a", *texts]
    assert len(texts) > MANY
    model = match_model("thing", {"name": MatchAttribute(kind=name)}, MatchRules(block_on=[], compare=["name"]))
    found = standardise(model, {"name": Coded.of(values)})["name"]
    alone = from_cells([KINDS[name].standardise(value) for value in values])
    assert (found.codes.tolist(), found.cells) == (alone.codes.tolist(), alone.cells)
