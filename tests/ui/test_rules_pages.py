"""Rules at the desk: read in words and as written, compared, tried on a copy, and put in force on purpose."""

import html
import re

import pytest

from mdm.entity_types import parse, shipped
from stewardship_ui import rules_wording

RULES = """
entity_type: shop
label: Shop <b>
id_prefix: shp
attributes:
  name: {kind: text}
  chain: {kind: text, privacy: public}
match: {block_on: [[name]], compare: [name], always: [{same: name}]}
"""
WITHOUT = RULES.replace("  chain: {kind: text, privacy: public}\n", "")
SPLIT = RULES.replace("always: [{same: name}]", "never: [{different: chain}]")


@pytest.fixture
def shops(desk):
    desk.server.as_("admin")("POST", "/v1/rules:apply", json={"document": RULES})
    desk.server.put("crm:shop:1", name="Alder", chain="Big")
    desk.server.put("erp:shop:1", name="Alder", chain="Small")
    return desk


def form_of(text: str) -> dict[str, str]:
    """The fields of the form that puts in force what was tried, with the box ticked."""
    form = re.search(r'action="/rules:apply".*?</form>', text, re.DOTALL)[0]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    document = re.search(r'<textarea name="document" hidden>(.*?)</textarea>', form, re.DOTALL)
    if document:
        fields["document"] = html.unescape(document[1])
    return {**fields, "agreed": "yes"}


def test_rules_are_read_in_words_and_as_they_are_written(shops):
    assert "Shop &lt;b&gt;" in shops.page("/rules", "reader").text
    shown = shops.page("/rules/shop", "reader").text
    assert "always with the same name" in shown
    assert "<b>" not in shown.partition("<h1>")[2].partition("</h1>")[0]
    written = shops.page("/rules/shop?view=yaml", "reader").text
    assert "always: [{same: name}]" in html.unescape(written)
    assert "Try a change" not in shown
    assert shops.page("/rules/nothing").status_code == 404
    assert shops.page("/rules/shop?version=f00").status_code == 404


def test_every_shipped_document_can_be_said_in_words():
    for name, text in shipped().items():
        entity_type = parse(text, file=name)
        rows = rules_wording.attributes(entity_type)
        assert [one.name for one in rows] == list(entity_type.attributes)
        assert all(one.survives for one in rows)
        told = rules_wording.matching(entity_type)
        assert len(told.pairs) == len(entity_type.match.block_on)
        assert all(rules_wording.needs(process, entity_type) for process in entity_type.readiness.values())
    card = parse(shipped()["rate_card"], file="rate_card")
    assert rules_wording.needs(card.readiness["quote_to_project"], card)[-2:] == ["a valid currency", "valid lines"]
    [lines] = [one.kind for one in rules_wording.attributes(card) if one.name == "lines"]
    assert lines == "dated lines: role, grade, currency, unit, rate, valid from, valid to"


def test_what_differs_is_told_by_meaning_and_line_by_line(shops):
    applied = shops.server.as_("admin")("POST", "/v1/rules:apply", json={"document": WITHOUT}).json()
    shown = shops.page(f"/rules/shop/diff?from={applied['version_before']}").text
    assert re.search(r"−</span>Attributes<small>removed</small></th><td>chain", shown)
    assert 'class="removed">-  chain' in shown
    versions = shops.page("/rules/shop/versions").text
    assert versions.count('name="from"') == 2
    assert "Try going back" not in versions
    same = shops.page(f"/rules/shop/diff?from={applied['version']}").text
    assert "They mean the same" in same


def test_a_change_is_tried_and_put_in_force_on_purpose(shops):
    tried = shops.send("/rules:try", "admin", document=SPLIT)
    assert tried.status_code == 200
    told = shops.server.as_("admin")("POST", "/v1/rules:simulate", json={"document": SPLIT}).json()
    assert told["splits"]["count"] == 1
    assert "What would split" in tried.text
    assert told["splits"]["items"][0]["golden_id"] in tried.text
    assert shops.server.as_("reader")("GET", "/v1/rules/shop").json()["version"] == told["version_before"]
    [copied] = shops.copied(tried.text, "admin")
    assert copied["splits"] == told["splits"]
    fields = form_of(tried.text)
    refused = shops.send("/rules:apply", "admin", **{**fields, "agreed": ""})
    assert (refused.status_code, "box above the button" in refused.text) == (422, True)
    done = shops.send("/rules:apply", "admin", **fields)
    assert (done.status_code, done.headers["Location"]) == (303, "/rules/shop/versions")
    assert shops.server.as_("reader")("GET", "/v1/rules/shop").json()["version"] == told["version"]
    again = shops.send("/rules:apply", "admin", **fields)
    assert again.status_code == 409, "other rules are in force than when it was tried"
    back = shops.send("/rules:try", "admin", type="shop", version=told["version_before"])
    assert "Go back to an earlier version" in back.text
    [copied] = shops.copied(back.text, "admin")
    assert (copied["version"], copied["merges"]["count"]) == (told["version_before"], 1)
    assert shops.send("/rules:apply", "admin", **form_of(back.text)).status_code == 303
    last = shops.server.as_("reader")("GET", "/v1/rules/shop/versions").json()["items"][-1]
    assert (last["action"], last["version"]) == ("rollback", told["version_before"])


def test_a_document_that_is_wrong_is_kept_to_be_mended_and_says_where(shops):
    answer = shops.send("/rules:try", "admin", document=RULES.replace("kind: text", "kind: texd"))
    assert answer.status_code == 422
    assert "texd" in answer.text.partition("<textarea")[0]
    assert "kind: texd" in answer.text.partition("<textarea")[2]
    assert shops.send("/rules:try", "admin").status_code == 422


def test_only_who_may_apply_rules_may_try_them(shops):
    for role in ("reader", "steward", "approver", "auditor"):
        assert shops.page("/rules:try?type=shop", role).status_code == 403
        assert shops.send("/rules:try", role, document=SPLIT).status_code == 403
        assert shops.send("/rules:apply", role, document=SPLIT, stood="", agreed="yes").status_code == 403
    narrowed = shops.server.as_("admin", entity_type="customer")
    assert narrowed("POST", "/rules:try", data={"document": SPLIT}).status_code == 403
    assert "Try a change" in shops.page("/rules/shop", "admin").text
