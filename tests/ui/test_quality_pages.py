"""Quality at the desk: the figures of the API, their course over days, what is not ready, where systems disagree."""

import html
import re

from mdm.ingest import Incoming
from mdm.log import Author
from mdm.services import resolving
from mdm.services.intake import records
from mdm.services.rulebook import rules
from stewardship_ui import plot

OFFICE = """
entity_type: office
id_prefix: ofc
attributes:
  name: {kind: text, required: true}
  city: {kind: text}
  email: {kind: email, privacy: contact}
match: {block_on: [[name]], compare: [name], always: [{same: name}]}
survive: {default: most_trusted, trust: {erp: 90, crm: 80}}
readiness: {lease: {systems: [erp, crm], attributes: [city]}}
"""


def twin_of(text: str) -> str:
    return html.unescape(re.search(r'rel="alternate" type="application/json" href="([^"]+)"', text)[1])


def offices(desk) -> None:
    """Four days of an office: it comes without a city, gets one, and a second system says another."""
    hub = desk.server.hub
    rules.apply(hub, OFFICE, file="office.yaml", author=at(1))
    said = [("erp", {"name": "Nord"}), ("erp", {"name": "Nord", "city": "<b>Kiel</b>", "email": "a@nord.example"}),
            ("crm", {"name": "Nord", "city": "Hamburg", "email": "b@nord.example"})]  # fmt: skip
    for day, (source, attributes) in enumerate(said, start=1):
        incoming = Incoming(source, "office", source, attributes, None, None, "put")
        records.put(hub, incoming, author=at(day), wait=True)
        resolving.tick(hub, f"2026-03-{day + 1:02}", author=at(day + 1))
        resolving.resolve_all(hub, author=at(day + 1))
    records.put(hub, Incoming("erp", "office", "9", {"name": "Süd"}, None, None, "put"), author=at(4), wait=True)


def at(day: int) -> Author:
    return Author("test", f"2026-03-{day:02}T09:00:00.000000Z")


def test_figures_and_their_course_are_those_of_the_api(desk):
    offices(desk)
    shown = desk.page("/quality?type=office&since=2026-03-01", "reader")
    assert shown.status_code == 200
    told = desk.server.as_("reader")("GET", twin_of(shown.text)).json()
    assert {one["entity_type"] for one in told["items"]} == {"office"}
    whole = next(one for one in told["items"] if one["source"] is one["attribute"] is None)
    assert (whole["tick"], whole["records"]) == ("2026-03-04", 2), "as kept before the latest day"
    assert f"{whole['completeness']['count']} of {whole['completeness']['of']}" in shown.text
    assert shown.text.count('class="course"') >= 6
    assert shown.text.count('<span class="last"') == shown.text.count('<div class="plot">'), "where the newest is drawn"
    assert "The same as a table, 3 days" in shown.text
    fresh = desk.page("/quality?type=office&fresh=1", "reader").text
    assert "kept=true" not in twin_of(fresh)
    assert '<td class="number">3</td>' in fresh
    assert "Office" in desk.page("/quality", "reader").text
    one = desk.page("/quality?type=office&source=crm&attribute=city", "reader")
    assert "1 of 1" in one.text


def test_what_is_not_ready_and_what_blocks_is_listed(desk):
    offices(desk)
    shown = desk.page("/quality?type=office", "steward").text
    assert 'href="/quality/unready/lease?type=office&amp;missing=value:city"' in shown
    listed = desk.page("/quality/unready/lease?type=office&missing=value:city", "steward").text
    assert "Süd" in listed
    assert "Nord" not in listed
    assert desk.server.as_("steward")("GET", twin_of(listed)).json()["items"][0]["label"] == "Süd"
    assert "Nothing is missing" in desk.page("/quality/unready/lease?missing=active", "steward").text
    assert desk.page("/quality/unready/rent").status_code == 404


def test_disagreements_are_listed_masked_and_escaped(desk):
    offices(desk)
    shown = desk.page("/quality/disagreements?type=office").text
    assert "&lt;b&gt;Kiel" in shown
    assert "<b>Kiel" not in shown
    assert "b@nord.example" in shown
    assert "b@nord" not in desk.page("/quality/disagreements?type=office", "reader").text
    items = desk.server.as_("steward")("GET", twin_of(shown)).json()["items"]
    assert {one["attribute"] for one in items} == {"city", "email"}
    assert "No disagreement" in desk.page("/quality/disagreements?source=erp").text


def test_references_that_lead_nowhere_are_listed_with_their_age(desk):
    desk.server.put("erp:customer:1", name="Acme <b>", legal_entity="90")
    shown = desk.page("/quality/waiting?type=customer", "steward").text
    assert "erp:legal_entity:90" in shown
    assert "has not arrived" in shown
    [item] = desk.server.as_("steward")("GET", twin_of(shown)).json()["items"]
    assert (item["attribute"], item["count"], item["samples"][0]["days"]) == ("legal_entity", 1, item["days"])
    assert "Every reference leads somewhere" in desk.page("/quality/waiting?source=crm", "steward").text
    offices(desk)
    shown = desk.page("/quality?type=office", "reader").text
    for place in ("/quality/waiting", "/quality/disagreements", "/quality.csv"):
        assert f'href="{place}?type=office"' in shown


def test_the_table_for_a_spreadsheet_has_every_figure(desk):
    offices(desk)
    sent = desk.page("/quality.csv?type=office&since=2026-03-01")
    assert sent.headers["Content-Type"].startswith("text/csv")
    lines = sent.text.splitlines()
    assert lines[0].startswith("kept,entity_type,source,attribute,tick,records,completeness_count,completeness_of")
    assert {line.split(",")[0] for line in lines[1:]} == {"latest", "before"}


def test_who_may_not_read_figures_is_told_so_and_an_empty_hub_too(desk):
    assert desk.server.as_("source", source="crm")("GET", "/quality").status_code == 403
    assert 'href="/quality"' not in desk.server.as_("source", source="crm")("GET", "/").text
    for path in ("/quality", "/quality?type=customer"):
        shown = desk.page(path, "auditor").text
        assert "Nothing to measure yet" in shown
        assert "No golden record is judged yet" in shown
        assert "no process" not in shown
    assert desk.page("/quality?since=yesterday").status_code == 422
    assert desk.page("/quality?type=nothing").status_code == 404


def test_a_plot_keeps_within_its_scale_and_tells_noise_from_change():
    flat = plot.shares([("2026-03-01", 9_990), ("2026-03-02", 9_995), ("2026-03-09", 9_991)])
    assert (flat.low, flat.high, flat.change) == (9_700, 10_000, 1)
    assert flat.high - flat.low >= 300
    for drawn in (flat, plot.shares([("2026-03-01", 0), ("2026-04-01", 10_000)]), plot.shares([("2026-03-01", 5)])):
        places = [tuple(map(float, place.split(","))) for place in drawn.line.split()]
        assert all(0 <= x <= plot.WIDTH and 0 <= y <= plot.HEIGHT for x, y in places)
        assert places[-1] == drawn.dot
    assert plot.shares([]) is plot.counts([]) is None
    stairs = plot.counts([("2026-03-01", 4), ("2026-03-31", 2)], [("2026-03-01", "opened", 5, "5 opened")])
    assert stairs.line == "0.0,20.0 0.0,20.0 1000.0,20.0 1000.0,60.0", "four were open until the last day"
    assert (stairs.bars[0].height, stairs.low, stairs.high) == (100.0, 0, 5)
