"""The queue as a list: rows by name, in any order and by any facet, each page found in an index."""

from itertools import product
from typing import Any

import pytest

from mdm.errors import InvalidInput, NotFound
from mdm.services import health, resolving
from mdm.services.hub import Hub
from mdm.services.stewarding import queue, saved_filters, task_counts, task_work, tasks
from mdm.services.stewarding.choosing import VIEWS
from mdm.services.stewarding.queue import Choice, Looking
from mdm.services.watching import at_a_glance
from mdm.store import task_rows
from mdm.store import tasks as stored_tasks
from mdm.store.database import Transaction
from mdm.store.tasks import ORDERS, Filter
from tests.conftest import AUTHOR
from tests.stories.stewards import fill

NOW = "2026-03-02T09:00:00.000000Z"
WHO = "cli:anna"


@pytest.fixture
def full(hub: Hub) -> Hub:
    """A hub with some open tasks."""
    fill(hub, 12, AUTHOR)
    return hub


def listed(hub: Hub, choice: Choice = Choice(), **more: Any) -> dict[str, Any]:  # noqa: B008
    return queue.page(hub, choice, Looking(WHO, hub.entity_types(), NOW), **more)


def test_rows_name_the_golden_records_and_pages_hold_every_task_once_in_any_order(full: Hub) -> None:
    first = listed(full, limit=1)["items"][0]
    task = tasks.get(full, first["id"])
    assert [one["key"] for one in first["golden_records"]] == task["records"]
    assert [one["golden_id"] for one in first["golden_records"]] == [
        one["golden_id"] for one in task["preview"]["golden_records"]
    ]
    assert first["match_weight"] == task["evidence"]["match_weight"]
    assert first["golden_records"][0]["label"] == task["preview"]["golden_records"][0]["attributes"].get("a")
    for order in ORDERS:
        found: list[str] = []
        cursor = None
        while True:
            page = listed(full, Choice(order=order), cursor=cursor, limit=5)  # type: ignore[arg-type]
            found += [one["id"] for one in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert len(found) == len(set(found)) == 12, order


def test_views_are_of_the_person_who_asks_and_counted(full: Hub) -> None:
    author = AUTHOR.__class__(WHO, NOW)
    ids = [one["id"] for one in listed(full)["items"]]
    task_work.assign(full, ids[0], to=WHO, author=author)
    task_work.claim(full, ids[1], author=author)
    task_work.snooze(full, ids[2], until="2026-04-01", author=author)
    page = listed(full, Choice(view="mine"))
    assert [one["id"] for one in page["items"]] == [ids[0]]
    assert [one["id"] for one in listed(full, Choice(view="held"))["items"]] == [ids[1]]
    assert [one["id"] for one in listed(full, Choice(view="snoozed"))["items"]] == [ids[2]]
    views = {"all": 12, "mine": 1, "held": 1, "asked": 0, "snoozed": 1, "proposed": 0}
    assert {name: page["counts"]["views"][name] for name in views} == views
    late = queue.page(full, Choice(view="overdue"), Looking(WHO, full.entity_types(), "2099-01-01T00:00:00.000000Z"))
    assert len(late["items"]) == late["counts"]["overdue"] == 12
    assert listed(full, Choice(view="closed"))["items"] == []
    assert listed(full, Choice(min_probability=0.999))["items"] == []
    found, beside = queue.waiting(full, ("mine", "held"), Looking(WHO, full.entity_types(), NOW), ids=ids[2:3])
    assert {view: [one["id"] for one in some] for view, some in found.items()} == {"mine": ids[:1], "held": ids[1:2]}
    assert list(beside) == ids[2:3]


def test_what_comes_next_is_the_list_that_was_chosen(full: Hub) -> None:
    """In its order and within its bounds; the same is claimed, and tasks that nobody is given are not."""
    author = AUTHOR.__class__(WHO, NOW)
    fill(full, 15, AUTHOR)
    ids = [one["id"] for one in listed(full)["items"]]
    assert ids != [one["id"] for one in listed(full, Choice(order="newest"))["items"]]
    for id_ in ids[3:6]:
        task_work.assign(full, id_, to=WHO, author=author)
    likely = sorted(one["match_probability"] for one in listed(full)["items"])
    for view, order, least in product(VIEWS, ORDERS, (None, likely[6])):
        choice = Choice("thing", view=view, order=order, min_probability=least)  # type: ignore[arg-type]
        wanted = [one["id"] for one in listed(full, choice)["items"]]
        assert task_work.upcoming(full, author=author, choice=choice, limit=50) == wanted, choice
        if wanted:
            then = task_work.upcoming(full, author=author, choice=choice, after=wanted[0], limit=50)
            assert then == wanted[1:], choice
    task_work.skip(full, listed(full, Choice(order="newest"))["items"][0]["id"], author=author)
    for order in ORDERS:
        choice = Choice(order=order)  # type: ignore[arg-type]
        [first] = task_work.upcoming(full, author=author, choice=choice, limit=1)
        claimed = task_work.claim_next(full, author=author, choice=choice)
        assert claimed
        assert claimed["id"] == first, order
    task_work.snooze(full, ids[8], until="2026-04-01", author=author)
    for view in ("snoozed", "proposed", "closed"):
        assert task_work.claim_next(full, author=author, choice=Choice(view=view)) is None  # type: ignore[arg-type]


def test_lists_read_together_are_each_in_their_order(full: Hub) -> None:
    looking = Looking(WHO, full.entity_types(), "2099-01-01T00:00:00.000000Z")
    together, _ = queue.waiting(full, ("all", "overdue"), looking, limit=7)
    for view, some in together.items():
        assert some == queue.page(full, Choice(view=view), looking, limit=7)["items"]


def test_what_presses_is_counted_as_in_the_whole_queue(full: Hub) -> None:
    due = listed(full)["items"][0]["due"]
    for day, entity_type in product(("2000-01-01", due, "2099-01-01"), (None, "thing")):
        counted = task_counts.open_tasks(full, entity_type=entity_type, moment=f"{day}T00:00:00.000000Z")
        seen = at_a_glance.look(full, full.entity_types(), WHO, moment=day, narrowed=entity_type)
        assert [seen[name] for name in ("overdue", "due_today")] == [counted["overdue"], counted["due_today"]]
    assert at_a_glance.look(full, ["thing"], WHO, moment=due)["due_today"] > 0


def test_a_glance_tells_what_the_statistics_tell(full: Hub) -> None:
    seen, stats = at_a_glance.look(full, full.entity_types(), WHO), health.stats(full)
    assert {name: {**counted, "pending": 0, "marked": 0} for name, counted in seen["entity_types"].items()} == stats[
        "entity_types"
    ]
    assert {name: seen[name] for name in ("log", "feed")} == stats["positions"]
    assert seen["pending"] == 0


def test_every_order_and_choice_is_found_in_an_index(full: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL with sorts and whole scans made dear, as a table this small would be sorted anyway."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    run = Transaction._run
    monkeypatch.setattr(
        Transaction,
        "_run",
        lambda self, statement, values: (asked.append((statement, tuple(values))), run(self, statement, values)),
    )
    choices = product(
        (None, "thing"), (None, "review"),
        [{}, {"assigned_to": WHO}, {"escalated_to": WHO}, {"claimed_by": WHO}, {"snoozed": True}, {"proposed": True},
         {"status": "closed"}, {"due_before": "2026-03-01"}, {"least": 1_000.0, "most": 4_000.0}],
    )  # fmt: skip
    with full.database.write() as transaction:
        if transaction.postgresql:
            transaction.run("SET LOCAL enable_seqscan = off")
            transaction.run("SET LOCAL enable_sort = off")
        after = stored_tasks.page(transaction, Filter(), after=None, limit=1)[0]
        plans: dict[str, str] = {}
        for of, kind, more in choices:
            for order in ORDERS if not more.get("due_before") else ("due",):
                asked.clear()
                stored_tasks.page(transaction, Filter(of, kind, now=NOW, **more), after=after, limit=5, order=order)  # type: ignore[arg-type]
                plans[f"{order} {of} {kind} {more}"] = plan(transaction, *asked[-1])
        asked.clear()
        task_rows.facets(transaction, None, who=WHO, moment=NOW)
        counting = plan(transaction, *asked[-1])
    few = ("assigned_to", "escalated_to", "claimed_by", "snoozed", "proposed")
    for choice, told in plans.items():
        assert "SCAN task" not in told.replace("SCAN task USING", ""), f"{choice}\n{told}"
        assert "Seq Scan on task " not in told, f"{choice}\n{told}"
        if not any(name in choice for name in few):  # few are sorted, all are read in order
            order = choice.split()[0]
            index = "ix_task_queue" if order == "urgent" else f"ix_task_{order}"
            assert index in told, f"{choice}\n{told}"
            assert "TEMP B-TREE" not in told, f"{choice}\n{told}"
        elif not full.database.postgresql:
            assert "SEARCH task_work" in told or "ix_proposal_open" in told, f"{choice}\n{told}"
    assert full.database.postgresql or "ix_task_counted" in counting, counting


def plan(transaction: Transaction, statement: str, values: tuple[object, ...]) -> str:
    how = "EXPLAIN " if transaction.postgresql else "EXPLAIN QUERY PLAN "
    return "\n".join(str(row[-1]) for row in transaction.rows(how + statement, *values)) + "\n"


def test_a_filter_is_kept_under_a_name_for_oneself_or_for_all(hub: Hub) -> None:
    other = AUTHOR.__class__("cli:bert", NOW)
    me = AUTHOR.__class__(WHO, NOW)
    saved_filters.save(hub, "Likely", Choice("customer", order="likeliest"), shared=True, author=me)
    saved_filters.save(hub, "Mine", Choice(view="mine"), shared=False, author=me)
    assert [(one["name"], one["own"]) for one in saved_filters.listed(hub, WHO)] == [("Likely", True), ("Mine", True)]
    assert [(one["name"], one["own"]) for one in saved_filters.listed(hub, "cli:bert")] == [("Likely", False)]
    again = saved_filters.save(hub, "Likely", Choice("customer", view="overdue"), shared=False, author=me)
    assert again["filter"]["view"] == "overdue"
    assert saved_filters.listed(hub, "cli:bert") == []
    with pytest.raises(NotFound):
        saved_filters.remove(hub, "Likely", author=other)
    saved_filters.remove(hub, "Likely", author=me)
    assert [one["name"] for one in saved_filters.listed(hub, WHO)] == ["Mine"]
    for name in ("", " a", "a/b", "x" * 61, "two\nlines"):
        with pytest.raises(InvalidInput):
            saved_filters.save(hub, name, Choice(), shared=False, author=me)
    with pytest.raises(NotFound):
        saved_filters.save(hub, "No such type", Choice("nothing"), shared=False, author=me)


def test_every_view_can_be_read(full: Hub) -> None:
    resolving.resolve_all(full, author=AUTHOR)
    for view in VIEWS:
        listed(full, Choice(view=view), limit=2)
