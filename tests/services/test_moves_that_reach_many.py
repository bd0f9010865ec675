"""When what many records refer to moves, nobody is held up: they are resolved again in several commits."""

import threading
from typing import Any

import pytest

from mdm import worker
from mdm.ingest import Incoming
from mdm.log import Author, Key
from mdm.resolution.work import ALL, Work
from mdm.services import health, rebuild, resolving
from mdm.services.deciding import decisions
from mdm.services.feed import changes
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import lookup
from mdm.services.rulebook import rules
from mdm.services.stewarding import tasks
from mdm.settings import now
from tests.conftest import AUTHOR
from tests.laws import standing

FIRM = """
entity_type: firm
id_prefix: frm
attributes: {name: {kind: text, required: true}}
match: {block_on: [[name]], compare: [name], always: [{same: name}]}
survive: {default: most_trusted, trust: {crm: 90, erp: 80}}
"""
DEAL = """
entity_type: deal
id_prefix: dea
attributes:
  name: {kind: text, required: true}
  firm: {kind: reference, to: firm}
match:
  block_on: [[firm, name]]
  compare: [name, firm]
  always: [{same: [name, firm]}]
  never: [{different: firm}]
survive: {default: most_trusted, trust: {crm: 90, erp: 80, psa: 70}}
"""
OFFER = """
entity_type: offer
id_prefix: ofr
attributes:
  name: {kind: text, required: true}
  firm: {kind: reference, to: firm}
match:
  block_on: [[firm]]
  compare: [{attribute: firm, levels: [{level: same, m: 0.9, u: 0.1}, {level: different, m: 0.1, u: 0.9}]}]
  prior: 0.5
  thresholds: {match: 0.99, review: 0.6}
survive: {default: most_trusted, trust: {crm: 90}}
"""
MANY = 7


