"""Rules are also trained with what people said: labelled pairs, and the verdicts of a hub's stewards."""

import csv
from pathlib import Path

import pytest

from matching.document import MatchRules
from mdm.entity_types import parse
from mdm.errors import InvalidInput, UnreadableFile
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import resolving
from mdm.services.deciding import decisions
from mdm.services.deciding.planning import Verdict
from mdm.services.files.labels import labels_in
from mdm.services.files.train import Job, train
from mdm.services.files.train_report import Report
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.rulebook import rules
from tests.conftest import AUTHOR
from tests.services.test_train_rules import RULES, members, save

PAIRS = 200


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Members of whose copies a part has another card, so that only people know them."""
    monkeypatch.chdir(tmp_path)
    save(members(PAIRS))
    return tmp_path


def label(*rows: tuple[str, ...], columns: str = "record_id_1,record_id_2,label") -> str:
    with Path("labels.csv").open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(columns.split(","))
        writer.writerows(rows)
    return "labels.csv"


def trained(labels: str | None = None, *, split: str | None = None, hub: Hub | None = None) -> Report:
    return train(
        Job(("members.csv",), "trained.yaml", rules=(RULES, "rules.yaml"), labels=labels, split=split), hub=hub
    )


def written() -> MatchRules:
    return parse(Path("trained.yaml").read_text(encoding="utf-8"), file="trained.yaml").match


def share(report: Report, attribute: str, name: str) -> float:
    [one] = [one for one in report.attributes if one.attribute == attribute]
    return next(level.m.after for level in one.levels if level.level == name)


def changed_cards() -> list[str]:
    """The members whose copies have different cards and codes: by themselves they look like strangers."""
    rows = members(PAIRS)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return [one["id"].partition("-")[0] for one, other in pairs if one["card"] != other["card"]]


@pytest.mark.verify
def test_labelled_matches_count_as_matches_whatever_they_weigh() -> None:
    without = trained()
    found = trained(label(*((f"{number}-0", f"{number}-1", "1") for number in changed_cards())))
    assert found.counts["labelled_pairs"] == len(changed_cards())
    assert found.counts["likely_matches"] > without.counts["likely_matches"]
    assert share(found, "card", "different") > share(without, "card", "different") + 0.02
    assert f"known beforehand: {len(changed_cards())} labelled pairs" in Path("trained.yaml").read_text()


@pytest.mark.verify
def test_labelled_strangers_count_as_strangers_whatever_they_weigh() -> None:
    without = trained()
    strangers = [(f"{number}-1", f"{number}-0", "0") for number in range(60)]
    found = trained(label(*strangers))
    assert without.counts["likely_matches"] - found.counts["likely_matches"] > 40
    assert found.prior.after < without.prior.after


@pytest.mark.verify
def test_only_the_pairs_of_a_split_are_taken() -> None:
    columns = "record_id_1,record_id_2,label,split"
    file = label(("0-0", "0-1", "yes", "train"), ("1-0", "1-1", "no", "test"), columns=columns)
    assert trained(file, split="train").counts["labelled_pairs"] == 1
    assert trained(file).counts["labelled_pairs"] == 2
    with pytest.raises(InvalidInput, match="no labelled pair of split 'valid'"):
        trained(file, split="valid")


@pytest.mark.verify
def test_labels_that_cannot_count_are_said() -> None:
    report = trained(label(("0-0", "nobody", "1"), ("0-0", "150-1", "0"), ("2-0", "2-1", "1")))
    assert report.counts["labelled_pairs"] == 2
    assert "1 labelled pairs name a record that is not there, and do not count" in report.notes
    assert any(note.startswith("1 pairs known beforehand share no blocking key") for note in report.notes)


def test_a_part_of_no_labels_is_refused() -> None:
    with pytest.raises(InvalidInput, match="--split test chooses among labelled pairs: name their file with --labels"):
        trained(split="test")


def test_a_source_that_is_the_number_nought_is_a_source() -> None:
    row = {"record_id_1": "a", "record_id_2": "b", "label": 1, "source_1": 0, "source_2": None}
    assert labels_in([(2, row)], "labels.jsonl")[0].sources == ("0", None)


@pytest.mark.verify
def test_contradicting_and_unreadable_labels_are_refused_with_their_place() -> None:
    with pytest.raises(InvalidInput, match=r"labels\.csv: line 3: 0-1 and 0-0 are labelled the other way before"):
        trained(label(("0-0", "0-1", "1"), ("0-1", "0-0", "0")))
    with pytest.raises(InvalidInput, match="line 2: the label is neither 1 nor 0: 'perhaps'"):
        trained(label(("0-0", "0-1", "perhaps")))
    with pytest.raises(UnreadableFile, match="no column 'label'"):
        trained(label(("0-0", "0-1", "1"), columns="record_id_1,record_id_2,lable"))
    trained()
    assert written().prior > 0


@pytest.mark.verify
def test_an_id_of_several_sources_needs_its_source() -> None:
    rows = [{**row, "source": "crm" if row["id"] != "0-1" else "erp"} for row in members(PAIRS)]
    save([{**row, "id": "0-0" if row["id"] == "0-1" else row["id"]} for row in rows])
    with pytest.raises(InvalidInput, match=r"'0-0' is a record of several sources \(crm, erp\); say which in columns"):
        trained(label(("0-0", "1-0", "0")))
    columns = "record_id_1,record_id_2,label,source_1,source_2"
    assert trained(label(("0-0", "0-0", "1", "crm", "erp"), columns=columns)).counts["labelled_pairs"] == 1


def fill(hub: Hub) -> None:
    """Put the members into a hub, each under the source that their file is called by."""
    rules.apply(hub, RULES, file="rules.yaml", author=AUTHOR)
    for row in members(PAIRS):
        attributes = {name: value for name, value in row.items() if name != "id" and value}
        records.put(
            hub, Incoming("members", "member", row["id"], attributes, None, None, "put"), author=AUTHOR, wait=False
        )
    resolving.resolve_all(hub, author=AUTHOR)


def judge(hub: Hub, number: str, verdict: Verdict) -> str:
    keys = [Key("members", "member", f"{number}-{copy}") for copy in (0, 1)]
    return decisions.verdict(hub, *keys, verdict, reason="seen", author=AUTHOR, supersede=True).decision_id


@pytest.mark.verify
def test_verdicts_count_on_files_and_on_the_records_of_the_hub(hub: Hub) -> None:
    fill(hub)
    changed = changed_cards()
    for number in changed:
        judge(hub, number, "same")
    judge(hub, "0", "related")
    decisions.undo(hub, judge(hub, "1", "distinct"), reason="mistaken", author=AUTHOR)
    without, on_files = trained(), trained(hub=hub)
    file_rules = written()
    assert on_files.counts["verdicts"] == len(changed) + 1
    assert share(on_files, "card", "different") > share(without, "card", "different") + 0.02
    on_hub = train(Job((), "hub.yaml", entity_type="member"), hub=hub)
    text = Path("hub.yaml").read_text(encoding="utf-8")
    assert on_hub.counts == on_files.counts
    assert parse(text, file="hub.yaml").match == file_rules
    assert "400 rows of the hub at position" in text
    rules.apply(hub, text, file="hub.yaml", author=AUTHOR)


@pytest.mark.verify
def test_of_a_label_and_a_verdict_on_one_pair_the_verdict_counts(hub: Hub) -> None:
    fill(hub)
    judge(hub, "3", "distinct")
    file = label(("3-0", "3-1", "1"))
    report = trained(file, hub=hub)
    assert "1 pairs are labelled against the verdict of a steward, which counts" in report.notes


def test_without_files_and_without_a_hub_there_is_nothing_to_learn_from() -> None:
    with pytest.raises(InvalidInput, match="give files to learn from, or --verdicts and --type"):
        train(Job((), "trained.yaml", entity_type="customer"))
