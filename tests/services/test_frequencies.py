"""A rare value weighs more than a common one: in files that nobody has described, in trained rules and in a hub."""

import csv
import random
from collections import Counter, defaultdict
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from matching.document import Comparison
from matching.explain import Evidence, why
from mdm.entity_types import EntityType, parse
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services.files.dedupe import Job, Outputs, dedupe
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import explain, lookup
from mdm.services.rulebook import rules
from tests.conftest import AUTHOR

GIVEN = [
    f"{start}{end}" for start in ("An", "Ber", "Clau", "Dor", "El", "Fri", "Ger", "Hel") for end in ("da", "na", "ko")
]
FAMILY = [f"{start}{end}" for start in ("Aschen", "Birn", "Dorn", "Eich", "Feld", "Gold", "Hohen", "Krumm", "Lang",
          "Mühl") for end in ("bach", "egger", "feld", "huber", "mann", "rieder", "stein", "wieser")]  # fmt: skip


def by_zipf(made: random.Random, words: list[str]) -> str:
    weights = list(accumulate(1 / (place + 1) for place in range(len(words))))
    return made.choices(words, cum_weights=weights)[0]


def people(persons: int = 1_500) -> list[list[str]]:
    """Persons with names of which a few are common, and a birthday; every third stands there twice, with slips."""
    made, rows = random.Random(8), []
    for person in range(persons):
        given, family = by_zipf(made, GIVEN), by_zipf(made, FAMILY)
        born = f"{made.randint(1940, 1999)}-{made.randint(1, 12):02}-{made.randint(1, 28):02}"
        for copy in range(2 if person % 3 == 0 else 1):
            day = born if not copy or made.random() < 0.8 else f"{born[:8]}{made.randint(1, 28):02}"
            rows.append([f"{person}-{copy}", given, family, day])
    return rows


def saved(name: str, rows: list[list[str]]) -> str:
    with Path(name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["record_id", "given_name", "surname", "birth_date"], *rows])
    return name


def model_of(file: str) -> EntityType:
    dedupe(Job((file,), outputs=Outputs("clusters.csv", model="model.yaml")))
    return parse(Path("model.yaml").read_text(encoding="utf-8"), file="model.yaml")


def compared(entity_type: EntityType, attribute: str) -> Comparison:
    return next(one for one in entity_type.match.compare if isinstance(one, Comparison) and one.attribute == attribute)


def explained(entity_type: EntityType, name: str) -> tuple[Evidence, float, str]:
    """Explain a pair of one name whose birthdays differ: the evidence, and weight and words of the name."""
    sides = {"name": name, "birth_date": "1961-03-05"}, {"name": name, "birth_date": "1961-11-20"}
    evidence = why(entity_type.matching, *sides)
    line = next(one for one in evidence["comparisons"] if one["attribute"] == "name")
    return evidence, line["weight"], line["words"]


def together() -> set[frozenset[str]]:
    """The records of each cluster that was written."""
    found = defaultdict(set)
    with Path("clusters.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["cluster_id"]].add(row["record_id"])
    return set(map(frozenset, found.values()))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_rare_surname_weighs_more_than_a_common_one_and_the_evidence_says_so_and_adds_up(folder: Path) -> None:
    found = model_of(saved("people.csv", people()))
    common, common_weight, common_words = explained(found, f"{FAMILY[0]}, {GIVEN[0]}")
    rare, rare_weight, rare_words = explained(found, f"{FAMILY[-1]}, {GIVEN[-1]}")
    assert rare_weight > common_weight + 1
    assert rare["match_weight"] > common["match_weight"] + 1
    assert "; a common value: at least 1 in " in common_words
    assert "; a rare value: fewer than 1 in " in rare_words
    for evidence in (common, rare):
        parts = [evidence["prior"], *(line["weight"] for line in evidence["comparisons"])]
        assert sum(round(1000 * part) for part in parts) == round(1000 * evidence["match_weight"])


def test_the_model_keeps_only_names_that_ten_records_have_in_whatever_order_the_records_come(folder: Path) -> None:
    rows = people()
    worked_on = Counter({said: min(times, 2) for said, times in Counter((row[1], *row[2:]) for row in rows).items()})
    given = Counter(said[0].lower() for said in worked_on.elements())
    first = compared(model_of(saved("people.csv", rows)), "name").frequencies
    before = together()
    assert first is not None
    assert first.common[0] == {name: count for name, count in given.items() if count >= 10}
    random.Random(1).shuffle(rows)
    assert compared(model_of(saved("people.csv", rows)), "name").frequencies == first
    assert together() == before


def test_the_saved_model_gives_the_same_pairs_again(folder: Path) -> None:
    file = saved("people.csv", people())
    dedupe(Job((file,), outputs=Outputs("clusters.csv", "pairs.csv", None, "model.yaml")))
    first = Path("pairs.csv").read_bytes()
    dedupe(Job((file,), rules="model.yaml", outputs=Outputs("again.csv", "pairs.csv")))
    assert Path("pairs.csv").read_bytes() == first


RULES = """
entity_type: person
id_prefix: per
attributes:
  name: {kind: person_name}
  town: {kind: category}
match:
  block_on: [[name]]
  compare:
  - attribute: name
    frequencies:
      records: 1000
      common: [{anna: 60}, {meier: 90}]
      steps: [{m: 0.5, u: 0.05}, {one_in: 256, m: 0.5, u: 0.95}]
  - town
  prior: 0.05
  thresholds: {match: 0.99, review: 0.9}
survive: {default: longest}
"""


def put(hub: Hub, number: int, **values: Any) -> None:
    records.put(hub, Incoming("crm", "person", str(number), values, None, None, "put"), author=AUTHOR, wait=True)


def golden(hub: Hub, number: int) -> str:
    return lookup.xref(hub, Key("crm", "person", str(number)))["golden_id"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 0, 2)])
def test_a_hub_takes_frequencies_that_its_rules_have_and_the_order_of_arrival_changes_nothing(
    hub: Hub, order: tuple[int, ...]
) -> None:
    rules.apply(hub, RULES, file="person.yaml", author=AUTHOR)
    names = ["Anna Meier", "Anna Meier", "Theodora Quellmalz", "Theodora Quellmalz"]
    for number in order:
        put(hub, number, name=names[number])
    assert golden(hub, 2) == golden(hub, 3)
    assert golden(hub, 0) != golden(hub, 1)
    evidence = explain.why(hub, Key("crm", "person", "0"), Key("crm", "person", "1"))
    line = next(one for one in evidence["comparisons"] if one["attribute"] == "name")
    assert line["level"] == "exact_1_in_256"
    assert line["words"] == "the same name; a common value: at least 1 in 256 records would have it"