@pytest.fixture
def moved(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A firm with seven deals, each in two systems, has turned out to be an older one; two are done in a commit."""
    monkeypatch.setattr(Work, "MOST_AGAIN", 2)
    for text in (FIRM, DEAL):
        rules.apply(hub, text, file="deals.yaml", author=AUTHOR)
    for id_, name in (("A", "Aalto"), ("B", "Brekke"), ("C", "Corvin")):
        put(hub, "crm", id_, of="firm", name=name)
    for source in ("crm", "erp"):
        for number in range(MANY):
            put(hub, source, str(number), name=f"Deal {number}", firm="crm:firm:B")
    resolving.resolve_all(hub, author=AUTHOR)
    merge(hub, "crm:firm:A", "crm:firm:B")
    return hub


def put(hub: Hub, source: str, id_: str, *, of: str = "deal", wait: bool = True, **attributes: Any) -> records.Put:
    return records.put(hub, Incoming(source, of, id_, attributes, None, None, "put"), author=AUTHOR, wait=wait)


def merge(hub: Hub, one: str, other: str) -> None:
    decisions.verdict(hub, Key.parse(one), Key.parse(other), "same", reason="it was renamed", author=AUTHOR)


def marked(hub: Hub) -> int:
    found: int = health.stats(hub)["entity_types"]["deal"]["marked"]
    return found


def borne(hub: Hub, source: str, id_: str) -> str:
    found: str = lookup.xref(hub, Key(source, "deal", id_))["golden_id"]
    return found


def told(hub: Hub, *, after: int = 0) -> list[tuple[str, str]]:
    """What the feed says of deals: the type of each event and what it is about."""
    items = changes.page(hub, after=after, limit=1_000)["items"]
    about = [one for one in items if one["subject"].startswith("dea_")]
    return [(one["type"].removeprefix("mdm."), one["subject"]) for one in about]


def last(hub: Hub) -> int:
    return int(changes.page(hub, after=0, limit=1_000)["items"][-1]["sequence"])


def all_borne(hub: Hub) -> list[str]:
    return [borne(hub, source, str(number)) for source in ("crm", "erp") for number in range(MANY)]


def test_some_are_resolved_in_each_commit_and_none_is_parted_from_its_like_meanwhile(moved: Hub) -> None:
    """A deal of another firm is never the same one: half-way the two records of each would be parted."""
    together, before, left = all_borne(moved), last(moved), [marked(moved)]
    resolving.resolve_arrived(moved, author=AUTHOR)
    assert marked(moved) == 2 * MANY, "nobody who waits for what has arrived waits for them"
    while resolving.outdated(moved):
        assert resolving.outdated(moved) == ["deal"]
        assert resolving.refresh(moved, "deal", author=AUTHOR)
        assert all_borne(moved) == together
        left.append(marked(moved))
    assert left == [14, 12, 10, 8, 6, 4, 2, 0]
    assert told(moved, after=before) == []
    assert not resolving.refresh(moved, "deal", author=AUTHOR)


def offers(hub: Hub) -> set[str]:
    """Seven doubtful offers to the third firm, which turns out to be the first; the tasks about them."""
    rules.apply(hub, OFFER, file="offer.yaml", author=AUTHOR)
    for number in range(MANY):
        put(hub, "crm", str(number), of="offer", name=f"Offer {number}", firm="crm:firm:C")
    resolving.resolve_all(hub, author=AUTHOR)
    asked = open_tasks(hub)
    assert len(asked) == MANY * (MANY - 1) / 2
    merge(hub, "crm:firm:A", "crm:firm:C")
    return asked


def open_tasks(hub: Hub) -> set[str]:
    return {one["id"] for one in tasks.page(hub)["items"]}


def test_what_stewards_are_asked_about_is_not_asked_again(moved: Hub) -> None:
    """Half-way doubtful offers to one firm would be offers to two firms, and no longer doubtful."""
    asked, before = offers(moved), last(moved)
    while resolving.refresh(moved, "offer", author=AUTHOR):
        assert open_tasks(moved) == asked
    assert not [one for one in changes.page(moved, after=before, limit=1_000)["items"] if "task" in one["type"]]
    resolving.resolve_all(moved, author=AUTHOR)
    assert rebuild.verify(moved).match


def test_nobody_is_asked_about_what_is_gone_though_the_rest_of_it_waits(moved: Hub) -> None:
    asked = offers(moved)
    records.put(moved, Incoming("crm", "offer", "3", {}, None, None, "delete"), author=AUTHOR, wait=True)
    assert health.stats(moved)["entity_types"]["offer"]["marked"] == MANY - 1 - 2
    standing.check_half_way(moved)
    assert len(open_tasks(moved)) == (MANY - 1) * (MANY - 2) / 2
    put(moved, "crm", "3", of="offer", name="Offer 3", firm="crm:firm:C")
    assert open_tasks(moved) == asked


def test_whoever_puts_a_record_waits_for_those_that_it_meets_and_for_no_others(moved: Hub) -> None:
    """Those stand under keys of the firm as it was before it moved."""
    stranger = put(moved, "psa", "9", name="Deal 3", firm="crm:firm:C")
    assert (stranger.resolution, marked(moved)) == ("created", 2 * MANY)
    third = put(moved, "psa", "3", name="Deal 3", firm="crm:firm:B")
    assert (third.resolution, third.golden_id) == ("matched", borne(moved, "crm", "3"))
    assert marked(moved) == 2 * MANY - 2
    under_its_older_name = put(moved, "psa", "4", name="Deal 4", firm="crm:firm:A")
    assert under_its_older_name.golden_id == borne(moved, "erp", "4")
    resolving.resolve_all(moved, author=AUTHOR)
    assert borne(moved, "psa", "3") == third.golden_id
    assert rebuild.verify(moved).match


def test_a_record_that_is_marked_is_put_again_together_with_its_like(moved: Hub) -> None:
    before, events = borne(moved, "erp", "5"), last(moved)
    again = put(moved, "erp", "5", name="Deal 5 ", firm="crm:firm:B")
    assert (again.golden_id, again.resolution, marked(moved)) == (before, "matched", 2 * MANY - 2)
    elsewhere = put(moved, "erp", "6", name="Deal 6", firm="crm:firm:C")
    assert elsewhere.resolution == "created"
    assert elsewhere.golden_id != borne(moved, "crm", "6")
    assert [kind for kind, _ in told(moved, after=events)].count("golden.created") == 1


def test_few_are_taken_along_by_whoever_comes_first(moved: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Work, "MOST_AGAIN", 2 * MANY)
    assert resolving.waiting(moved) == ["deal"]
    put(moved, "psa", "9", name="Deal 9", firm="crm:firm:C")
    assert marked(moved) == 0


def test_the_worker_goes_on_until_there_are_none(moved: Hub) -> None:
    while worker.resolve_pending(moved, threading.Event(), actor="worker"):
        pass
    assert (marked(moved), resolving.outdated(moved)) == (0, [])


def test_a_rebuild_resolves_those_in_each_commit_that_it_did(moved: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    put(moved, "psa", "3", name="Deal 3", firm="crm:firm:B")
    resolving.refresh(moved, "deal", author=AUTHOR)
    assert marked(moved) == 2 * MANY - 4
    monkeypatch.setattr(Work, "MOST_AGAIN", 1_000)  # the log says which they were in each commit
    assert rebuild.verify(moved).match, "half-way, too"
    monkeypatch.setattr(Work, "MOST_AGAIN", 3)
    assert rebuild.rebuild(moved).match
    assert marked(moved) == 2 * MANY - 4, "what waited goes on waiting"
    resolving.resolve_all(moved, author=AUTHOR)
    assert rebuild.verify(moved).match


def test_a_log_from_when_all_were_resolved_at_once_is_repeated_so(moved: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such a fact says nothing of them, nor does one of today that left none."""
    resolving.resolve_all(moved, author=AUTHOR)
    monkeypatch.setattr(Work, "MOST_AGAIN", ALL)
    merge(moved, "crm:firm:C", "crm:firm:A")
    merge(moved, "crm:firm:B", "crm:firm:C")
    resolving.resolve_arrived(moved, author=AUTHOR)
    assert marked(moved) == 0
    monkeypatch.setattr(Work, "MOST_AGAIN", 2)
    assert rebuild.verify(moved).match


def test_a_hub_in_which_they_wait_and_nobody_works_is_not_ready(moved: Hub) -> None:
    ready, found = health.readiness(moved.settings)
    resolver = found["checks"]["resolver"]
    assert (ready, resolver["ok"], resolver["marked"]) == (False, False, {"deal": 2 * MANY})
    assert "14 records wait for it once more" in resolver["detail"]
    resolving.refresh(moved, "deal", author=Author("test", now()))
    assert health.readiness(moved.settings)[0]
