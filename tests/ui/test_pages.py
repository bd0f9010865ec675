"""The pages of the desk: they tell the truth, keep secrets, escape everything, and work without a script."""

import gzip
import re
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import pytest

import stewardship_ui
from mdm.services.stewarding import proposals
from stewardship_ui.static_files import address

HTML = "<img src=x onerror=alert(1)> Söhne & 'Co' \"Ltd\""


def pages_about(task: dict) -> list[str]:
    return [
        "/", "/queue", f"/task/{task['id']}", f"/task/{task['id']}?fold=0&records=all",
        f"/task/{task['id']}?pick=name=erp:customer:2", "/decisions", "/queue?order=likeliest&view=mine",
    ]  # fmt: skip


def test_who_is_not_signed_in_is_led_to_where_that_is_done(desk):
    answer = desk.server.http.get("/queue?kind=review", follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=%2Fqueue%3Fkind%3Dreview")
    refused = desk.server.http.post("/queue/next")
    assert refused.status_code == 401
    assert 'href="/sign-in"' in refused.text
    assert "golden record" in desk.server.http.get("/").text
    assert "<h1>Master data hub</h1>" in desk.server.http.get("/").text


def test_every_page_keeps_the_strict_policy_and_is_kept_by_nobody(desk):
    for path in pages_about(desk.pair()):
        answer = desk.page(path)
        assert answer.status_code == 200, path
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert not re.search(r"\sstyle=|\son\w+=|<script(?![^>]* src=)|javascript:|hx-on", answer.text), path
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", answer.text), path


def test_html_in_any_attribute_is_text(desk):
    task = desk.pair({**desk_left(), "website": "https://a.example/<b>"}, desk_right())
    desk.server.as_("steward")("POST", f"/v1/tasks/{task['id']}:comment", json={"text": HTML})
    for path in pages_about(task):
        text = desk.page(path).text
        assert "<img" not in text
    shown = desk.page(f"/task/{task['id']}").text
    assert escape(HTML, quote=False) in shown.replace("&#39;", "'").replace("&#34;", '"')


def desk_left() -> dict:
    from tests.ui.conftest import LEFT

    return {**LEFT, "name": f"Brandtt & Söhne Consulting {HTML}"}


def desk_right() -> dict:
    from tests.ui.conftest import RIGHT

    return {**RIGHT, "name": f"BRANDT & SÖHNE CONSULTING {HTML}"}


def test_values_that_a_role_may_not_see_are_on_no_page(desk):
    task = desk.pair()
    for path in pages_about(task)[:-2]:
        seen = desk.page(path, role="auditor")
        assert seen.status_code == 200, path
        for secret in ("3176 220", "3176220", "anna.brandt", "Anna"):
            assert secret not in seen.text, path
    shown = desk.page(f"/task/{task['id']}", role="auditor").text
    assert "erp:customer:2" in shown
    assert "Nothing that both have" not in shown
    assert "masked" in shown
    assert "data-standardised" not in re.search(r'<tr [^>]*data-attribute="phone".*?</tr>', shown, re.DOTALL)[0]
    assert desk.page(f"/task/{task['id']}", role="reader").status_code == 403
    assert "may not read tasks" in desk.page("/queue", role="reader").text
    assert desk.send(f"/task/{task['id']}/decide", role="auditor", verdict="same", etag=task["etag"]).status_code == 403


def test_the_workbench_tells_what_would_be_written_to_the_letter(either_desk):
    task = either_desk.pair()
    ask = either_desk.server.as_("steward")
    told = ask("GET", f"/v1/tasks/{task['id']}/comparison").json()
    done = ask(
        "POST", f"/v1/tasks/{task['id']}:decide", json={"verdict": "same", "reason": "One firm", "etag": task["etag"]}
    ).json()
    written = ask("GET", f"/v1/golden-records/{done['golden_ids'][0]}").json()
    assert (told["same"]["golden_id"], told["same"]["redirects"]) == (done["golden_ids"][0], done["redirects"])
    assert told["same"]["attributes"] == written["attributes"]
    weights = sum(one["weight"] for one in [*told["attributes"], *told["rest"]])
    assert round(told["task"]["evidence"]["prior"] + weights, 3) == told["task"]["evidence"]["match_weight"]
    assert [one["state"] for one in told["attributes"]] == sorted(
        (one["state"] for one in told["attributes"]), key=["conflict", "near", "other", "same", "missing"].index
    )


def test_a_picked_value_is_shown_set_and_taken_back_with_the_decision(either_desk):
    task, ask = either_desk.pair(), either_desk.server.as_("steward")
    pick = {"pick": "name=crm:customer:1"}
    shown = ask("GET", f"/v1/tasks/{task['id']}/comparison?{urlencode(pick)}").json()["same"]["attributes"]
    assert shown["name"] == "Brandtt & Söhne Consulting"
    body = {"verdict": "same", "reason": "One", "etag": task["etag"], "picks": {"name": "crm:customer:1"}}
    refused = ask("POST", f"/v1/tasks/{task['id']}:decide", json={**body, "verdict": "distinct"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/picks")
    before = {one["golden_id"]: one["attributes"] for one in ask("GET", "/v1/golden-records").json()["items"]}
    done = ask("POST", f"/v1/tasks/{task['id']}:decide", json=body).json()
    [golden_id] = done["golden_ids"]
    assert ask("GET", f"/v1/golden-records/{golden_id}").json()["attributes"] == shown
    ask("POST", f"/v1/decisions/{done['decision_id']}:undo", json={"reason": "Two after all"})
    after = {one["golden_id"]: one["attributes"] for one in ask("GET", "/v1/golden-records").json()["items"]}
    assert after == before


@pytest.mark.parametrize("view", ["mine", "asked"])
def test_what_is_decided_and_held_is_no_longer_for_those_who_had_it(either_desk, view):
    """Home and queue list it no more, say so, and count alike, also for who may see its entity type alone."""
    desk, ask = either_desk, either_desk.server.as_("steward")
    task = desk.pair()
    me = ask("POST", f"/v1/tasks/{task['id']}:claim").json()["claim"]["by"]
    ask("POST", f"/v1/tasks/{task['id']}:release")
    verb, more = {"mine": ("assign", {}), "asked": ("escalate", {"question": "One firm or two?"})}[view]
    asked = desk.server.as_("approver")("POST", f"/v1/tasks/{task['id']}:{verb}", json={"to": me, **more})
    assert asked.status_code == 200
    listed = f'href="/task/{task["id"]}"'
    assert listed in desk.page("/").text
    assert "decided and not yet in force" not in desk.page("/").text.partition("<table")[0]
    assert desk.send(f"/task/{task['id']}/decide", verdict="same", etag=task["etag"]).status_code == 303
    for reader in (ask, desk.server.as_("steward", entity_type="customer")):
        home = reader("GET", "/").text
        assert listed not in home.partition('id="list-decided"')[0]
        assert '<a href="/queue?view=proposed"><b>1</b> of them decided and not yet in force</a>' in home
        for one, count in (("mine", 0), ("held", 0), ("asked", 0), ("proposed", 1)):
            queued = reader("GET", f"/v1/queue?view={one}").json()
            assert (queued["counts"]["views"][one], len(queued["items"])) == (count, count), one
    assert "of them decided" not in desk.server.as_("steward", entity_type="employee")("GET", "/").text


def test_a_pick_that_is_held_comes_into_force_with_its_decision(desk):
    from tests.services.two_people import WORKER

    task = desk.pair()
    assert desk.send(f"/task/{task['id']}/claim").status_code == 303
    assert f'href="/task/{task["id"]}' in desk.page("/queue?view=held").text
    sent = desk.send(
        f"/task/{task['id']}/decide?kind=review", verdict="same", etag=task["etag"], pick="name=crm:customer:1"
    )
    assert (sent.status_code, sent.headers["Location"]) == (303, "/queue?kind=review")
    assert "in force soon" in desk.page("/decisions").text
    assert 'href="/task/' not in desk.page("/queue?view=held").text, "what is decided is out of one's hands"
    queued = desk.server.as_("steward")("GET", "/v1/queue?view=held").json()
    assert (queued["counts"]["views"]["held"], queued["counts"]["views"]["proposed"]) == (0, 1)
    later = WORKER.__class__("worker", "2999-01-01T00:00:00.000000Z")
    assert proposals.carry_out_due(desk.server.hub, author=later) == 1
    [golden] = desk.server.as_("steward")("GET", "/v1/golden-records").json()["items"]
    assert golden["attributes"]["name"] == "Brandtt & Söhne Consulting"
    assert "in force" in desk.page("/decisions").text


def test_a_decision_on_a_page_that_is_stale_is_not_taken_and_says_so(desk):
    task = desk.pair()
    desk.server.put("erp:customer:2", **{**desk_right(), "name": "Brandt & Soehne Consulting GmbH"})
    answer = desk.send(f"/task/{task['id']}/decide", verdict="same", etag=task["etag"])
    assert answer.status_code in {409, 412}
    assert "changed" in answer.text
    assert desk.page("/decisions").text.partition("<main")[2].count("<form") == 0


def test_without_a_script_forms_lead_from_task_to_task(desk):
    task = desk.pair()
    claimed = desk.send("/queue/next")
    assert claimed.headers["Location"] == f"/task/{task['id']}"
    assert "yours until" in desk.page(claimed.headers["Location"]).text
    said = desk.send(f"/task/{task['id']}/comment", text="Called them")
    assert "Called them" in desk.page(said.headers["Location"]).text
    gone = desk.send(f"/task/{task['id']}/skip")
    assert gone.headers["Location"] == "/queue"
    assert desk.send("/queue/next").headers["Location"] == "/queue"


def test_static_files_are_kept_for_ever_under_the_address_of_their_version(desk):
    kept = desk.server.http.get(address("desk.css"))
    assert (kept.status_code, kept.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    other = desk.server.http.get("/static/another/desk.css")
    assert (other.status_code, other.headers["Cache-Control"]) == (200, "no-cache")
    assert desk.server.http.get("/static/another/nothing.css").status_code == 404
    assert desk.server.http.get("/static/another/..%2fapp.py").status_code == 404


@pytest.mark.parametrize("path", ["/task/task_of_nothing", "/task/x/effects", "/queue?cursor=task_x", "/nothing"])
def test_what_is_not_there_is_told_in_plain_words(desk, path):
    answer = desk.page(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_a_refusal_offers_the_pages_that_its_reader_may_see(desk):
    assert 'href="/queue"' in desk.page("/entity/cus_0zzzzzz").text.partition("<main")[0]
    refused = desk.page("/quarantine", role="reader")
    head = refused.text.partition("<main")[0]
    assert (refused.status_code, 'href="/queue"' in head, 'href="/quarantine"' in head) == (403, False, False)
    assert 'href="/rules"' in head


def test_scripts_and_styles_are_small(desk):
    """Together, compressed as they travel; what draws a graph is loaded by the page that has one."""
    folder = Path(stewardship_ui.__file__).parent / "static"
    sizes = {
        end: len(gzip.compress(b"".join(one.read_bytes() for one in sorted(folder.rglob(f"*.{end}")))))
        for end in ("js", "css")
    }
    assert sizes["js"] <= 60_000
    assert sizes["css"] <= 25_000
    assert "graph.js" not in desk.page("/queue").text


def test_the_door_never_stands_inside_of_a_page(desk):
    """A part of a page that is asked for after the session has ended is refused, and not taken for the page's own."""
    task = desk.pair()
    for path in (f"/task/{task['id']}", f"/task/{task['id']}/effects", f"/task/{task['id']}/people"):
        answer = desk.server.http.get(path, headers={"HX-Request": "true"}, follow_redirects=False)
        assert (answer.status_code, "Location" in answer.headers) == (401, False), path
    assert "what you just decided was not taken" in desk.server.http.get("/sign-in?ended=1").text


def test_what_was_decided_is_told_by_the_names_of_the_records(desk):
    task = desk.pair()
    assert desk.send(f"/task/{task['id']}/decide", verdict="distinct", etag=task["etag"]).status_code == 303
    for path in ("/", "/decisions"):
        shown = desk.page(path).text
        told = re.search(rf'<a href="/task/{task["id"]}">(.*?)</a>', shown)
        assert told, path
        assert "Brandtt &amp; Söhne Consulting" in told[1]
        assert "BRANDT &amp; SÖHNE CONSULTING GMBH" in told[1]


def test_two_that_have_become_one_are_named_once(desk):
    task = desk.pair()
    body = {"verdict": "same", "reason": "One firm", "etag": task["etag"]}
    assert desk.server.as_("steward")("POST", f"/v1/tasks/{task['id']}:decide", json=body).status_code == 200
    told = re.search(rf'<a href="/task/{task["id"]}[^"]*">(.*?)</a>', desk.page("/queue?view=closed").text)
    assert told
    assert "↔" not in told[1]
