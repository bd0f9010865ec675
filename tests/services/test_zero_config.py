"""Deduplicating files that nobody has described: what is found, that it repeats, and what odd files give."""

import csv
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from matching.evaluate import pairwise
from matching.infer import keys
from mdm.errors import InvalidInput
from mdm.log import Author
from mdm.services.files.dedupe import Job, Outputs, Report, dedupe
from mdm.services.rulebook import rules

GENERATE = Path(__file__).parents[2] / "benchmarks" / "generate.py"


def table(file: str | Path) -> list[dict[str, str]]:
    with Path(file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def written(name: str, header: str, rows: list[str]) -> str:
    Path(name).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return name


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def persons(tmp_path_factory) -> Path:
    """Persons with families and name-sakes in three sources, as the generator makes them for measurements."""
    folder = tmp_path_factory.mktemp("persons")
    subprocess.run([sys.executable, str(GENERATE), "persons", "1500", str(folder)], check=True, capture_output=True)
    return folder


def run(*files: str, **more: object) -> Report:
    return dedupe(Job(files, outputs=Outputs("clusters.csv", "pairs.csv", None, "model.yaml"), **more))


def clusters(file: str = "clusters.csv") -> dict[str, str]:
    return {row["record_id"]: row["cluster_id"] for row in table(file)}


def groups(found: dict[str, str]) -> set[frozenset[str]]:
    return {frozenset(one for one in found if found[one] == cluster) for cluster in set(found.values())}


def test_persons_are_found_without_rules_or_labels(folder, persons):
    report = run(str(persons / "records.csv"))
    truth = {row["record_id"]: row["cluster_id"] for row in table(persons / "truth.csv")}
    figures = pairwise(clusters(), truth)
    assert figures.precision > 0.95
    assert figures.recall > 0.85
    assert set(clusters()) == set(truth)
    assert report.counts["records"] == 1500


def crowds(persons: int, seed: int) -> list[tuple[str, ...]]:
    """Many records of each person, with slips in the name, which stands there in full and in parts."""
    made, rows = random.Random(seed), []
    for person in range(persons):
        given, family = made.choice(["Jose", "Juan", "Maria", "Miguel", "Jean"]), f"{made.choice('BCDFGHKLM')}arton"
        middle, born = made.choice(["Ann", "Jean", ""]), f"18{made.randint(10, 90)}-{made.randint(1, 12):02}-11"
        home = f"{made.choice('ABCDEFGH')}{made.randint(1, 20)} {made.randint(1, 9)}AB"
        for _ in range(made.randint(1, 12)):
            said = "".join(letter for letter in family if made.random() > 0.05)
            full = " ".join(word for word in (given, middle if made.random() < 0.7 else "", said) if word)
            day = born if made.random() < 0.8 else f"{born[:4]}-01-01"
            rows.append((str(person), full, f"{given} {said}", given, said, day, home if made.random() < 0.8 else ""))
    return rows


def test_a_slip_in_a_name_counts_once_though_the_name_stands_there_in_full_and_in_parts(folder):
    rows = crowds(300, 1)
    truth = {str(number): person for number, (person, *_) in enumerate(rows)}
    said = [f"{number}," + ",".join(rest) for number, (_, *rest) in enumerate(rows)]
    run(written("crowds.csv", "id,full_name,first_and_surname,first_name,surname,dob,postcode", said))
    figures = pairwise(clusters(), truth)
    assert figures.precision > 0.95
    assert figures.recall > 0.9


def test_the_saved_model_is_a_rules_file_that_gives_the_same_clusters_and_pairs(folder, persons):
    run(str(persons / "records.csv"))
    first = [Path(name).read_bytes() for name in ("clusters.csv", "pairs.csv")]
    dedupe(Job((str(persons / "records.csv"),), rules="model.yaml", outputs=Outputs("clusters.csv", "pairs.csv")))
    assert [Path(name).read_bytes() for name in ("clusters.csv", "pairs.csv")] == first


def test_the_report_explains_doubtful_pairs_of_a_model_that_was_worked_out(folder, persons):
    files = (str(persons / "records.csv"),)
    dedupe(Job(files, outputs=Outputs("clusters.csv", report="report.html")))
    page = Path("report.html").read_text(encoding="utf-8")
    assert "Worked out from the records themselves" in page
    assert "strangers often share what agrees here" in page


def test_the_order_of_the_records_does_not_change_the_clusters(folder, persons):
    header, *rows = (persons / "records.csv").read_text(encoding="utf-8").splitlines()
    run(written("records.csv", header, rows))
    before = groups(clusters())
    random.Random(5).shuffle(rows)
    run(written("records.csv", header, rows))
    assert groups(clusters()) == before


def test_the_order_does_not_matter_either_where_keys_are_measured_on_a_part_or_words_tie(folder, persons, monkeypatch):
    monkeypatch.setattr(keys, "SAMPLE", 400)
    header, *rows = (persons / "records.csv").read_text(encoding="utf-8").splitlines()
    found = []
    for order in (rows, rows[::-1]):
        run(written("records.csv", header, order))
        model = yaml.safe_load(Path("model.yaml").read_text(encoding="utf-8"))
        found.append((model["match"]["block_on"], groups(clusters())))
    assert found[0] == found[1]
    catalogue()
    header, *rows = Path("records.csv").read_text(encoding="utf-8").splitlines()
    copies = [f"c{row[1:]}".replace(",a,", ",c,") for row in rows if row.startswith("a")]
    found = []
    for order in (rows + copies, (rows + copies)[::-1]):
        run(written("records.csv", header, order))
        found.append(groups(clusters()))
    assert found[0] == found[1]


@pytest.mark.verify
def test_the_same_file_gives_the_same_bytes_whatever_the_hash_seed_and_the_threads(folder, persons):
    made = []
    for seed, threads in (("1", "1"), ("2", "4")):
        command = [sys.executable, "-c", "from mdm.cli.app import main; main()", "dedupe", str(persons / "records.csv")]
        files = ["--out", "c.csv", "--pairs", "p.csv", "--golden", "g.csv", "--model", "m.yaml"]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads}
        subprocess.run([*command, *files, "--json"], check=True, capture_output=True, env=environment)
        made.append([Path(name).read_bytes() for name in ("c.csv", "p.csv", "g.csv", "m.yaml")])
    assert made[0] == made[1]


