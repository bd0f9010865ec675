"""Rules releases: what simulate tells, what apply does, what a rollback restores, and old versions as they were."""

from typing import Any

import pytest

from golden_records.identity import golden_id
from mdm import entity_types
from mdm.auth import Principal, Role
from mdm.errors import Conflict, InvalidInput, InvalidRules, NotFound
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.resolution import golden as deciding_values
from mdm.resolution.golden import GoldenChanges
from mdm.resolution.work import Work
from mdm.services import rebuild
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.deciding import decisions, overrides
from mdm.services.deciding.overrides import Wanted
from mdm.services.feed import changes
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import golden
from mdm.services.rulebook import rules, rules_release
from mdm.services.rulebook.rules_release import Release, going_back
from mdm.store import digests, log
from tests.conftest import AUTHOR

SHOP = """
entity_type: shop
id_prefix: shp
attributes:
  name:  {kind: text, privacy: public}
  tax:   {kind: identifier}
  tel:   {kind: phone, many: true, privacy: contact}
  notes: {kind: text, privacy: personal}
  chain: {kind: text, privacy: public}
match:
  block_on: [[tax], [name]]
  compare: [name, tax]
  always: [{same: tax}]
  thresholds: {match: 0.99, review: 0.3}
survive:
  default: most_frequent
"""
BY_NAME = SHOP.replace("always: [{same: tax}]", "always: [{same: name}]").replace("[name, tax]", "[name]")
RENAMED = SHOP.replace("  tel:   {kind: phone", "  phone: {renamed_from: tel, kind: phone")
WITHOUT_NOTES = SHOP.replace("  notes: {kind: text, privacy: personal}\n", "")


def put(hub: Hub, key: str, of: str = "shop", **attributes: object) -> str:
    source, source_id = key.split(":")
    incoming = Incoming(source, of, source_id, attributes, None, None, "put")
    found = records.put(hub, incoming, author=AUTHOR, wait=True).golden_id
    assert found is not None
    return found


@pytest.fixture
def shops(hub: Hub) -> Hub:
    """One shop that two systems know by its tax ID, and two that share a name."""
    rules.apply(hub, SHOP, file="shop.yaml", author=AUTHOR)
    put(hub, "crm:1", name="Alder", tax="ID4711", tel=["+49 89 1234567"], notes="rings at night", chain="Big")
    put(hub, "erp:1", name="Zeppelin Bakery", tax="ID4711")
    put(hub, "crm:2", name="Birch", tax="ID4712")
    put(hub, "erp:2", name="Birch", tax="ID4713")
    return hub


def release(hub: Hub, text: str, **options: Any) -> dict[str, Any]:
    """Simulate and then apply, and make sure that one told what the other did."""
    before = everything(hub)
    told = rules_release.simulate(hub, Release(text, "shop.yaml"), author=AUTHOR, **options)
    assert everything(hub) == before
    done = rules_release.apply(hub, Release(text, "shop.yaml"), author=AUTHOR, **options)
    assert told == {**done, "dry_run": True, "seq": None}
    return done


def everything(hub: Hub) -> tuple[str, str, int]:
    with hub.database.read() as reader:
        return digests.state(reader), digests.history(reader), log.head(reader)


def state(hub: Hub) -> str:
    return everything(hub)[0]


def ids(hub: Hub) -> dict[str, str]:
    return {
        f"{one['source']}:{one['source_id']}": shop["golden_id"]
        for shop in golden.page(hub, entity_type="shop")["items"]
        for one in shop["crosswalk"]
    }


def shown(hub: Hub, role: Role, document: dict[str, Any]) -> dict[str, Any]:
    return masking.golden(Principal("key", role), Shown(hub), document)


def test_it_tells_which_clusters_merge_and_split_and_where_ids_lead(shops: Hub) -> None:
    of = ids(shops)
    done = release(shops, BY_NAME)
    assert [(one["golden_id"], one["from"]) for one in done["merges"]["items"]] == [
        (of["crm:2"], [of["crm:2"], of["erp:2"]])
    ]
    assert [one["golden_id"] for one in done["splits"]["items"]] == [of["crm:1"]]
    assert done["ids"]["redirected"]["items"] == [{"golden_id": of["erp:2"], "current_id": of["crm:2"]}]
    assert [one["golden_id"] for one in done["ids"]["activated"]["items"]] == [ids(shops)["erp:1"]]
    assert done["golden_records"] == {"before": 3, "after": 3}
    assert golden.get(shops, of["erp:2"])["current_id"] == of["crm:2"]
    assert ids(shops)["crm:1"] == of["crm:1"]


