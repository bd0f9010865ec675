"""What people set on days: on each day the latest decision that is about it, and elsewhere what survived."""

import random
from itertools import pairwise

import pytest

from golden_records.contributions import Contribution
from golden_records.effective import VALUE, Line, holds_on
from golden_records.overrides import Override
from golden_records.rules import SurvivorshipRules
from golden_records.survive import survive

DAYS = [f"2026-01-{day:02}" for day in range(1, 13)]
RULES = SurvivorshipRules.model_validate({"default": "most_trusted", "trust": {"crm": 90, "erp": 80}})


def days(rnd: random.Random) -> tuple[str | None, str | None]:
    start, end = sorted(rnd.sample(DAYS, 2))
    return rnd.choice((start, start, None)), rnd.choice((end, end, None))


def lines(rnd: random.Random) -> list[Line]:
    found = []
    for place in range(rnd.randint(0, 5)):
        source, value = rnd.choice(("crm", "erp")), rnd.choice("abc")
        one = Contribution(f"{source}:person:1", source, {VALUE: value}, value, True, None, 1)
        found.append(Line(one, (), *days(rnd), place))
    return found


def overrides(rnd: random.Random) -> list[Override]:
    found = []
    for position in rnd.sample(range(10, 100), rnd.randint(0, 4)):
        until = rnd.choice((None, None, rnd.choice(DAYS)))
        found.append(Override("grade", position, rnd.choice(("x", "y", None)), until, None, *days(rnd)))
    return found


def on(timeline: list[dict[str, str]], day: str) -> str | None:
    return next((one[VALUE] for one in timeline if holds_on(one, day)), None)


@pytest.mark.parametrize("seeds", [range(300), pytest.param(range(1_000, 11_000), marks=pytest.mark.verify)])
def test_every_day_has_what_was_set_last_for_it_or_what_survives_there(seeds: range) -> None:
    for seed in seeds:
        rnd = random.Random(seed)
        offered, said, today = {"grade": lines(rnd)}, overrides(rnd), rnd.choice((None, *DAYS))
        given = {"sources": ["crm", "erp"], "today": today, "lines": offered, "dated": {"grade"}}
        plain = survive(RULES, {}, **given).dated.get("grade", [])
        found = survive(RULES, {}, **given, overrides=said)
        timeline = found.dated.get("grade", [])
        holding = [one for one in said if one.until is None or today is None or today < one.until]
        for day in ["", *DAYS, "2027-01-01"]:
            about = [one for one in holding if (one.start or "") <= day < (one.end or "~")]
            latest = max(about, key=lambda one: one.position, default=None)
            assert on(timeline, day) == (on(plain, day) if latest is None else latest.value), (seed, day)
        assert found.attributes.get("grade") == on(timeline, today or "")
        winners = found.lineage["grade"]["winners"] if holding or plain else []
        assert all(one["valid_to"] == other["valid_from"] or other["valid_from"] > one["valid_to"]
                   for one, other in pairwise(winners))  # fmt: skip
        ahead = [day for one in timeline for day in (one["valid_from"], one["valid_to"]) if day and day > (today or "")]
        if ahead:
            assert found.due is not None
            assert found.due <= min(ahead)
