"""Rules are trained from files alone: what was planted is found, and what cannot be learnt is said."""

import csv
import logging
import random
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from matching.evaluate import Figures, pairwise
from mdm.cli.app import app
from mdm.demo.firm import firm
from mdm.entity_types import parse
from mdm.errors import InvalidInput
from mdm.services.files import dedupe
from mdm.services.files import train as service
from mdm.services.files.train import Job, train
from mdm.services.files.train_report import Report
from tests.demo.plain import write_customers

RULES = """# How people are told apart.
entity_type: member
id_prefix: mem
attributes:
  # the number on the card
  card: {kind: identifier}
  town: {kind: category}
  code: {kind: code}
  note: {kind: code}
match:
  block_on: [[town]]
  compare:
  - card
  - {attribute: code, weight: 0.5}   # a guess
  - note
  prior: 0.3   # a guess too
  thresholds: {match: 0.99, review: 0.70}
survive: {default: longest}   # kept
"""
CARD_M, CODE_M, CODE_U = 0.9, 0.8, 0.1


def members(pairs: int = 400, *, same_card: float = CARD_M) -> list[dict[str, str]]:
    """Two records each of so many members, four records a town; codes agree as planted, notes hardly occur."""
    draw = random.Random(4)
    rows = []
    for number in range(pairs):
        card, code = f"AB {700_000 + number * 37}", draw.randrange(10)
        for copy in (0, 1):
            lost = copy and draw.random() >= same_card
            mistaken = copy and draw.random() >= CODE_M
            rows.append(
                {
                    "id": f"{number}-{copy}",
                    "town": f"Town {number // 2}",
                    "card": f"XY {900_000 + number * 41}" if lost else card,
                    "code": str((code + 1) % 10 if mistaken else code),
                    "note": "seen" if number < 3 else "",
                }
            )
    return rows


def save(rows: list[dict[str, str]], file: str = "members.csv") -> None:
    with Path(file).open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    save(members())
    return tmp_path


def trained(rules: str = RULES, *files: str) -> Report:
    return train(Job(files or ("members.csv",), "trained.yaml", rules=(rules, "rules.yaml")))


def level(report: Report, attribute: str, name: str) -> tuple[float, float]:
    [one] = [one for one in report.attributes if one.attribute == attribute]
    [found] = [found for found in one.levels if found.level == name]
    return found.m.after, found.u.after


def rules_only() -> list[str]:
    lines = Path("trained.yaml").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("# mdm rules train: 800 rows")]


@pytest.mark.verify
def test_planted_shares_are_found_without_labels(folder: Path) -> None:
    report = trained()
    assert report.counts["candidate_pairs"] == 1_200
    assert report.counts["likely_matches"] == pytest.approx(400, rel=0.05)
    assert level(report, "card", "same")[0] == pytest.approx(CARD_M, abs=0.04)
    assert level(report, "code", "same")[0] == pytest.approx(CODE_M, abs=0.04)
    assert level(report, "code", "same")[1] == pytest.approx(CODE_U, abs=0.07)
    assert report.prior.after == pytest.approx(1 / 3, abs=0.02)


def test_the_trained_rules_are_the_given_ones_with_other_figures_and_a_head_that_says_whence(folder: Path) -> None:
    report = trained()
    text = Path("trained.yaml").read_text(encoding="utf-8")
    digest = sha256(Path("members.csv").read_bytes()).hexdigest()
    head = [line.removeprefix("# mdm rules train: ") for line in text.splitlines() if line.startswith("# mdm rules")]
    assert head[0] == f"800 rows of members.csv (SHA-256 {digest})"
    assert head[1].startswith("1,200 of 1,200 candidate pairs, about ")
    assert head[2] == "known beforehand: nothing"
    assert head[3].startswith("clusters settled after ")
    assert head[4:] == report.notes
    assert "a guess" not in text
    for kept in ("# How people are told apart.", "  # the number on the card", "survive: {default: longest}   # kept"):
        assert kept in text.splitlines()
    before, after = parse(RULES, file="before"), parse(text, file="after")
    assert after.model_copy(update={"match": before.match}) == before
    assert after.match.prior == report.prior.after
    assert len(after.match.strangers) == report.fit["strangers"] == 1  # two attributes tell no groups apart
    assert (after.match.linkage, after.match.thresholds) == (before.match.linkage, before.match.thresholds)
    [code] = [one for one in after.match.compare if not isinstance(one, str) and one.attribute == "code"]
    assert code.weight == 0.5
    assert {one.level: (one.m, one.u) for one in code.levels or ()}["same"] == level(report, "code", "same")


