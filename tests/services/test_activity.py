"""Activity: every decision is told once, newest first, by who, what and when, and whether it still holds."""

import pytest

from mdm.errors import InvalidInput, NotFound
from mdm.log import Author, Key
from mdm.services.deciding import activity, decisions, overrides
from mdm.services.deciding.activity import Wanted
from mdm.services.hub import Hub
from mdm.services.rulebook import code_lists, rules
from mdm.store import activity as stored
from mdm.store.database import Transaction
from tests.services.two_people import ANNA, BERT, put

RULES = """
entity_type: shop
id_prefix: shp
attributes: {name: {kind: text}}
match: {block_on: [[name]], compare: [name]}
"""
MAPPED = "code_list: roles\nsource: psa\nmap: {Sr. Cons. II: senior_consultant}\n"
CARL = Author("user:carl", "2026-03-03T00:00:00.000000Z")


def decided(hub: Hub) -> list[str]:
    """Decide in every way, on three days; the IDs of two golden records."""
    one, other, third = (put(hub, *key, name=name) for *key, name in (
        ("crm", "1", "Alder"), ("erp", "2", "Birch"), ("psa", "3", "Cedar")))  # fmt: skip
    merged = decisions.merge(hub, [one, other], reason="one firm", author=ANNA)
    decisions.split(hub, one, [Key("erp", "customer", "2")], reason="two after all", author=BERT, supersede=True)
    crm, psa = Key("crm", "customer", "1"), Key("psa", "customer", "3")
    related = decisions.verdict(hub, crm, psa, "related", reason="one group", author=CARL)
    decisions.undo(hub, related.decision_id, reason="they left it", author=CARL)
    overrides.override(hub, overrides.Wanted(third, "email", ["a@cedar.example"]), reason="contract", author=CARL)
    first = rules.apply(hub, RULES, file="shop.yaml", author=CARL)
    rules.apply(hub, RULES.replace("kind: text", "kind: code"), file="shop.yaml", author=CARL)
    rules.apply(hub, RULES, file="shop.yaml", author=CARL, rolls_back=True)
    assert first.version == hub.entity_type("shop").version
    assert merged.golden_ids == [one]
    return [one, third]


def verbs(hub: Hub, **wanted: str) -> list[str]:
    return [one["verb"] for one in activity.page(hub, Wanted(**wanted))["items"]]


def test_every_decision_is_told_with_who_when_why_and_whether_it_holds(hub: Hub) -> None:
    one, third = decided(hub)
    items = activity.page(hub, Wanted(since="2026-03-01"))["items"]
    own = [item for item in items if item["actor"] in {"key:anna", "key:bert", "user:carl"}]
    assert [item["verb"] for item in own] == [
        "rollback", "rules", "rules", "override", "undo", "related", "split", "merge",
    ]  # fmt: skip
    back, _, _, override, undo, related, split, merge = own
    assert back["rolled_back"] != back["version"]
    assert (override["attribute"], override["value"], override["golden_ids"]) == ("email", ["a@cedar.example"], [third])
    assert undo["undoes"] == related["decision_id"]
    assert (related["in_force"], related["undone_by"], override["in_force"]) == (False, undo["decision_id"], True)
    assert merge["keys"] == ["crm:customer:1", "erp:customer:2"]
    assert (merge["actor"], merge["reason"], merge["records"], merge["in_force"]) == ("key:anna", "one firm", 2, False)
    assert one in split["golden_ids"]
    assert "decision_id" not in back


def test_they_are_found_by_person_verb_type_and_day_and_counted(hub: Hub) -> None:
    decided(hub)
    assert verbs(hub, actor="key:anna") == ["merge"]
    assert verbs(hub, verb="split") == ["split"]
    assert verbs(hub, verb="rollback", entity_type="shop") == ["rollback"]
    assert verbs(hub, actor="user:carl", since="2026-03-04") == []
    assert verbs(hub, since="2026-03-03", until="2026-03-03", entity_type="customer") == ["override", "undo", "related"]
    assert verbs(hub, entity_type="customer", until="2026-03-01", since="2026-03-01")[:2] == ["split", "merge"]
    counts = {one["actor"]: one for one in activity.counts(hub, Wanted(since="2026-03-01"))["items"]}
    assert (counts["user:carl"]["decisions"], counts["user:carl"]["taken_back"]) == (6, 1)
    assert counts["user:carl"]["kinds"] == {"override": 1, "rules": 3, "undo": 1, "verdict": 1}
    assert counts["key:anna"]["taken_back"] == 1
    for wrong in ({"verb": "guess"}, {"since": "soon"}):
        with pytest.raises(InvalidInput):
            verbs(hub, **wrong)
    with pytest.raises(NotFound):
        verbs(hub, entity_type="custmer")


def test_pages_give_each_once_and_rare_ones_are_looked_for_in_steps(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    decided(hub)
    whole = activity.page(hub, Wanted(), limit=1000)["items"]
    assert list(activity.export(hub, Wanted())) == whole
    seen, cursor = [], None
    while True:
        found = activity.page(hub, Wanted(), cursor=cursor, limit=3)
        seen += found["items"]
        if (cursor := found["next"]) is None:
            break
    assert seen == whole
    monkeypatch.setattr(activity, "EXPORT_PAGE", 4)
    monkeypatch.setattr(activity, "SCANNED", 4)
    assert [one["verb"] for one in activity.export(hub, Wanted(verb="merge"))] == ["merge"]


def test_decisions_are_found_by_their_index_and_the_log_is_not_read_through(sqlite_hub: Hub) -> None:
    with sqlite_hub.database.read() as reader:
        plan = _plan(reader)
    assert "ix_log_decided" in plan
    assert "SCAN log\n" not in plan


def _plan(reader: Transaction) -> str:
    conditions, values = stored._conditions(stored.Wanted())
    statement = f"SELECT position FROM log WHERE {' AND '.join(conditions)} ORDER BY position DESC LIMIT 9"  # noqa: S608
    return "\n".join(row[-1] for row in reader.rows(f"EXPLAIN QUERY PLAN {statement}", *values))


def test_a_mapping_of_codes_is_told_without_its_values(hub: Hub) -> None:
    code_lists.apply(hub, MAPPED, file="psa.yaml", author=CARL)
    [one] = activity.page(hub, Wanted(actor="user:carl"))["items"]
    assert (one["verb"], one["code_list"], one["source"], one["entity_type"]) == ("map", "roles", "psa", None)
    assert "Sr. Cons" not in str(one)
