"""A day that reaches many golden records holds nobody up: they are decided again in several commits."""

import threading
from collections.abc import Callable, Sequence

import pytest

from mdm import worker
from mdm.ingest import Incoming
from mdm.log import Author, Fact
from mdm.resolution.work import ALL, Work
from mdm.services import rebuild, resolving
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import golden
from mdm.store import golden_writing, log
from mdm.store.database import Transaction
from tests.conftest import AUTHOR
from tests.services.test_conflicts import put, shop  # noqa: F401

MANY = 7


@pytest.fixture
def due(shop: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:  # noqa: F811
    """A hub in which the telephone numbers of seven shops change on 11 January, and two are decided in a commit."""
    monkeypatch.setattr(Work, "MOST_AGAIN", 2)
    for number in range(MANY):
        put(shop, "crm", str(number), name=f"Kiosk {number}", phone="new", day=1)
        put(shop, "erp", str(number), name=f"Kiosk {number}", phone="old", day=1)
    resolving.tick(shop, "2026-01-02", author=AUTHOR)
    resolving.resolve_all(shop, author=AUTHOR)
    assert phones(shop) == ["new"] * MANY
    resolving.tick(shop, "2026-01-11", author=AUTHOR)
    return shop


def phones(hub: Hub) -> list[str]:
    return sorted(one["attributes"]["phone"] for one in golden.page(hub, entity_type="shop")["items"])


def test_they_are_decided_some_in_each_commit_and_whoever_puts_a_record_waits_for_none(due: Hub) -> None:
    resolving.resolve_arrived(due, author=AUTHOR)
    assert phones(due) == ["new"] * 5 + ["old"] * 2
    incoming = Incoming("crm", "shop", "8", {"name": "Stall", "phone": "mine"}, None, None, "put")
    assert records.put(due, incoming, author=AUTHOR, wait=True).resolution == "created"
    assert phones(due) == ["mine", *["new"] * 5, *["old"] * 2]
    assert resolving.outdated(due) == ["shop"]
    assert resolving.refresh(due, "shop", author=AUTHOR)
    assert phones(due) == ["mine", *["new"] * 3, *["old"] * 4]
    resolving.resolve_all(due, author=AUTHOR)
    assert phones(due) == ["mine", *["old"] * MANY]
    assert resolving.outdated(due) == []
    assert not resolving.refresh(due, "shop", author=AUTHOR)


def test_the_worker_goes_on_until_there_are_none(due: Hub) -> None:
    while worker.resolve_pending(due, threading.Event(), actor="worker"):
        pass
    assert phones(due) == ["old"] * MANY
    assert resolving.outdated(due) == []


def test_a_rebuild_decides_as_many_in_each_commit_as_it_was(due: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving.resolve_all(due, author=AUTHOR)
    monkeypatch.setattr(Work, "MOST_AGAIN", 1_000)  # the log says how many there were in each commit
    assert rebuild.verify(due).match


def test_a_log_from_when_all_were_decided_at_once_is_repeated_so(due: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Work, "MOST_AGAIN", ALL)
    with monkeypatch.context() as formerly:
        formerly.setattr(log, "append", _saying(log.append))
        resolving.resolve_arrived(due, author=AUTHOR)
    assert phones(due) == ["old"] * MANY
    put(due, "crm", "8", name="Stall", phone="mine", day=1)
    monkeypatch.setattr(Work, "MOST_AGAIN", 2)
    assert rebuild.verify(due).match


def due_in_turn(hub: Hub) -> None:
    """Telephone numbers change on 13, 12 and 11 January, the other way round than they are numbered."""
    resolving.tick(hub, "2026-01-02", author=AUTHOR)
    for number, day in enumerate((3, 2, 1)):
        put(hub, "crm", f"late {number}", name=f"Booth {number}", phone=f"new {number}", day=day)
        put(hub, "erp", f"late {number}", name=f"Booth {number}", phone=f"old {number}", day=day)
    resolving.resolve_all(hub, author=AUTHOR)
    resolving.tick(hub, "2026-01-20", author=AUTHOR)


def test_those_that_were_due_first_are_decided_first(shop: Hub, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(Work, "MOST_AGAIN", 2)
    due_in_turn(shop)
    resolving.resolve_arrived(shop, author=AUTHOR)
    assert phones(shop) == ["new 0", "old 1", "old 2"]
    resolving.resolve_all(shop, author=AUTHOR)
    assert phones(shop) == ["old 0", "old 1", "old 2"]
    assert rebuild.verify(shop).match


def test_a_log_from_when_the_smallest_numbers_were_decided_first_is_repeated_so(
    shop: Hub,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Work, "MOST_AGAIN", 2)
    due_in_turn(shop)
    with monkeypatch.context() as formerly:
        formerly.setattr(log, "append", _saying(log.append, "due_at_most"))
        formerly.setattr(golden_writing, "due", _by_number(golden_writing.due))
        resolving.resolve_arrived(shop, author=AUTHOR)
        assert phones(shop) == ["new 2", "old 0", "old 1"]
        resolving.resolve_all(shop, author=AUTHOR)
    assert rebuild.verify(shop).match


def _by_number(due: Callable[..., list[int]]) -> Callable[..., list[int]]:
    return lambda *given, **more: due(*given, **{**more, "by_number": True})


def _saying(append: Callable[..., int], number: str | None = None) -> Callable[..., int]:
    """Append facts that say how many were due by this name, or do not say it."""

    def appended(writer: Transaction, facts: Sequence[Fact], *, author: Author) -> int:
        for fact in facts:
            due = fact.body.pop("due_first", None)
            if number is not None and due is not None:
                fact.body[number] = due
        return append(writer, facts, author=author)

    return appended