def test_a_probability_can_be_taken_at_its_word(folder, persons):
    """Expected calibration error over the pairs at or above the review threshold, in ten bins."""
    run(str(persons / "records.csv"))
    truth = {row["record_id"]: row["cluster_id"] for row in table(persons / "truth.csv")}
    bins: dict[int, list[float]] = {}
    for row in table("pairs.csv"):
        probability = float(row["match_probability"])
        right = truth[row["record_id_l"]] == truth[row["record_id_r"]]
        bins.setdefault(min(int(10 * probability), 9), []).append(probability - right)
    error = sum(abs(sum(one)) for one in bins.values()) / sum(map(len, bins.values()))
    assert error < 0.05


def catalogue() -> None:
    """Write items of two shops: each has an item once, siblings differ by their model number; few name the maker."""
    made = random.Random(2)
    brands, things = ["Sonar", "Pana", "Toshi", "Belka", "Canor"], ["camera", "printer", "kettle", "radio", "lamp"]
    rows = []
    for item in range(150):
        brand, thing, model = (
            made.choice(brands),
            made.choice(things),
            f"{made.choice('ABCD')}X{made.randint(1000, 9999)}",
        )
        rows.append(f"a{item},a,{brand} {thing} {model} black with case and cable,{made.randint(20, 900)},{brand}")
        rows.append(f"b{item},b,{thing} {brand} {model},,{brand if item % 50 == 0 else ''}")
    written("records.csv", "record_id,source,name,price,manufacturer", rows)


def test_a_catalogue_lists_an_item_once_and_the_nearest_words_meet(folder):
    catalogue()
    report = run("records.csv")
    found = groups(clusters())
    right = sum(len(group) == 2 and len({one[1:] for one in group}) == 1 for group in found)
    assert right >= 140
    assert all(len({one[0] for one in group}) == len(group) for group in found)
    assert any("hold a thing once" in note for note in report.notes)


def test_a_catalogue_in_which_few_items_name_their_maker_is_one_too_whatever_it_repeats(folder):
    catalogue()
    header, *rows = Path("records.csv").read_text(encoding="utf-8").splitlines()
    more = [row.replace("b", "c", 1).replace(",,", " offer,,", 1) for row in rows if row.startswith("b")]
    report = run(written("records.csv", header.replace("name", "title"), rows + more))
    sources = {row["record_id"]: row["source"] for row in table("records.csv")}
    assert all(len({sources[one] for one in group}) == len(group) for group in groups(clusters()))
    assert any("hold a thing once" in note for note in report.notes)


def test_a_catalogue_that_lists_items_twice_is_not_taken_to_list_them_once(folder):
    catalogue()
    header, *rows = Path("records.csv").read_text(encoding="utf-8").splitlines()
    again = [row.replace(",a,", ",b,", 1).replace("a", "c", 1) for row in rows if row.startswith("a")][:100]
    again += [row.replace("b", "d", 1) for row in rows if row.startswith("b")][:100]
    report = run(written("records.csv", header.replace("name", "title"), rows + again))
    assert not any("hold a thing once" in note for note in report.notes)
    found = {frozenset(group) for group in groups(clusters())}
    assert sum({f"a{item}", f"b{item}", f"c{item}", f"d{item}"} in found for item in range(100)) >= 90


