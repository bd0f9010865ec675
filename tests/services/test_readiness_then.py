"""Readiness as of a moment: what the hub would have said then, whatever of it has changed since."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mdm.errors import InvalidInput, NotFound
from mdm.services import resolving
from mdm.services.deciding import decisions, overrides
from mdm.services.hub import Hub
from mdm.services.rulebook import rules
from mdm.services.watching import readiness
from mdm.services.watching.readiness import Wanted
from mdm.store import log as stored_log
from tests.conftest import AUTHOR
from tests.services.test_readiness import put

TYPES = """
entity_type: city
id_prefix: cit
attributes: {name: {kind: text}, mayor: {kind: text}}
match: {block_on: [[name]], compare: [name]}
---
entity_type: office
id_prefix: ofc
attributes:
  name: {kind: text}
  code: {kind: identifier}
  city: {kind: reference, to: city}
  above: {kind: reference, to: office}
match: {block_on: [[code]], compare: [code], always: [{same: code}]}
readiness:
  lease:
    systems: [erp, crm]
    attributes: [code, city]
    referring: [{by: desk.office}, {by: desk.city, via: city, in_force: prices}]
  rent: {referring: [{by: tariff.office, in_force: lines, fall_back: true}]}
---
entity_type: desk
id_prefix: dsk
attributes:
  name: {kind: text}
  office: {kind: reference, to: office}
  city: {kind: reference, to: city}
  prices: {kind: lines, of: {rate: {kind: money}}}
match: {block_on: [[name]], compare: [name]}
---
entity_type: tariff
id_prefix: tar
attributes:
  name: {kind: text}
  office: {kind: reference, to: office}
  lines: {kind: lines, of: {rate: {kind: money}}}
