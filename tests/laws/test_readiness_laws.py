"""What is kept of readiness is what judging everything anew gives, after any change of values, targets and days."""

import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mdm.errors import Conflict
from mdm.ingest import Incoming
from mdm.resolution import readiness_writing
from mdm.services import rebuild, resolving
from mdm.services.deciding import decisions, overrides
from mdm.services.hub import Hub
from mdm.services.intake.records import put_many
from mdm.services.pricing import rates
from mdm.services.pricing.rate_question import Question
from mdm.services.reading import golden
from mdm.services.watching import readiness
from mdm.store import log as stored_log
from mdm.store import readiness as stored
from mdm.store.batches import Origin
from tests.conftest import AUTHOR
from tests.laws import small_firm
from tests.laws.kept_groups import kept_groups_are_what_counting_gives
from tests.laws.kept_sums import kept_sums_are_what_counting_gives
from tests.laws.test_order_of_types import opened, steps

DAYS = ("2025-12-31", "2026-01-01", "2026-03-01", "2026-03-31", "2026-07-01", "2026-09-15", "2027-01-01", "2031-01-01")


def kept_is_what_judging_anew_gives(hub: Hub) -> int:
    """Compare all of it; give how many answers there are."""
    with hub.database.read() as reader:
        types = readiness_writing.standing_types(reader)
        anew = {}
        for name in types:
            anew |= readiness_writing.judged(reader, types, name, stored.goldens(reader, name))
        numbers = sorted({golden for golden, _ in anew})
        kept = {(one.golden, one.process): (one.missing, one.due) for one in stored.kept(reader, numbers)}
        assert reader.one("SELECT count(*) FROM readiness") == (len(kept),)
        assert kept == anew
        sums = kept_sums_are_what_counting_gives(reader)
        assert {"to_ready", "lacking"} <= {of.what for of in sums}
        odd = reader.rows("SELECT 1 FROM readiness WHERE (missing = '[]') <> (ready_since IS NOT NULL)")
        assert not odd
    return len(kept)


def changes(pick: random.Random) -> Iterator[list[Incoming]]:
    """Records said anew: deleted, revived, leading elsewhere, with other days, of other names."""
    made = small_firm.records()
    while True:
        one = pick.choice(made)
        said = dict(one.attributes)
        if "lines" in said and pick.random() < 0.6:
            start = pick.choice(DAYS)
            said["lines"] = [{**line, "valid_from": start, "valid_to": None} for line in said["lines"][:1]]
        for name in ("customer", "legal_entity", "cost_center"):
            if name in said and pick.random() < 0.4:
                said[name] = pick.choice(["erp:legal_entity:2000", "crm:customer:crm-1", "erp:cost_center:DE-410", "x"])
        if one.entity_type == "rate_card":
            for name in ("customer", "legal_entity"):
                if pick.random() < 0.4:
                    said.pop(name, None)
        if one.entity_type == "customer" and pick.random() < 0.6:
            said["parent"] = f"crm:customer:crm-{pick.randrange(5)}"
        if one.entity_type == "employee":
            said |= {"cost_rate": "80", "hire_date": pick.choice(DAYS)}
        gone = pick.random() < 0.25 or not said
        yield [one._replace(attributes={} if gone else said, event_time=None, mode="delete" if gone else "put")]


def people_set_a_reference(hub: Hub, pick: random.Random, made: list[str]) -> None:
    """Set one on some golden record, whether or not any record says so, or take back what was set before."""
    if made and pick.random() < 0.3:
        with suppress(Conflict):  # another took its place
            decisions.undo(hub, made.pop(pick.randrange(len(made))), reason="was wrong", author=AUTHOR)
        return
    said = {
        "customer": ("legal_entity", ["erp:legal_entity:2000", "erp:legal_entity:3000"]),
        "rate_card": ("customer", ["crm:customer:crm-1", "crm:customer:crm-2"]),
        "employee": ("cost_center", ["erp:cost_center:DE-410", "erp:cost_center:ES-410"]),
    }
    of = pick.choice(sorted(said))
    items = golden.page(hub, entity_type=of)["items"]
    if items:
        attribute, keys = said[of]
        wanted = overrides.Wanted(pick.choice(items)["golden_id"], attribute, pick.choice(keys))
        set_ = overrides.override(hub, wanted, reason="agreed", author=AUTHOR, supersede=True)
        made.append(set_.decision_id)


def lines_are_in_force_where_a_rate_is_found(hub: Hub) -> int:
    """Ask for the rate of every combination that readiness speaks of, as `mdm rate` does."""
    asked = 0
    for item in readiness.page(hub, "time_to_billing", readiness.Wanted(entity_type="customer", limit=100))["items"]:
        told = readiness.of_one(hub, item["golden_id"], "time_to_billing", on="2026-05-05")
        for part in [*told["missing"], *told["present"]]:
            of = part.get("attribute", "").partition(".")[0]
            fields = {name: value for name, value in part.get("key", {}).items() if value is not None}
            if part["code"] in {"line", "referring"} and (fields or part["code"] == "line"):
                found = rates.rate(hub, Question(item["golden_id"], fields, "2026-05-05", of=of))
                assert (found["outcome"] != "none") == (part in told["present"]), (part, found)
                asked += 1
    return asked


