"""Records that their sources changed without saying how: kept as they are, marked, and listed until they have come."""

from typing import Any

import pytest

from mdm.errors import InvalidInput
from mdm.ingest import Incoming
from mdm.log import Author, Key
from mdm.services import rebuild, resolving
from mdm.services.feed import changes
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.intake import refetches as told
from mdm.services.reading import golden, lookup
from mdm.services.rulebook import rules
from mdm.services.watching import refetches
from mdm.services.watching.refetches import Wanted
from mdm.store import digests, log
from mdm.store.batches import Origin
from tests.conftest import AUTHOR
from tests.stories.state_language import SITE


@pytest.fixture
def sites(hub: Hub) -> Hub:
    rules.apply(hub, SITE, file="site.yaml", author=AUTHOR)
    return hub


def site(key: str, mode: Any, version: int | None = None, time: str | None = None, **values: Any) -> Incoming:
    source, source_id = key.split(":")
    return Incoming(source, "site", source_id, values, version, time and f"2026-01-{time}T00:00:00.000000Z", mode)


def send(hub: Hub, *items: Incoming) -> list[str]:
    outcomes = records.put_many(hub, list(items), author=AUTHOR, batch=Origin("b"))
    resolving.resolve_all(hub, author=AUTHOR)
    return [outcome.status for outcome in outcomes]


def behind(hub: Hub, **asked: Any) -> list[tuple[str, Any]]:
    """What is to be fetched again, and as which version."""
    return [
        (one["key"].replace("site:", ""), one.get("version")) for one in refetches.page(hub, Wanted(), **asked)["items"]
    ]


def digest(hub: Hub) -> str:
    with hub.database.read() as reader:
        return digests.neutral(reader)


def test_a_record_that_only_changed_keeps_its_values_and_is_marked_wherever_it_is_shown(sites: Hub) -> None:
    send(sites, site("sap:1", "put", 6, number="4711"), site("erp:1", "put", 1, number="4711"))
    assert send(sites, site("sap:1", "changed", 8)) == ["accepted"]
    found = lookup.xref(sites, Key("sap", "site", "1"))
    assert found["needs_refetch"]["version"] == 8
    since = found["needs_refetch"]["since"]
    assert found["crosswalk"] == [
        {"source": "erp", "source_id": "1"},
        {"source": "sap", "source_id": "1", "needs_refetch": {"since": since, "version": 8}},
    ]
    assert "needs_refetch" not in lookup.xref(sites, Key("erp", "site", "1"))
    document = golden.get(sites, found["golden_id"])
    assert (document["attributes"]["number"], document["crosswalk"]) == ("4711", found["crosswalk"])
    with sites.database.read() as reader:
        assert log.at(reader, since).kind == "changed"  # type: ignore[union-attr]
    assert send(sites, site("sap:1", "put", 8, number="4711")) == ["accepted"]
    assert "needs_refetch" not in str(lookup.xref(sites, Key("sap", "site", "1")))
    before = lookup.xref(sites, Key("sap", "site", "1"), as_of=since + 1)
    assert before == found, "as of then it is as it was told then"
    assert rebuild.verify(sites).match


@pytest.mark.parametrize(("last", "left"), [
    (site("a:1", "put", 7, number="1"), [("a:1", 8)]),
    (site("a:1", "put", 8, number="1"), []),
    (site("a:1", "put", 9, number="1"), []),
    (site("a:1", "delete", 8), []),
    (site("a:1", "patch", 8, number="1"), []),
    (site("a:1", "patch", 9, number="1"), [("a:1", 8)]),
], ids=["older", "the same", "newer", "deleted", "its own change", "a later change"])  # fmt: skip
def test_only_what_is_at_least_as_new_answers_whichever_comes_first(sites: Hub, last: Incoming, left: Any) -> None:
    send(sites, site("a:1", "put", 5, number="1"))
    kept = digest(sites)
    for order in (1, -1):
        with sites.database.read() as reader:
            assert digests.neutral(reader) == kept
        one = _beside(sites, f"b{order}")
        for item in [_moved(site("a:1", "changed", 8), one), _moved(last, one)][::order]:
            send(sites, item)
        assert [(key.replace(one, "a"), version) for key, version in behind(sites) if key.startswith(one)] == left
        kept = digest(sites)
    assert rebuild.verify(sites).match