def test_it_counts_the_values_that_come_go_and_change(shops: Hub) -> None:
    done = release(shops, WITHOUT_NOTES)
    assert done["values"]["attributes"] == {"notes": {"gained": 0, "lost": 1, "changed": 0}}
    [one] = done["values"]["items"]
    assert one["changes"] == {"notes": {"before": "rings at night", "after": None}}
    assert [(one["change"], one["name"]) for one in done["differences"]] == [("removed", "notes")]


def test_it_tells_how_the_queue_grows_and_shrinks(shops: Hub) -> None:
    unsure = SHOP.replace("always: [{same: tax}]", "always: []").replace("review: 0.3", "review: 0.000001")
    done = release(shops, unsure)
    assert done["tasks"]["opened"] == done["tasks"]["kinds"]["review"]["opened"] > 0
    assert done["tasks"]["after"] == done["tasks"]["before"] + done["tasks"]["opened"]
    back = rules_release.apply(shops, going_back(shops, "shop"), author=AUTHOR)
    assert back["tasks"]["closed"] == done["tasks"]["opened"]


def test_verdicts_are_a_regression_set_and_hold_whatever_the_rules_say(shops: Hub) -> None:
    one, other = Key("crm", "shop", "2"), Key("erp", "shop", "2")
    decisions.verdict(shops, one, other, "distinct", reason="two towns", author=AUTHOR)
    found = rules_release.check(shops, BY_NAME, file="shop.yaml")["verdicts"]
    assert (found["pairs"], found["contradicted"], found["contradicted_before"]) == (1, 1, 0)
    done = release(shops, BY_NAME)
    assert done["verdicts"] == found
    [pair] = found["items"]
    assert (pair["left"], pair["verdict"], pair["newly"]) == ("crm:shop:2", "distinct", True)
    assert pair["after"] == {"outcome": "match", "match_probability": 1.0, "candidate": True}
    assert done["merges"]["count"] == 0
    again = rules_release.check(shops, BY_NAME, file="shop.yaml")["verdicts"]
    assert (again["contradicted"], again["newly_contradicted"], again["contradicted_before"]) == (1, 0, 1)


def test_a_pair_that_no_blocking_rule_brings_together_is_nothing_to_the_rules(shops: Hub) -> None:
    one, other = Key("crm", "shop", "1"), Key("erp", "shop", "2")
    decisions.verdict(shops, one, other, "same", reason="the same owner", author=AUTHOR)
    [pair] = rules_release.check(shops, SHOP, file="shop.yaml")["verdicts"]["items"]
    assert (pair["after"]["outcome"], pair["after"]["candidate"]) == ("distinct", False)


def test_a_rollback_restores_the_digest_and_the_ids(shops: Hub) -> None:
    digest, of = state(shops), ids(shops)
    first = release(shops, BY_NAME)
    assert state(shops) != digest
    back = rules_release.apply(shops, going_back(shops, "shop"), author=AUTHOR)
    assert (back["version"], back["version_before"]) == (first["version_before"], first["version"])
    assert (state(shops), ids(shops)) == (digest, of)
    assert rebuild.verify(shops).match


