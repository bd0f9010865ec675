"""A dry run tells exactly what a decision then does, and writes nothing."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from mdm.errors import Conflict, NotFound
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import resolving
from mdm.services.deciding import decisions, overrides
from mdm.services.deciding.decisions import Decided
from mdm.services.deciding.overrides import Wanted
from mdm.services.feed import changes
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import golden, lookup
from mdm.services.stewarding.preview import NOT_YET, Preview, preview
from mdm.store import digests, log
from mdm.store.batches import Origin
from tests.conftest import AUTHOR

Decide = Callable[[Hub], Decided]


def put(hub: Hub, source: str, source_id: str, **attributes: object) -> str:
    incoming = Incoming(source, "customer", source_id, attributes, None, None, "put")
    found = records.put(hub, incoming, author=AUTHOR, wait=True).golden_id
    assert found is not None
    return found


def everything(hub: Hub) -> tuple[str, str, int]:
    with hub.database.read() as reader:
        return digests.state(reader), digests.history(reader), log.head(reader)


def tried_and_done(hub: Hub, decide: Decide) -> tuple[Preview, Preview]:
    """What the dry run tells, once it is sure that it left nothing, and what the decision then did."""
    before = everything(hub)
    told = preview(hub, lambda one, _: decide(one), author=AUTHOR)
    assert everything(hub) == before
    statuses = {one: _status(hub, one) for one in told.golden_ids}
    after = changes.page(hub, after=0, limit=10_000)["next"]
    decided = decide(hub)
    events = changes.page(hub, after=after, limit=10_000)["items"]
    done = [
        {"type": one["type"], **{name: part for name, part in one["data"].items() if name not in NOT_YET}}
        for one in events
    ]
    return told, Preview(
        decided.golden_ids, decided.redirects, done,
        golden_records=[{**_without_positions(golden.get(hub, one)), "before": statuses.get(one)}
                        for one in decided.golden_ids],
    )  # fmt: skip


def _status(hub: Hub, golden_id: str) -> str | None:
    with suppress(NotFound):
        return golden.get(hub, golden_id)["status"]  # type: ignore[no-any-return]
    return None


def _without_positions(document: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in document.items() if name not in NOT_YET}


def test_it_tells_what_each_decision_then_does(hub: Hub) -> None:
    older = put(hub, "crm", "1", name="Alder Consulting")
    newer = put(hub, "erp", "2", name="Birch Logistics")
    made: list[Decided] = []

    def keeping(decide: Decide) -> Decide:
        return lambda one: made.append(decide(one)) or made[-1]  # type: ignore[func-returns-value]

    merge = keeping(lambda one: decisions.merge(one, [older, newer], reason="one", author=AUTHOR))
    told, done = tried_and_done(hub, merge)
    assert told == done
    assert told.redirects == {newer: older}
    assert "mdm.golden.merged" in {one["type"] for one in told.changes}
    wanted = Wanted(older, "name", "Alder & Birch")
    told, done = tried_and_done(hub, lambda one: overrides.override(one, wanted, reason="sign", author=AUTHOR))
    assert told == done
    updated = [one for one in told.changes if one["type"] == "mdm.golden.updated"]
    assert [(one["before"]["attributes"]["name"], one["after"]["attributes"]["name"]) for one in updated] == [
        ("Birch Logistics", "Alder & Birch")
    ]
    assert [one["type"] for one in told.changes if one not in updated] == ["mdm.divergence.opened"] * (
        len(told.changes) - 1
    )
    key = Key("erp", "customer", "2")
    told, done = tried_and_done(
        hub, lambda one: decisions.split(one, older, [key], reason="two", author=AUTHOR, supersede=True)
    )
    assert told == done
    assert set(told.golden_ids) == {older, newer}


def test_an_undo_is_previewed_too(hub: Hub) -> None:
    older, newer = put(hub, "crm", "1", name="Alder Consulting"), put(hub, "erp", "2", name="Birch Logistics")
    merged = decisions.merge(hub, [older, newer], reason="one", author=AUTHOR)
    told, done = tried_and_done(hub, lambda one: decisions.undo(one, merged.decision_id, reason="no", author=AUTHOR))
    assert told == done
    assert told.golden_ids == [older, newer]


def test_what_is_refused_is_refused_before_it_is_tried_in_earnest_and_the_hub_goes_on(hub: Hub) -> None:
    one = put(hub, "crm", "1", name="Alder Consulting")
    overrides.override(hub, Wanted(one, "name", "Alder"), reason="sign", author=AUTHOR)
    before = everything(hub)
    other = Wanted(one, "name", "Elder")
    with pytest.raises(Conflict, match="supersede on purpose"):
        preview(hub, lambda tried, author: overrides.override(tried, other, reason="x", author=author), author=AUTHOR)
    assert everything(hub) == before
    assert put(hub, "crm", "3", name="Cedar Trading")


def test_what_is_pending_is_not_taken_for_a_change_of_the_decision(hub: Hub) -> None:
    one = put(hub, "crm", "1", name="Alder Consulting")
    late = Incoming("erp", "customer", "9", {"name": "Dogwood Foods"}, None, None, "put")
    records.put(hub, late, author=AUTHOR, wait=False)
    wanted = Wanted(one, "name", "Alder")
    told = preview(
        hub, lambda tried, author: overrides.override(tried, wanted, reason="x", author=author), author=AUTHOR
    )
    assert {change["golden_id"] for change in told.changes} == {one}


def test_many_records_and_those_that_refer_to_them_are_previewed_alike(hub: Hub) -> None:
    """So many that PostgreSQL takes them by COPY, in several commits of two entity types within one transaction."""
    firms = {"alder": ("Alder Consulting", "DE136695976"), "birch": ("Birch Logistics", "ATU13585627")}
    numbers = range(30)
    several = [
        Incoming(f"s{number}", "customer", ident, {"name": name, "tax_id": tax_id}, None, None, "put")
        for ident, (name, tax_id) in firms.items()
        for number in numbers
    ]
    refers = [
        {"name": f"Card {number}", "code": f"RC-{number}", "customer": f"s{number}:customer:birch"}
        for number in numbers
    ]
    several += [Incoming("psa", "rate_card", one["code"], {**one}, None, None, "put") for one in refers]
    records.put_many(hub, several, author=AUTHOR, batch=Origin())
    resolving.resolve_all(hub, author=AUTHOR)
    older, newer = (lookup.xref(hub, Key("s0", "customer", ident))["golden_id"] for ident in firms)
    told, done = tried_and_done(
        hub, lambda one: decisions.merge(one, [older, newer], reason="one", author=AUTHOR, supersede=True)
    )
    assert told == done
    assert sum(one["type"] == "mdm.xref.moved" for one in told.changes) == 30
    assert put(hub, "crm", "new", name="Cedar Trading")