def _beside(hub: Hub, source: str) -> str:
    send(hub, site(f"{source}:1", "put", 5, number="1"))
    return source


def _moved(item: Incoming, source: str) -> Incoming:
    return item._replace(source=source)


def test_a_word_that_names_nothing_is_answered_by_what_comes_whole_and_no_older(sites: Hub) -> None:
    send(sites, site("a:1", "put", None, "05", number="1"), site("a:1", "changed"))
    assert behind(sites) == [("a:1", None)]
    assert send(sites, site("a:1", "changed")) == ["unchanged"]
    assert send(sites, site("a:1", "put", None, "04", number="2")) == ["accepted"]
    assert behind(sites) == [("a:1", None)], "older than what stood"
    assert send(sites, site("a:1", "patch", None, "06", street="Oak")) == ["accepted"]
    assert behind(sites) == [("a:1", None)], "what else changed is not known"
    assert send(sites, site("a:1", "put", None, "07", number="1")) == ["accepted"]
    assert behind(sites) == []
    assert rebuild.verify(sites).match


def test_what_was_fetched_and_is_as_it_was_answers_too(sites: Hub) -> None:
    same = site("a:1", "put", 5, number="1")
    send(sites, same, site("a:1", "changed"))
    assert send(sites, same) == ["accepted"]
    assert behind(sites) == []
    assert send(sites, same) == ["unchanged"], "there is nothing more to answer"
    assert send(sites, site("a:1", "changed", 6), same) == ["accepted", "unchanged"]
    assert behind(sites) == [("a:1", 6)]
    assert rebuild.verify(sites).match


def test_a_word_about_what_is_there_already_says_nothing_new(sites: Hub) -> None:
    assert send(sites, site("a:1", "put", 8, number="1"), site("a:1", "changed", 7)) == ["accepted", "unchanged"]
    assert send(sites, site("a:1", "changed", 9), site("a:1", "changed", 9)) == ["accepted", "unchanged"]
    assert behind(sites) == [("a:1", 9)]


def test_a_record_that_has_never_come_is_to_be_fetched_too(sites: Hub) -> None:
    found = told.changed(sites, site("a:1", "changed", 3), author=AUTHOR, wait=True)
    assert (found.status, found.golden_id) == ("accepted", None)
    [item] = refetches.page(sites, Wanted(source="a"))["items"]
    assert (item["key"], item["golden_id"]) == ("a:site:1", None)
    send(sites, site("a:1", "put", 2, number="1"))
    [item] = refetches.page(sites, Wanted(entity_type="site"))["items"]
    assert item["golden_id"] is not None
    send(sites, site("a:1", "put", 3, number="1"))
    assert behind(sites) == []
    assert rebuild.verify(sites).match


def test_after_a_gap_every_record_of_the_source_is_to_be_fetched_until_it_has_come(sites: Hub) -> None:
    send(sites, *(site(f"a:{n}", "put", 1, number=str(n)) for n in range(5)), site("b:1", "put", 1, number="b"))
    send(sites, site("a:4", "delete", 2))
    assert told.gap(sites, "a", "site", author=AUTHOR).records == 4
    again = told.gap(sites, "a", "site", author=AUTHOR)
    assert again.records == 0, "said again, nothing is new"
    resolving.resolve_all(sites, author=AUTHOR)
    assert behind(sites) == [(f"a:{n}", None) for n in range(4)]
    [group] = refetches.waiting(sites, Wanted(), samples=2)["items"]
    assert (group["source"], group["entity_type"], group["count"]) == ("a", "site", 4)
    assert [one["key"] for one in group["samples"]] == ["a:site:0", "a:site:1"]
    first = refetches.page(sites, Wanted(), limit=3)
    assert [one["key"] for one in first["items"]] == ["a:site:0", "a:site:1", "a:site:2"]
    assert behind(sites, cursor=first["next"]) == [("a:3", None)]
    send(sites, site("a:0", "put", 1, number="0"), site("a:1", "put", 2, number="x"), site("a:9", "put", 1, number="9"))
    assert behind(sites) == [("a:2", None), ("a:3", None)]
    assert rebuild.verify(sites).match