def test_each_rollback_goes_further_back_and_history_says_who_and_when(shops: Hub) -> None:
    versions = [rules.check(text, file="shop.yaml").version for text in (SHOP, BY_NAME, WITHOUT_NOTES)]
    for text in (BY_NAME, WITHOUT_NOTES):
        rules_release.apply(shops, Release(text, "shop.yaml"), author=AUTHOR)
    for expected in (versions[1], versions[0]):
        assert rules_release.apply(shops, going_back(shops, "shop"), author=AUTHOR)["version"] == expected
    with pytest.raises(Conflict, match="no version of its rules before"):
        going_back(shops, "shop")
    with pytest.raises(Conflict, match="is in force"):
        going_back(shops, "shop", versions[0])
    with pytest.raises(NotFound, match=versions[2]):
        going_back(shops, "shop", "0123456789abcdef")
    told = rules.history(shops, "shop")
    assert [(one["version"], one["action"], one["in_force"]) for one in told] == [
        (versions[0], "apply", False), (versions[1], "apply", False), (versions[2], "apply", False),
        (versions[1], "rollback", False), (versions[0], "rollback", True),
    ]  # fmt: skip
    assert told[3]["rolled_back"] == versions[2]
    assert {(one["actor"], one["recorded_at"]) for one in told} == {("test", AUTHOR.recorded_at)}


@pytest.mark.parametrize(
    ("text", "anew"),
    [(SHOP.replace("review: 0.3", "review: 0.2"), set()),
     (SHOP.replace("always: [{same: tax}]", "always: [{same: name}]"), {"crm:1", "erp:1", "crm:2"}),
     (SHOP.replace("most_frequent", "longest"), {"crm:1", "crm:2", "erp:2"})],
    ids=["nobody parts or meets", "some part and some meet", "other values survive"],
)  # fmt: skip
def test_rules_that_say_only_otherwise_who_is_the_same_decide_values_of_nothing_else(
    shops: Hub, text: str, anew: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    decided, decide = set[int](), deciding_values._decide

    def noted(work: Work, changes: GoldenChanges, number: int, *more: Any) -> None:
        decided.add(number)
        decide(work, changes, number, *more)

    monkeypatch.setattr(deciding_values, "_decide", noted)
    rules.apply(shops, text, file="shop.yaml", author=AUTHOR)
    bear = ids(shops)
    assert {golden_id("shp", number) for number in decided} == {bear[key] for key in anew}
    assert rebuild.verify(shops).match


def test_the_same_rules_again_change_nothing(shops: Hub) -> None:
    before = everything(shops)
    done = rules_release.apply(shops, Release(SHOP, "shop.yaml"), author=AUTHOR)
    assert done["differences"] == []
    assert done["values"]["golden_records"] == 0
    assert everything(shops) == before


def test_a_version_that_comes_back_in_another_layout_is_what_it_was(shops: Hub) -> None:
    lines = SHOP.splitlines(keepends=True)
    tax, tel = (next(line for line in lines if f"  {name}:" in line) for name in ("tax", "tel"))
    turned = SHOP.replace(tax + tel, tel + tax)
    before = rules.show(shops, "shop")
    for text in (RENAMED, turned):
        rules_release.apply(shops, Release(text, "shop.yaml"), author=AUTHOR)
    assert rules.show(shops, "shop") == before
    assert rebuild.verify(shops).match


def test_what_cannot_be_applied_cannot_be_simulated(shops: Hub) -> None:
    taken = SHOP.replace("entity_type: shop", "entity_type: store")
    for text, refusal in ((taken, Conflict), (SHOP.replace("kind: text", "kind: txt"), InvalidRules)):
        with pytest.raises(refusal):
            rules_release.simulate(shops, Release(text, "shop.yaml"), author=AUTHOR)
    with pytest.raises(InvalidInput, match="all records at once"):
        rules_release.simulate(
            shops, Release(SHOP.replace("\nmatch:", "\nmatch:\n  one_per_source: true"), "s"), author=AUTHOR
        )


def test_records_sent_under_the_old_name_feed_a_renamed_attribute(shops: Hub) -> None:
    digest, of = state(shops), ids(shops)["crm:1"]
    done = release(shops, RENAMED)
    assert done["values"]["attributes"] == {
        "phone": {"gained": 1, "lost": 0, "changed": 0}, "tel": {"gained": 0, "lost": 1, "changed": 0},
    }  # fmt: skip
    assert [(one["change"], one["before"], one["after"]) for one in done["differences"]] == [
        ("renamed", "tel", "phone")
    ]
    now = golden.get(shops, of, include=("lineage",))
    assert now["attributes"]["phone"] == ["+49 89 1234567"]
    assert now["lineage"]["phone"]["winners"][0]["value"] == ["+49 89 1234567"]
    _, [fault] = entity_types.check(shops.entity_type("shop"), {"name": "Zeppelin Bakery", "tel": ["+43 316 123456"]})
    assert fault.detail == "shop has no attribute 'tel'; it is called 'phone' now"
    put(shops, "erp:1", name="Zeppelin Bakery", tax="ID4711", phone=["+43 316 123456"])
    assert len(golden.get(shops, of)["attributes"]["phone"]) == 2
    assert rebuild.verify(shops).match
    put(shops, "erp:1", name="Zeppelin Bakery", tax="ID4711")
    rules_release.apply(shops, going_back(shops, "shop"), author=AUTHOR)
    assert state(shops) == digest
    assert rebuild.verify(shops).match


def test_a_second_new_name_keeps_what_was_sent_under_the_first(shops: Hub) -> None:
    release(shops, RENAMED)
    twice = SHOP.replace("  tel:   {kind: phone", "  mobile: {renamed_from: [phone, tel], kind: phone")
    put(shops, "crm:3", name="Cedar", tax="ID4719", phone=["+43 316 123456"])
    done = release(shops, twice)
    assert done["values"]["attributes"]["mobile"]["gained"] == 2


def test_an_override_follows_the_new_name(shops: Hub) -> None:
    of = ids(shops)["crm:1"]
    overrides.override(shops, Wanted(of, "chain", "Bigger"), reason="their letter", author=AUTHOR)
    release(shops, SHOP.replace("  chain: {kind", "  group: {renamed_from: chain, kind"))
    assert golden.get(shops, of)["attributes"]["group"] == "Bigger"
    overrides.override(shops, Wanted(of, "group", "Biggest"), reason="their site", author=AUTHOR, supersede=True)
    assert golden.get(shops, of)["attributes"]["group"] == "Biggest"
    assert rebuild.verify(shops).match


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ("  phone: {kind: phone, renamed_from: name}\n", "'name' is an attribute still"),
        (
            "  a: {kind: text, renamed_from: b}\n  c: {kind: text, renamed_from: b}\n",
            "where a was renamed from already",
        ),
    ],
)
def test_a_former_name_leads_to_one_attribute_only(line: str, detail: str) -> None:
    with pytest.raises(InvalidRules, match=detail):
        rules.check(SHOP.replace("  chain:", f"{line}  chain:"), file="shop.yaml")