def lists_of_a_day_say_what_each_says_of_itself(hub: Hub, process: str, day: str) -> None:
    """Whatever a list about a day is asked for, and however short its pages are."""
    kept = readiness.page(hub, process, readiness.Wanted(limit=100))["items"]
    own = [readiness.of_one(hub, one["golden_id"], process, on=day) for one in kept]
    own = [{name: one[name] for name in ("golden_id", "label", "ready", "missing")} for one in own]
    for ready, code, limit in ((None, None, 3), (True, None, 1), (False, "line", 2)):
        found, cursor = [], None
        while True:
            wanted = readiness.Wanted(None, ready, code, day, cursor, limit)
            page = readiness.page(hub, process, wanted)
            assert len(page["items"]) <= limit
            found, cursor = [*found, *page["items"]], page["next"]
            if cursor is None:
                break
        expected = [
            one for one in own
            if ready in {None, one["ready"]} and (code is None or code in {said["code"] for said in one["missing"]})
        ]  # fmt: skip
        assert [{name: one[name] for name in expected[0]} for one in found] == expected if expected else found == []


def judged_now(hub: Hub, *, as_of: int | None = None, on: str | None = None) -> list[Any]:
    """What a list and each golden record say of every process, of now or as of a position."""
    told: list[Any] = []
    for process in ("quote_to_project", "time_to_billing", "resource_to_margin"):
        items = readiness.page(hub, process, readiness.Wanted(limit=1_000, on=on), as_of=as_of)["items"]
        told += [(process, one["golden_id"], one["label"], one["ready"], one["missing"]) for one in items]
        told += [readiness.of_one(hub, one["golden_id"], process, as_of=as_of, on=on) for one in items]
    return told


def remembered(hub: Hub, pick: random.Random) -> tuple[int, str | None, list[Any]]:
    """Where the log stands, perhaps a day, and what is said of everything now, without what to do."""
    on = pick.choice([None, *DAYS])
    with hub.database.read() as reader:
        return stored_log.head(reader), on, without_hints(judged_now(hub, on=on))


def without_hints(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: without_hints(one) for name, one in told.items() if name != "hint"}
    return type(told)(map(without_hints, told)) if isinstance(told, list | tuple) else told


def lives(hub: Hub, seed: int, length: int) -> None:
    pick = random.Random(seed)
    order = steps()
    pick.shuffle(order)
    days, said = iter(DAYS), changes(pick)
    for step in order:
        step(hub)
        if pick.random() < 0.1:
            resolving.resolve(hub, pick.choice(sorted(small_firm.GOLDEN)), author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    assert kept_is_what_judging_anew_gives(hub) > 15
    set_by_people: list[str] = []
    memory = [remembered(hub, pick)]
    for _ in range(length):
        if pick.random() < 0.2:
            people_set_a_reference(hub, pick, set_by_people)
        if pick.random() < 0.2 and (day := next(days, None)):
            resolving.tick(hub, day, author=AUTHOR)
        else:
            put_many(hub, next(said), author=AUTHOR, batch=Origin())
        if pick.random() < 0.5:
            resolving.resolve_all(hub, author=AUTHOR)
            kept_is_what_judging_anew_gives(hub)
            kept_groups_are_what_counting_gives(hub)
            memory.append(remembered(hub, pick))
    resolving.resolve_all(hub, author=AUTHOR)
    kept_is_what_judging_anew_gives(hub)
    assert kept_groups_are_what_counting_gives(hub)
    lines_are_in_force_where_a_rate_is_found(hub)
    for position, on, said_then in memory:
        assert judged_now(hub, as_of=position, on=on) == said_then
    for process in ("quote_to_project", "resource_to_margin"):
        lists_of_a_day_say_what_each_says_of_itself(hub, process, pick.choice(DAYS))
    assert rebuild.verify(hub).match


@pytest.mark.parametrize("seed", [2, *(pytest.param(seed, marks=pytest.mark.verify) for seed in range(10, 14))])
def test_kept_answers_are_those_of_judging_anew(
    seed: int, sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness_writing, "MOST", (2, 1_000)[seed % 2])  # with two, most of it waits to be judged
    hub = opened(sqlite_template, tmp_path, "hub", chunk=(7, 1_000)[seed % 2])
    lives(hub, seed, length=60 if seed >= 10 else 10)
    hub.close()


def test_postgresql_keeps_the_same(postgres_hub: Hub) -> None:
    lives(postgres_hub, 2, length=3)