def test_frequencies_stay_and_their_steps_are_learnt(folder: Path) -> None:
    counted = "{records: 800, common: [{'1': 400, \"2\": 90}], steps: [{m: 0.4, u: 0.1}, {one_in: 4, m: 0.6, u: 0.9}]}"
    report = trained(RULES.replace("weight: 0.5}", f"weight: 0.5, frequencies: {counted}}}"))
    after = parse(Path("trained.yaml").read_text(encoding="utf-8"), file="after")
    [code] = [one for one in after.match.compare if not isinstance(one, str) and one.attribute == "code"]
    assert code.frequencies is not None
    assert code.frequencies.common == [{"1": 400, "2": 90}]
    rare, common = (level(report, "code", name) for name in ("same", "same_1_in_4"))
    assert {(one.m, one.u) for one in code.levels or ()} >= {rare, common}
    assert rare[0] / rare[1] >= common[0] / common[1] * (1 - 1e-5)  # figures are written with six digits


@pytest.mark.verify
@pytest.mark.parametrize(
    "rules",
    [
        RULES.replace("  prior: 0.3   # a guess too\n", ""),
        RULES[: RULES.index("match:")]
        + "match: {block_on: [[town]], compare: [card, code, note]}\nsurvive: {default: longest}\n",
        RULES.replace("\n", "\r\n"),
    ],
    ids=["no prior", "in brackets", "lines of Windows"],
)
def test_rules_in_any_style_of_yaml_are_trained(folder: Path, rules: str) -> None:
    report = trained(rules)
    assert parse(Path("trained.yaml").read_text(encoding="utf-8"), file="x").match.prior == report.prior.after


@pytest.mark.verify
def test_the_same_files_give_the_same_bytes_and_training_again_replaces_the_head(folder: Path) -> None:
    trained()
    first = Path("trained.yaml").read_bytes()
    trained()
    assert Path("trained.yaml").read_bytes() == first
    trained(first.decode())
    again = Path("trained.yaml").read_text(encoding="utf-8")
    assert again.count("rows of members.csv") == 1
    assert parse(again, file="again").entity_type == "member"