def test_old_versions_read_as_they_were_and_removed_attributes_are_still_masked(shops: Hub) -> None:
    of = ids(shops)["crm:1"]
    before = golden.get(shops, of, include=("lineage",))
    gone = WITHOUT_NOTES.replace("  chain: {kind: text, privacy: public}\n", "")
    position = release(shops, gone)["seq"] - 1
    then = golden.get(shops, of, as_of=position, include=("lineage",))
    assert (then["attributes"], then["lineage"]) == (before["attributes"], before["lineage"])
    reader, steward = (shown(shops, role, then) for role in ("reader", "steward"))
    assert "notes" not in reader["attributes"]
    assert "value" not in reader["lineage"]["notes"]["winner"]
    assert reader["attributes"]["chain"] == "Big"
    assert steward["attributes"]["notes"] == "rings at night"
    told = golden.history(shops, of)
    assert told["versions"][-2]["attributes"]["notes"] == "rings at night"
    masked = masking.history(Principal("key", "reader"), Shown(shops), told)
    assert [set(one["attributes"]) for one in masked["versions"]] == [
        {"name", "tax", "chain"}, {"name", "tax", "chain"}, {"name", "tax"},
    ]  # fmt: skip
    events = changes.page(shops, after=0, limit=1000)["items"]
    updated = [one for one in events if one["subject"] == of and one["type"] == "mdm.golden.updated"][-1]
    seen = masking.event(Principal("key", "reader"), Shown(shops), updated)["data"]
    assert (set(seen["before"]["attributes"]), set(seen["after"]["attributes"])) == (
        {"name", "tax", "chain"}, {"name", "tax"},
    )  # fmt: skip