match: {block_on: [[name]], compare: [name]}
"""
PRICE = {"rate": "900"}


@pytest.fixture
def offices(hub: Hub) -> Hub:
    """A hub with entity types of which a process needs something of every sort."""
    apply(hub, TYPES)
    return hub


def apply(hub: Hub, text: str) -> None:
    for document in text.split("---\n"):
        rules.apply(hub, document, file="office.yaml", author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)


def said(hub: Hub, as_of: int | None = None, on: str | None = None) -> dict[str, Any]:
    """What the lists and each golden record say."""
    told: dict[str, Any] = {}
    for process in ("lease", "rent"):
        for item in readiness.page(hub, process, Wanted(on=on), as_of=as_of)["items"]:
            own = readiness.of_one(hub, item["golden_id"], process, as_of=as_of, on=on)
            assert (own["missing"], own["label"]) == (item["missing"], item["label"])
            told[f"{process} {item['golden_id']}"] = own
    return told


def without_hints(told: dict[str, Any]) -> dict[str, Any]:
    """The answers as they are told later: what to do about it was a matter of then."""
    assert all("hint" in one for answer in told.values() for one in answer["missing"])
    return {
        of: {**answer, "missing": [{name: part for name, part in one.items() if name != "hint"}
                                   for one in answer["missing"]]}
        for of, answer in told.items()
    }  # fmt: skip


def steps(hub: Hub, oldest: tuple[str, str], office: str) -> Iterator[Callable[[], Any]]:
    """Each changes the answer by something else; at last all bears other golden IDs."""
    held: list[str] = []

    def sets(golden_id: str, attribute: str, key: str) -> None:
        wanted = overrides.Wanted(golden_id, attribute, key)
        held.append(overrides.override(hub, wanted, reason="moved", author=AUTHOR).decision_id)

    desk = put(hub, "crm:desk:9", name="Wall")

    def merge(*ids: str) -> None:
        decisions.merge(hub, list(ids), reason="one", author=AUTHOR, supersede=False)

    yield lambda: put(hub, "crm:office:7", name="North", code="N-1")
    yield lambda: put(hub, "erp:office:1", name="North", code="N-1", city="erp:city:A")
    yield lambda: put(hub, "erp:city:A", name="Aarau")
    yield lambda: put(hub, "erp:desk:1", name="Window", office="erp:office:1")
    yield lambda: put(hub, "erp:desk:2", name="Door", city="erp:city:A", prices=[{**PRICE, "valid_to": "2026-03-01"}])
    yield lambda: sets(office, "city", "erp:city:B")
    yield lambda: put(hub, "erp:desk:2", name="Door", city="erp:city:B", prices=[PRICE])
    yield lambda: decisions.undo(hub, held[0], reason="was wrong", author=AUTHOR)
    yield lambda: put(hub, "erp:desk:1", name="Window", office="erp:office:2")
    yield lambda: put(hub, "crm:office:7", mode="delete")
    yield lambda: put(hub, "erp:city:A", mode="delete")
    yield lambda: put(hub, "erp:tariff:1", name="All", lines=[PRICE])
    yield lambda: put(hub, "erp:tariff:1", name="All", office="erp:office:2", lines=[PRICE])
    yield lambda: put(hub, "erp:office:2", name="Head", code="H-1")
    yield lambda: put(hub, "erp:office:1", name="North", code="N-1", above="erp:office:2")
    yield lambda: put(hub, "erp:office:1", name="North", code="N-1")
    yield lambda: put(hub, "erp:office:1", name="North", code="N-1", above="erp:office:2", city="erp:city:B")
    yield lambda: put(
        hub, "erp:tariff:1", name="All", office="erp:office:2", lines=[{**PRICE, "valid_from": "2027-01-01"}]
    )
    yield lambda: resolving.tick(hub, "2026-06-01", author=AUTHOR)
    yield lambda: resolving.tick(hub, "2027-06-01", author=AUTHOR)
    yield lambda: put(hub, "erp:tariff:1", name="All", lines=[PRICE])
    yield lambda: apply(hub, TYPES.replace("systems: [erp, crm]", "systems: [erp, psa]"))
    yield lambda: sets(desk, "office", "erp:office:1")
    yield lambda: (merge(oldest[1], desk), merge(oldest[0], office))
    yield lambda: put(hub, "erp:office:1", mode="delete")


def test_every_answer_stays_what_it_was(offices: Hub) -> None:
    hub = offices
    put(hub, "erp:city:B", name="Basel")
    oldest = put(hub, "erp:office:0", name="Old", code="O-1"), put(hub, "erp:desk:0", name="Table")
    office = put(hub, "erp:office:1", name="North", code="N-1")
    remembered = []
    for step in steps(hub, oldest, office):
        step()
        resolving.resolve_all(hub, author=AUTHOR)
        with hub.database.read() as reader:
            at = stored_log.head(reader)
        remembered.append((at, said(hub), said(hub, on="2026-02-01")))
    answers = [told for _, *told in remembered]
    assert all(before != after for before, after in itertools.pairwise(answers)), "each step tells"
    for at, then, on_a_day in remembered:
        assert said(hub, as_of=at) == without_hints(then)
        assert said(hub, as_of=at, on="2026-02-01") == without_hints(on_a_day)


def test_what_was_not_there_yet_is_not_told(offices: Hub) -> None:
    hub = offices
    with hub.database.read() as reader:
        before = stored_log.head(reader)
    office = put(hub, "erp:office:1", name="North", code="N-1")
    assert readiness.page(hub, "lease", Wanted(), as_of=before)["items"] == []
    with pytest.raises(NotFound, match="never given by then"):
        readiness.of_one(hub, office, "lease", as_of=before)
    with pytest.raises(InvalidInput, match="as_of takes"):
        readiness.page(hub, "lease", Wanted(), as_of="soon")
    apply(hub, TYPES.split("---\n")[1].replace("  rent:", "  move:"))
    assert readiness.of_one(hub, office, "move")["process"] == "move"
    with hub.database.read() as reader:
        then = stored_log.head(reader) - 2
    with pytest.raises(NotFound, match="'move'"):
        readiness.of_one(hub, office, "move", as_of=then)
    assert readiness.of_one(hub, office, "rent", as_of=then)["process"] == "rent"


def test_a_list_of_a_moment_goes_on_page_by_page(offices: Hub) -> None:
    hub = offices
    ids = [put(hub, f"erp:office:{number}", name="North", code=f"N-{number}") for number in range(3)]
    with hub.database.read() as reader:
        then = stored_log.head(reader)
    for number in range(3):
        put(hub, f"erp:office:{number}", mode="delete")
    found, cursor = [], None
    for _ in range(3):
        page = readiness.page(
            hub, "lease", Wanted(ready=False, missing="system:crm", cursor=cursor, limit=1), as_of=then
        )
        found += [one["golden_id"] for one in page["items"]]
        assert all("since" not in one for one in page["items"])
        cursor = page["next"]
    assert (found, cursor) == (ids, None)
    assert readiness.page(hub, "lease", Wanted())["items"] == []