def test_linking_only_never_joins_two_records_of_one_source(folder, persons):
    run(str(persons / "records.csv"), link_only=True)
    sources = {row["record_id"]: row["source"] for row in table(persons / "records.csv")}
    for group in groups(clusters()):
        assert len({sources[one] for one in group}) == len(group)


@pytest.mark.parametrize(
    ("header", "rows", "count"),
    [
        ("name", ["Anna Meier", "Bob Stone", "Anna Meier"] * 5, 2),
        ("record_id,name,city", ["1,Anna Meier,Bonn"], 1),
        ("record_id,name,city", [], 0),
        ("record_id,name,city", [f"{n},Person {n} Example,Bonn" for n in range(60)], None),
        ("record_id,a,b", [f"{n},{n % 2},{n % 3}" for n in range(300)], None),
    ],
    ids=["one column", "one record", "none", "nothing alike", "columns of few values"],
)
def test_small_and_odd_files_give_every_record_a_cluster(folder, header, rows, count):
    report = run(written("records.csv", header, rows))
    assert len(table("clusters.csv")) == len(rows)
    if count is not None:
        assert report.counts["clusters"] == count


def test_columns_that_tell_nothing_are_one_clear_error(folder):
    file = written("records.csv", "record_id,name,city", [f"{number},n/a," for number in range(500)])
    with pytest.raises(InvalidInput, match=r"no column can be compared \(name: it .*; city: it "):
        run(file)


def test_exact_copies_are_put_together(folder, persons):
    header, *rows = (persons / "records.csv").read_text(encoding="utf-8").splitlines()
    copies = [f"copy{row}" for row in rows[:150]]
    run(written("records.csv", header, rows + copies))
    found = clusters()
    together = sum(found[row.split(",")[0]] == found[f"copy{row.split(',')[0]}"] for row in rows[:150])
    assert together >= 147


def test_somebody_of_whom_hundreds_of_records_say_the_same_is_one(folder, persons):
    """More than a block or a piece may hold."""
    header, *rows = (persons / "records.csv").read_text(encoding="utf-8").splitlines()
    run(written("records.csv", header, rows))
    before = groups(clusters())
    copies = [f"copy{number}{rows[0]}" for number in range(700)]
    report = run(written("records.csv", header, rows + copies))
    known = clusters()
    of_one = {known[copy.split(",")[0]] for copy in copies}
    assert of_one == {known[rows[0].split(",")[0]]}
    assert report.counts["match_pairs"] >= len(copies)
    others = {frozenset(one for one in group if not one.startswith("copy")) for group in groups(known)}
    assert others == before


def test_ids_that_come_twice_are_refused_row_by_row_and_the_others_are_kept(folder):
    report = run(written("records.csv", "record_id,name", [f"{n // 2},Anna Meier {n}" for n in range(40)]))
    assert len(report.rejected) == 20
    assert report.rejected[0].rule == "duplicate_id"
    assert report.counts["records"] == 20


def test_hundreds_of_columns_are_bounded(folder):
    made = random.Random(1)
    header = "record_id," + ",".join(f"c{number}" for number in range(500))
    rows = [f"{n}," + ",".join(str(made.randint(0, 40)) for _ in range(500)) for n in range(100)]
    report = run(written("records.csv", header, rows))
    assert len(yaml.safe_load(Path("model.yaml").read_text(encoding="utf-8"))["match"]["compare"]) <= 17
    assert len([note for note in report.notes if "other columns tell more" in note]) >= 480


def test_the_hub_refuses_rules_that_need_all_records_at_once(sqlite_hub, folder, persons):
    run(str(persons / "records.csv"))
    text = Path("model.yaml").read_text(encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"linkage: average.* needs all records at once"):
        rules.apply(sqlite_hub, text, file="model.yaml", author=Author("test", "2026-03-01T09:30:00Z"))


def test_a_cluster_that_swallows_much_of_the_file_is_said(folder):
    rows = [f"{number},Anna Meier,+49 30 1234567" for number in range(120)]
    rows += [f"{number},Person {number} Example{number},+49 40 {number}00000" for number in range(120, 200)]
    report = run(written("records.csv", "record_id,name,phone", rows))
    largest = max(map(len, groups(clusters())))
    assert any(f"holds {largest} of 200 records" in warning for warning in report.warnings)