def test_a_value_that_people_set_on_a_removed_attribute_is_masked_by_the_class_it_had(shops: Hub) -> None:
    of = ids(shops)["crm:1"]
    for attribute in ("notes", "chain"):
        overrides.override(shops, Wanted(of, attribute, "secret"), reason="told so", author=AUTHOR)
    release(shops, WITHOUT_NOTES.replace("  chain: {kind: text, privacy: public}\n", ""))
    told = masking.history(Principal("key", "reader"), Shown(shops), golden.history(shops, of))
    assert [one.get("value") for one in told["decisions"] if "attribute" in one] == [None, "secret"]


def test_a_class_that_is_tightened_or_loosened_holds_for_old_versions_too(shops: Hub) -> None:
    of = ids(shops)["crm:1"]
    then = golden.get(shops, of)
    tightened = SHOP.replace(
        "chain: {kind: text, privacy: public}", "group: {kind: text, renamed_from: chain, privacy: personal}"
    )
    release(shops, tightened.replace("notes: {kind: text, privacy: personal}", "notes: {kind: text, privacy: public}"))
    seen = shown(shops, "reader", then)["attributes"]
    assert ("chain" in seen, "notes" in seen) == (False, True)


def test_an_attribute_that_holds_something_else_now_has_the_stricter_class(shops: Hub) -> None:
    of = ids(shops)["crm:1"]
    then = golden.get(shops, of)
    release(shops, SHOP.replace("notes: {kind: text, privacy: personal}", "notes: {kind: category, privacy: public}"))
    assert "notes" not in shown(shops, "reader", then)["attributes"]


def test_lines_that_became_plain_are_masked_field_by_field_in_old_versions(hub: Hub) -> None:
    lines = SHOP.replace(
        "  chain: {kind: text, privacy: public}",
        "  chain: {kind: lines, privacy: public, of: {role: {kind: text}, rate: {kind: number, privacy: financial}}}",
    )
    rules.apply(hub, lines, file="shop.yaml", author=AUTHOR)
    of = put(hub, "crm:1", name="Alder", chain=[{"role": "cook", "rate": 12, "valid_from": "2026-01-01"}])
    then = golden.get(hub, of)
    release(hub, SHOP)
    [line] = shown(hub, "reader", then)["attributes"]["chain"]
    assert line["role"] == "cook"
    assert "rate" not in line


def test_dated_lines_of_a_removed_attribute_are_still_asked_by_day(hub: Hub) -> None:
    lines = SHOP.replace("  chain: {kind: text, privacy: public}", "  chain: {kind: lines, of: {rate: {kind: number}}}")
    rules.apply(hub, lines, file="shop.yaml", author=AUTHOR)
    rates = [{"rate": 1, "valid_from": "2025-01-01", "valid_to": "2026-01-01"}, {"rate": 2, "valid_from": "2026-01-01"}]
    of = put(hub, "crm:1", name="Alder", chain=rates)
    position = release(hub, SHOP)["seq"] - 1
    [line] = golden.get(hub, of, as_of=position, on="2025-06-01")["attributes"]["chain"]
    assert line["rate"] == "1"


def test_records_of_other_types_that_refer_to_what_changed_are_told_of(hub: Hub) -> None:
    rules.apply(hub, SHOP, file="shop.yaml", author=AUTHOR)
    sign = "entity_type: sign\nid_prefix: sgn\nattributes:\n  shop: {kind: reference, to: shop}\n  text: {kind: text}\n"
    sign += "match: {block_on: [[shop]], compare: [shop, text], always: [{same: shop}]}\n"
    rules.apply(hub, sign, file="sign.yaml", author=AUTHOR)
    for source in ("crm", "erp"):
        put(hub, f"{source}:2", name="Birch", tax=f"ID4711{source}")
        put(hub, f"{source}:9", "sign", shop="2", text="Open")
    assert release(hub, BY_NAME)["elsewhere"] == {"sign": 2}


def test_only_so_many_examples_are_listed_and_all_are_counted(shops: Hub) -> None:
    done = release(shops, BY_NAME.replace("  chain: {kind: text, privacy: public}\n", ""), limit=0)
    assert (done["merges"]["count"], done["merges"]["items"]) == (1, [])
    assert (done["values"]["golden_records"] > 0, done["values"]["items"]) == (True, [])