@pytest.mark.verify
def test_of_many_pairs_those_of_evenly_chosen_records_are_taken_in_whatever_order_they_come(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mdm.services.files.learning.PAIRS", 900)
    report = trained()
    first = rules_only()
    assert report.counts["candidate_pairs"] == 1_200
    assert 600 < report.counts["pairs"] < 1_100
    assert level(report, "card", "same")[0] == pytest.approx(CARD_M, abs=0.06)
    save(list(reversed(members())))
    trained()
    assert rules_only() == first


@pytest.mark.verify
def test_a_level_that_no_pair_has_and_an_attribute_that_hardly_occurs_keep_their_figures(folder: Path) -> None:
    report = trained()
    [note] = [one for one in report.attributes if one.attribute == "note"]
    assert [one.m.before for one in note.levels] == [one.m.after for one in note.levels]
    assert any(
        line.startswith("note keeps its figures: too few pairs have values on both sides (7)") for line in report.notes
    )
    assert "note" in parse(Path("trained.yaml").read_text(encoding="utf-8"), file="x").match.compare
    [card] = [one for one in report.attributes if one.attribute == "card"]
    unseen = [one for one in card.levels if not one.pairs]
    assert all((one.m.before, one.u.before) == (one.m.after, one.u.after) for one in unseen)
    assert [one.level for one in unseen] == ["same_number", "one_keystroke"]
    assert "card keeps the figures of levels same_number, one_keystroke, which no pair has" in report.notes


def test_an_attribute_on_which_strangers_agree_more_often_than_copies_is_named(folder: Path) -> None:
    rows, draw = members(), random.Random(5)
    for one, other in zip(rows[::2], rows[1::2], strict=True):
        one["note"] = other["note"] = one["card"]
        one["code"] = draw.choice("AB")
        other["code"] = one["code"] if draw.random() < 0.2 else "AB".replace(one["code"], "")
    save(rows)
    report = trained()
    assert any(line.startswith("code tells little with these keys: its best level") for line in report.notes)


def test_a_class_that_swallows_every_pair_is_refused_and_nothing_is_written(folder: Path) -> None:
    save(members(same_card=0.0))
    rules = RULES.replace("  - {attribute: code, weight: 0.5}   # a guess\n", "")
    with pytest.raises(
        InvalidInput, match=r"too few pairs that look like a match to learn from \(\d+\).*the rules are kept"
    ):
        trained(rules)
    assert not Path("trained.yaml").exists()


def test_too_few_pairs_are_refused(folder: Path) -> None:
    save(members()[:40])
    with pytest.raises(InvalidInput, match=r"60 candidate pairs are too few to learn from; \d+ are needed"):
        trained()


def test_learning_that_does_not_settle_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matching.learn.ROUNDS", 1)
    monkeypatch.setattr("matching.learn._RARER", ())
    report = trained()
    assert (report.fit["settled"], report.fit["rounds"]) == (False, 1)
    text = Path("trained.yaml").read_text(encoding="utf-8")
    assert "# mdm rules train: clusters had not settled after 1 rounds of learning" in text


def figures(files: list[str], truth: dict[str, str], rules: str | None) -> Figures:
    entity_type = None if rules else "customer"
    dedupe.dedupe(dedupe.Job(tuple(files), entity_type, rules, outputs=dedupe.Outputs("clusters.csv")))
    with Path("clusters.csv").open(encoding="utf-8", newline="") as opened:
        found = {row["record_id"]: row["cluster_id"] for row in csv.DictReader(opened)}
    return pairwise(found, truth)


@pytest.mark.verify
def test_what_a_fit_logs_of_a_start_that_comes_to_nothing_is_for_nobody(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fit = service.estimate

    def telling(*given: Any, **more: Any) -> Any:
        logging.warning("ECM algorithm might not converged correctly")  # noqa: LOG015  as recordlinkage does
        return fit(*given, **more)

    monkeypatch.setattr(service, "estimate", telling)
    trained()
    assert caplog.records == []
    logging.warning("from elsewhere")  # noqa: LOG015
    assert [one.message for one in caplog.records] == ["from elsewhere"]


def test_the_demo_firm_loses_no_precision_and_no_recall_by_training(folder: Path) -> None:
    made = firm()
    files = write_customers(made, folder)
    truth = {key.split(":", 2)[2]: entity for key, entity in made.truth["customer"].items()}
    train(Job(tuple(files), "trained.yaml", entity_type="customer"))
    before, after = figures(files, truth, None), figures(files, truth, "trained.yaml")
    assert after.precision >= 0.99
    assert after.f1 >= before.f1 - 0.005


@pytest.mark.verify
def test_the_command_prints_what_changed_and_its_file_is_accepted(folder: Path) -> None:
    Path("rules.yaml").write_text(RULES, encoding="utf-8")
    run = CliRunner().invoke
    shown = run(app, ["rules", "train", "members.csv", "--rules", "rules.yaml", "--id", "id", "--out", "t.yaml"])
    assert shown.exit_code == 0, shown.output
    assert "note keeps its figures" in shown.stdout
    assert "1,200 of 1,200 candidate pairs of 800 records" in shown.stdout
    piped = run(app, ["rules", "train", "members.csv", "--rules", "rules.yaml", "--id", "id", "--out", "-"])
    assert (piped.stdout, "Trained" in piped.stderr) == (Path("t.yaml").read_text(encoding="utf-8"), True)
    as_json = run(app, ["rules", "train", "members.csv", "--rules", "rules.yaml", "--out", "t.yaml", "--json"])
    document = orjson.loads(as_json.stdout)
    assert document["prior"]["before"] == 0.3
    assert document["attributes"][0]["levels"][0]["level"] == "same"
    assert set(document["attributes"][0]["levels"][0]["m"]) == {"before", "after"}
    assert run(app, ["rules", "check", "t.yaml"]).exit_code == 0
    assert run(app, ["dedupe", "members.csv", "--rules", "t.yaml", "--out", "c.csv"]).exit_code == 0
    assert run(app, ["rules", "train", "members.csv", "--out", "t.yaml"]).exit_code == 1
