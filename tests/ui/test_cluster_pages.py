"""Why, the cluster, splitting and merging: what they tell is what the API tells and what is then written."""

import re
from html import unescape
from itertools import combinations
from urllib.parse import quote

import networkx as nx
import pytest

from stewardship_ui import graph_drawing
from tests.services.test_weak_bridges import PART

HTML = "<img src=x onerror=alert(1)> & 'Co' \"Ltd\""
CHAIN = {"1": {"a": "P"}, "2": {"a": "P", "b": "Q"}, "3": {"b": "Q", "c": "R"}, "4": {"c": "R"}}


def text_of(answer) -> str:
    """What a person reads: the page without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


@pytest.fixture
def chain(desk):
    """Four records that hang together by a weak bridge in the middle; the golden ID."""
    ask = desk.server.as_("admin")
    assert ask("POST", "/v1/rules:apply", json={"document": PART}).status_code in {200, 201, 202}
    told = [desk.server.put(f"crm:part:{id_}", **values) for id_, values in CHAIN.items()]
    return told[-1]["golden_id"]


@pytest.fixture
def firms(desk):
    """Two customers of several records that nothing joins, and what stands near one of them; their golden IDs."""
    put = desk.server.put
    put("crm:customer:1", name=f"Acme Pumps {HTML}", tax_id="DE136695976", email=["secret@acme.example"])
    one = put("erp:customer:3", name="ACME PUMPS GMBH", tax_id="DE136695976", phone=["+49 30 5550199"])["golden_id"]
    other = put("crm:customer:9", name="Birch Logistics", tax_id="DE811907980")["golden_id"]
    return one, other


def test_the_cluster_shows_every_record_and_tie_and_where_it_would_come_apart(desk, chain):
    told = desk.server.as_("steward")("GET", f"/v1/golden-records/{chain}/cluster").json()
    assert [one["key"] for one in told["records"]] == [f"crm:part:{number}" for number in (1, 2, 3, 4)]
    assert [one["founder"] for one in told["records"]] == [True, False, False, False]
    bridges = {(one["left"][-1], one["right"][-1]): one["bridge"] for one in told["edges"]}
    assert bridges["1", "2"] == {"left": 1, "right": 3, "light": False, "weak": False}
    assert bridges["2", "3"] == {"left": 2, "right": 2, "light": True, "weak": True}
    answer = desk.page(f"/entity/{chain}/cluster")
    words = text_of(answer)
    assert "weak bridge: without it 2 and 2 would stand apart" in words
    assert "2 | 2" in words
    assert answer.text.count('class="node') == 4
    assert answer.text.count('class="tie ') >= len(told["edges"])
    assert "/why?left=crm%3Apart%3A2" in answer.text
    assert desk.page(f"/entity/{chain}/cluster").text == answer.text  # the picture is the same every time


def test_names_stand_in_their_nodes_which_hide_what_passes_behind_and_give_way_where_there_are_many(desk, chain):
    found = desk.server.as_("steward")("GET", f"/v1/golden-records/{chain}/cluster").json()
    picture = graph_drawing.drawn(found)
    assert (picture.named, picture.across, picture.down) == (True, 188, 40)
    shown = desk.page(f"/entity/{chain}/cluster").text.partition("<figure")[2].partition("legend")[0]
    assert shown.count("<rect") == shown.count('class="name"') + 1, "one for each, and the ring of the founder"
    assert shown.rindex('class="drawn-line"') < shown.index('class="node'), "lines lie below all nodes"
    assert picture.left_out == 0
    many = [{**found["records"][0], "key": f"crm:part:{number}"} for number in range(40)]
    assert not graph_drawing.drawn({**found, "records": many, "edges": [], "near": []}).named


def test_of_very_many_ties_those_are_drawn_that_hold_all_together(desk, chain):
    """Two cliques of twenty, and one bridge between them."""
    found = desk.server.as_("steward")("GET", f"/v1/golden-records/{chain}/cluster").json()
    keys = [f"crm:part:{number:02}" for number in range(40)]
    tie = {"weight": 9.0, "outcome": "match", "ruled": False, "tie": None, "decision_id": None, "bridge": None}
    bridge = {**tie, "weight": 3.0, "bridge": {"left": 20, "right": 20, "light": True, "weak": True}}
    pairs = [pair for side in (keys[:20], keys[20:]) for pair in combinations(side, 2)]
    edges = [{**bridge, "left": keys[7], "right": keys[30]}]
    edges += [{**tie, "left": left, "right": right} for left, right in pairs]
    said = {**tie, "tie": "verdict", "decision_id": "dec_7", "left": keys[3], "right": keys[4]}
    records = [{**found["records"][0], "key": key} for key in keys]
    picture = graph_drawing.drawn({**found, "records": records, "edges": [*edges, said], "near": []})
    assert [line.kind for line in picture.lines if line.kind != "match"] == ["light", "tied"]
    assert len(picture.lines) == 39 + 1
    assert picture.left_out == len(edges) + 1 - len(picture.lines)
    joined = nx.Graph([(line.left, line.right) for line in picture.lines])
    assert nx.is_connected(joined)
    assert len(joined) == 40


def test_of_many_ties_the_first_are_shown_and_the_rest_can_be_opened(desk, chain):
    """Eight records that are all tied to each other, and one more that hangs on one of them alone."""
    for number in range(10, 17):
        desk.server.put(f"crm:part:{number}", a="S")
    desk.server.put("crm:part:17", a="S", b="T")
    golden_id = desk.server.put("crm:part:18", b="T")["golden_id"]
    told = desk.server.as_("steward")("GET", f"/v1/golden-records/{golden_id}/cluster").json()["edges"]
    assert (len(told), [one["bridge"] is not None for one in told[:2]]) == (29, [True, False])
    ties = desk.page(f"/entity/{golden_id}/cluster").text.partition("<h2>Ties")[2].partition("</section>")[0]
    rows = [re.findall(r'title="(crm:part:\d+)"', row) for row in re.findall(r"<tr class.*?</tr>", ties)]
    assert rows == [[one["left"], one["right"]] for one in told]
    shown, _, opened = ties.partition("<details")
    assert (shown.count("<tr class"), opened.count("<tr class")) == (20, 9)
    assert "<summary>9 further ties</summary>" in opened
    assert "further tie" not in desk.page(f"/entity/{chain}/cluster").text


def test_a_split_is_previewed_to_the_letter_held_and_undone(desk, chain):
    ask = desk.server.as_("steward")
    address, leaving = f"/entity/{chain}/split", ["crm:part:3"]
    body = {"keys": leaving, "reason": "Another part", "with_what_it_brought": True}
    tried = ask("POST", f"/v1/golden-records/{chain}:split?dry_run=true", json=body).json()
    assert tried["brought"] == ["crm:part:4"]
    shown = desk.page(f"{address}?key={quote(leaving[0])}&brought=1")
    words = text_of(shown)
    assert "1 record that hangs together with the rest through it alone" in words
    stays, leaves = tried["golden_records"]
    assert (stays["golden_id"], stays["before"]) == (chain, "active")
    assert leaves["golden_id"] in words
    version = re.search(r'name="version" value="(\d+)"', shown.text)[1]
    held = desk.send(address, key=leaving, brought="1", version=version)
    assert held.status_code == 303
    after = desk.page(held.headers["Location"])
    assert "in force in a few seconds" in after.text
    undo = re.search(r'action="(/decisions/pro_\d+/undo)"', after.text)[1]
    assert ask("GET", f"/v1/golden-records/{chain}").json()["crosswalk"] == [
        {"source": "crm", "source_id": number} for number in ("1", "2", "3", "4")
    ]
    assert desk.send(undo).status_code == 303
    done = ask("POST", f"/v1/golden-records/{chain}:split", json=body).json()
    assert done["golden_ids"] == [one["golden_id"] for one in tried["golden_records"]]
    for one in tried["golden_records"]:
        now = ask("GET", f"/v1/golden-records/{one['golden_id']}").json()
        assert {name: part for name, part in now.items() if name != "seq"} == {
            name: part for name, part in one.items() if name != "before"
        }
    apart = ask("GET", f"/v1/golden-records/{chain}/cluster").json()["near"]
    assert [(one["verdict"], one["golden_id"]) for one in apart] == [("distinct", leaves["golden_id"])]
    assert "a person said distinct" in text_of(desk.page(f"/entity/{chain}/cluster"))


def test_what_has_changed_since_the_page_was_read_is_split_by_nobody(desk, firms):
    one, _ = firms
    desk.server.put("psa:customer:4", name="Acme Pumps AG", tax_id="DE136695976")
    stale = desk.send(f"/entity/{one}/split", key="erp:customer:3", version="1")
    assert (stale.status_code, "has changed" in stale.text) == (412, True)
    assert desk.send(f"/entity/{one}/split", version="1").status_code == 422
    assert desk.send(f"/entity/{one}/split", "auditor", key="erp:customer:3", version="1").status_code == 403


def test_two_golden_records_are_found_previewed_merged_and_the_decision_can_be_set_aside(desk, firms):
    one, other = firms
    assert other in desk.page(f"/entity/{one}/merge?q=birch").text
    assert "Nothing is like that" in desk.page(f"/entity/{other}/merge?q=birch").text  # itself is none
    shown = desk.page(f"/entity/{one}/merge?with={other}")
    assert "rehearsed: exactly this will be written" in text_of(shown)
    versions = dict(re.findall(r'name="(version|other_version)" value="(\d+)"', shown.text))
    assert desk.send(f"/entity/{one}/merge", **{"with": other}, **versions).status_code == 303
    ask = desk.server.as_("steward")
    ask("POST", "/v1/golden-records:merge", json={"golden_ids": [one, other], "reason": "One house"})
    refused = desk.page(f"/entity/{one}/split?key=crm:customer:9")
    assert "this contradicts" in text_of(refused)
    assert 'name="supersede"' in refused.text
    assert "That would be refused" not in desk.page(f"/entity/{one}/split?key=crm:customer:9&supersede=1").text


def test_why_adds_up_and_says_why_not_what_would_flip_it_and_what_was_so_then(desk, firms):
    one, other = firms
    ask = desk.server.as_("steward")
    pair = {"left": "crm:customer:1", "right": "crm:customer:9"}
    told = ask("GET", "/v1/why", params=pair).json()
    assert told["values"]["tax_id"] == ["DE136695976", "DE811907980"]
    words = text_of(desk.page("/why", params=pair))
    for part in ("never compared: no key brings them together", "no blocking rule brings", "never a match",
                 "What would change it", "Nobody has decided about these two"):  # fmt: skip
        assert part.lower() in words.lower()
    asked = ask("GET", "/v1/why", params={"left": one, "right": other}).json()
    assert {asked["left"], asked["right"]} <= {"crm:customer:1", "erp:customer:3", "crm:customer:9"}
    assert [found["match_weight"] for found in asked["pairs"]] == sorted(
        (found["match_weight"] for found in asked["pairs"]), reverse=True
    )
    assert "Other pairs of these golden records" in desk.page(f"/why?left={one}&right={other}").text
    ask("POST", "/v1/golden-records:merge", json={"golden_ids": [one, other], "reason": "One house"})
    desk.server.put("crm:customer:9", name="Acme Pumps Logistics", tax_id="DE811907980")
    words = text_of(desk.page("/why", params=pair))
    assert "a person said same" in words
    assert "one house" in words.lower()
    assert re.search(r"Name different names −[\d.]+ ", words), words
    for wrong in ({"left": one, "right": one}, {"left": "crm", "right": one}, {"left": "cus_0zzzz", "right": one}):
        assert desk.page("/why", params=wrong).status_code in {404, 422}
        assert ask("GET", "/v1/why", params=wrong).status_code in {404, 422}


def test_a_task_leads_to_its_evidence_and_tells_who_else_carries_a_value(desk):
    task = desk.pair()
    assert desk.page(f"/task/{task['id']}/why").headers["Location"].startswith("/why?left=crm%3Acustomer%3A1&right=erp")
    for number in (5, 6):
        desk.server.put(f"psa:customer:{number}", name=f"Tenant {number} KG", phone=["+49 40 3176 220"])
    ask = desk.server.as_("steward")
    told = {one["attribute"]: one for one in ask("GET", f"/v1/tasks/{task['id']}/comparison").json()["attributes"]}
    assert (told["phone"]["carriers"], told["phone"]["others"]) == ([4, 4], 2)
    assert told["tax_id"]["carriers"] == [None, 1]
    assert "phone also of 2 others" in text_of(desk.page(f"/task/{task['id']}"))
    assert "also of" not in text_of(desk.page(f"/task/{task['id']}", "auditor"))
    body = {"verdict": "distinct", "reason": "Tenants", "etag": ask("GET", f"/v1/tasks/{task['id']}").json()["etag"]}
    done = ask("POST", f"/v1/tasks/{task['id']}:decide", json=body).json()
    ask("POST", f"/v1/decisions/{done['decision_id']}:undo", json={"reason": "Look again"})
    assert "decided before: distinct, taken back" in text_of(desk.page(f"/task/{task['id']}"))


def test_what_is_held_back_and_what_looks_like_html_stay_so_on_every_page(desk, firms):
    one, other = firms
    pages = [f"/entity/{one}/cluster", f"/why?left=crm:customer:1&right={other}", "/why"]
    forms = [f"/entity/{one}/split?key=crm:customer:1", f"/entity/{one}/merge?with={other}", f"/entity/{one}/merge?q=a"]
    for path in [*pages, *forms]:
        answer = desk.page(path)
        assert answer.status_code == 200, path
        assert "<img" not in answer.text, path
        bare = re.sub(r'"[^"]*"', '""', answer.text)  # in an attribute it is text
        assert not re.search(r"<[^>]*\s(style|on\w+)=|<script(?![^>]* src=)|javascript:", bare), path
        assert "csrf_token=" not in answer.text
    for path in pages:
        assert "secret@acme" not in desk.page(path, "auditor").text
        assert "secret@acme" not in desk.server.as_("auditor")("GET", "/v1/why", params={
            "left": "crm:customer:1", "right": "crm:customer:9"}).text  # fmt: skip
    narrow = desk.server.as_("steward", entity_type="employee")
    for path in [*pages[:2], *forms]:
        assert narrow("GET", path).status_code == 403, path
