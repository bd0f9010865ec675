"""What is inferred of a large file leaves out keys that bring only strangers, once it is known what they are like."""

import csv
from pathlib import Path

import pytest
import yaml

from matching.infer import keys
from mdm.services.files import learning
from mdm.services.files.dedupe import Job, Outputs, dedupe

FIRST = ("Anna", "Bert", "Carla", "David", "Elena", "Frank", "Greta", "Henry", "Irene", "Jonas", "Karin")
LAST = (
    "Meier",
    "Stone",
    "Novak",
    "Rossi",
    "Dubois",
    "Larsen",
    "Kowal",
    "Silva",
    "Horvat",
    "Peters",
    "Quint",
    "Ruiz",
    "Vogel",
)


@pytest.fixture
def neighbours(tmp_path, monkeypatch):
    """Write a file of persons, each held by two systems, of whom seven live in each house."""
    monkeypatch.chdir(tmp_path)
    with Path("people.csv").open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(("record_id", "source", "name", "birth_date", "street", "phone"))
        for number in range(1_400):
            name = f"{FIRST[number % 11]} {LAST[number // 11 % 13]}"
            born = f"{1940 + number * 7 % 60}-{1 + number * 5 % 12:02}-{1 + number * 11 % 28:02}"
            street, phone = f"Lindenweg {number // 7 + 1}", f"+49 30 {3_000_000 + number * 37}"
            writer.writerow((f"a{number}", "crm", name, born, street, phone))
            writer.writerow((f"b{number}", "erp", name, born, street, phone if number % 5 else ""))
    return tmp_path


def inferred() -> tuple[list[list[str]], int, bytes]:
    report = dedupe(Job(("people.csv",), outputs=Outputs(clusters="clusters.csv", model="model.yaml")))
    keys_used = yaml.safe_load(Path("model.yaml").read_text(encoding="utf-8"))["match"]["block_on"]
    return keys_used, report.counts["candidate_pairs"], Path("clusters.csv").read_bytes()


def test_a_large_file_is_not_compared_by_keys_that_bring_only_strangers(neighbours, monkeypatch):
    every, many, clusters = inferred()
    monkeypatch.setattr(learning, "PAIRS", 5_000)
    monkeypatch.setattr(keys, "_ENOUGH", 500)
    kept, few, same = inferred()
    assert ["address.house"] in every
    assert ["address.house"] not in kept
    assert ["phone"] in kept
    assert few < many / 2
    assert same == clusters


def test_the_rules_that_are_written_bring_the_same_pairs(neighbours, monkeypatch):
    monkeypatch.setattr(learning, "PAIRS", 5_000)
    monkeypatch.setattr(keys, "_ENOUGH", 500)
    _, few, clusters = inferred()
    job = Job(("people.csv",), rules="model.yaml", outputs=Outputs(clusters="again.csv"))
    assert dedupe(job).counts["candidate_pairs"] == few
    assert Path("again.csv").read_bytes() == clusters