def test_it_is_told_since_when_and_the_feed_says_both_ends(sites: Hub) -> None:
    send(sites, site("a:1", "put", 1, number="1"), site("a:2", "put", 1, number="2"))
    words = [site("a:1", "changed", 2), site("a:2", "changed", 2)]
    start = changes.head(sites)
    records.put_many(sites, words, author=Author("law", "2026-03-03T00:00:00.000000Z"), batch=Origin())
    resolving.resolve_all(sites, author=Author("law", "2026-03-03T00:00:00.000000Z"))
    [one, _] = refetches.page(sites, Wanted(), moment="2026-03-05T12:00:00.000000Z")["items"]
    assert (one["recorded_at"], one["days"]) == ("2026-03-03T00:00:00.000000Z", 2)
    assert refetches.page(sites, Wanted(before="2026-03-02"))["items"] == []
    assert len(refetches.page(sites, Wanted(before="2026-03-04"))["items"]) == 2
    send(sites, site("a:2", "put", 2, number="2"))
    events = [one for one in changes.page(sites, after=start)["items"] if one["type"].startswith("mdm.refetch.")]
    assert [(one["type"], one["data"]["keys"]) for one in events] == [
        ("mdm.refetch.needed", ["a:site:1", "a:site:2"]), ("mdm.refetch.done", ["a:site:2"]),
    ]  # fmt: skip
    wanted = changes.Wanted(source="b", events=("mdm.refetch.needed",))
    assert changes.page(sites, after=start, wanted=wanted)["items"] == []
    with pytest.raises(InvalidInput, match="no cursor"):
        refetches.page(sites, Wanted(), cursor="x:1")


def test_an_echo_that_was_fetched_answers_and_still_counts_as_nothing_the_source_said(hub: Hub) -> None:
    """A system tells the hub's own write as a change: what is fetched then is what the hub wrote."""
    rules.apply(hub, SITE + "sources: {a: {written_back: true}}\n", file="site.yaml", author=AUTHOR)
    send(hub, site("a:1", "put", 1, number="4711"), site("b:1", "put", 1, number="4711", street="Oak"))
    golden_id = lookup.xref(hub, Key("a", "site", "1"))["golden_id"]
    published = golden.get(hub, golden_id)["attributes"]
    send(hub, site("a:1", "changed", 2))
    assert send(hub, site("a:1", "put", 2, **published)) == ["accepted"]
    assert behind(hub) == []
    assert golden.lineage(hub, golden_id)["lineage"]["street"]["winner"]["source"] == "b"
    assert golden.lineage(hub, golden_id)["lineage"]["street"]["losers"] == []
    assert rebuild.verify(hub).match


def test_a_later_record_of_an_id_is_told_apart_here_too(sites: Hub) -> None:
    first, later = "2019-05-01T00:00:00Z", "2026-02-03T00:00:00Z"
    send(sites, site("a:1", "put", 1, number="1")._replace(created=first))
    send(sites, site("a:1", "put", 1, number="2")._replace(created=later))
    outcomes = records.put_many(sites, [site("a:1", "changed", 2)], author=AUTHOR, batch=Origin("b"))
    assert [one.faults[0].rule for one in outcomes] == ["incarnation"], "nobody guesses which of the two"
    assert send(sites, site("a:1", "changed", 2)._replace(created=later)) == ["accepted"]
    assert behind(sites) == [(f"a:1~{later}", 2)]
    send(sites, site("a:1", "put", 2, number="2")._replace(created=later))
    assert behind(sites) == []
    assert rebuild.verify(sites).match


def test_a_word_that_comes_first_does_not_say_what_sort_of_version_records_have(sites: Hub) -> None:
    assert send(sites, site("a:1", "changed", 3)) == ["accepted"]
    assert send(sites, site("a:1", "put", None, "05", number="1")) == ["accepted"]
    assert behind(sites) == [], "it came whole after the word, and nothing else can be compared"
    outcomes = records.put_many(sites, [site("a:1", "changed", 4)], author=AUTHOR, batch=Origin("b"))
    assert [one.faults[0].rule for one in outcomes] == ["version_sort"]
