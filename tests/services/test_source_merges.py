"""Merges that a source made: a must-link whichever arrives first, the latest word of a loser, no order to stewards."""

import itertools
from typing import Any

import pytest

from mdm.errors import InvalidInput
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import rebuild, resolving
from mdm.services.deciding.decisions import verdict
from mdm.services.hub import Hub
from mdm.services.intake import records, source_merges
from mdm.services.reading import lookup
from mdm.services.stewarding import tasks
from mdm.store.batches import Origin
from tests.conftest import AUTHOR


def key(source_id: str) -> Key:
    return Key("crm", "customer", source_id)


def item(source_id: str, *, into: str | None = None, deleted: bool = False, version: int | None = None) -> Incoming:
    values: dict[str, Any] = {} if deleted else {"name": f"Firm {source_id}"}
    mode = "delete" if deleted else "put"
    return Incoming("crm", "customer", source_id, values, version, None, mode, merged_into=into)  # type: ignore[arg-type]


def send(hub: Hub, *items: Incoming) -> list[str]:
    outcomes = records.put_many(hub, list(items), author=AUTHOR, batch=Origin("b"))
    resolving.resolve_all(hub, author=AUTHOR)
    return [outcome.status for outcome in outcomes]


def bearers(hub: Hub, *ids: str) -> list[str | None]:
    return [lookup.xref(hub, key(id_))["golden_id"] for id_ in ids]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_chain_collapses_whichever_comes_first(sqlite_hub: Hub, order: tuple[int, ...]) -> None:
    items = [item("1"), item("2", into="1", deleted=True), item("3", into="2", deleted=True)]
    for number in order:
        send(sqlite_hub, items[number])
    assert len(set(bearers(sqlite_hub, "1", "2", "3"))) == 1
    assert rebuild.verify(sqlite_hub).match


def test_a_cycle_is_harmless(hub: Hub) -> None:
    assert send(hub, item("1", into="2"), item("2", into="3"), item("3", into="1")) == ["accepted"] * 3
    assert len(set(bearers(hub, "1", "2", "3"))) == 1
    assert rebuild.verify(hub).match


def test_a_merge_is_said_once(hub: Hub) -> None:
    assert send(hub, item("1"), item("2", into="1", version=None)) == ["accepted", "accepted"]
    assert send(hub, item("2", into="1")) == ["unchanged"]
    assert send(hub, item("2")) == ["unchanged"], "a blank column takes nothing back"
    assert source_merges.merge(hub, key("2"), "1", author=AUTHOR, wait=False).status == "unchanged"
    assert len(set(bearers(hub, "1", "2"))) == 1


def test_a_merge_beside_an_unchanged_record_counts_as_accepted(hub: Hub) -> None:
    send(hub, item("1"), item("2"))
    assert send(hub, item("2", into="1")) == ["accepted"]
    assert len(set(bearers(hub, "1", "2"))) == 1


def test_a_later_word_of_the_same_loser_points_it_elsewhere(hub: Hub) -> None:
    send(hub, item("1"), item("2", into="1"), item("3"))
    assert source_merges.merge(hub, key("2"), "3", author=AUTHOR, wait=True).golden_id == bearers(hub, "3")[0]
    one, two, three = bearers(hub, "1", "2", "3")
    assert one != two == three
    assert rebuild.verify(hub).match


def test_of_versions_that_come_in_any_order_the_newest_says_where(hub: Hub) -> None:
    send(hub, item("1", version=1), item("3", version=1), item("2", into="3", version=9))
    send(hub, item("2", into="1", version=4))
    one, two, three = bearers(hub, "1", "2", "3")
    assert one != two == three
    source_merges.merge(hub, key("2"), "1", author=AUTHOR, wait=True)
    one, two, three = bearers(hub, "1", "2", "3")
    assert one == two != three


def test_a_refused_record_merges_nothing(hub: Hub) -> None:
    send(hub, item("1", version=1), item("2", version=1))
    other = item("2", into="1", version=1)._replace(attributes={"name": "Other"})
    wrong_sort = item("2", into="1")
    assert send(hub, other, wrong_sort) == ["quarantined", "quarantined"]
    assert len(set(bearers(hub, "1", "2"))) == 2


def test_a_merge_into_itself_is_refused(hub: Hub) -> None:
    with pytest.raises(InvalidInput, match="into itself"):
        source_merges.merge(hub, key("1"), "1", author=AUTHOR, wait=True)


def test_a_merge_that_names_nothing_that_has_arrived_is_kept(hub: Hub) -> None:
    assert source_merges.merge(hub, key("2"), "1", author=AUTHOR, wait=True).golden_id is None
    send(hub, item("1"), item("2"))
    assert len(set(bearers(hub, "1", "2"))) == 1


def test_a_steward_who_kept_them_apart_is_not_overruled(hub: Hub) -> None:
    send(hub, item("1"), item("2"), item("3"))
    verdict(hub, key("1"), key("3"), "distinct", reason="two firms", author=AUTHOR)
    send(hub, item("2", into="1"), item("3", into="2"))
    one, two, three = bearers(hub, "1", "2", "3")
    assert one == two != three
    (task,) = tasks.page(hub, kind="contradiction")["items"]
    assert task["records"] == ["crm:customer:2", "crm:customer:3"]
    assert rebuild.verify(hub).match
