"""Laws of survivorship, on random sets of contributions."""

import json
from datetime import date, timedelta

from hypothesis import strategies as st
from plain_survivorship import plain
from test_strategies import SOURCES

from golden_records.contributions import Contribution, without_floats
from golden_records.rules import SurvivorshipRules
from golden_records.strategies import STRATEGIES
from golden_records.survive import survive
from tests.drawn import drawn

NAMES = ("name", "city", "email")
START = date(2024, 1, 1)
VALUES = st.sampled_from(
    [
        "Acme",
        "ACME",
        "Acme Ltd",
        "7",
        "07",
        "",
        7,
        7.0,
        1,
        True,
        {"a": 1, "b": 2.5},
        {"b": 2.5, "a": 1},
        ["x", 0.5],
    ]
)
STANDARDISED = st.none() | st.sampled_from(["acme", "7", "x\x1fy"])
TIMES = st.none() | st.sampled_from(
    ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00.5Z", "2024-01-03T10:00:00Z", "2024-01-09T23:59:59Z"]
)
TRUST = st.dictionaries(
    st.sampled_from(["erp", "crm", "psa", "new"]),
    st.fixed_dictionaries(
        {"value": st.sampled_from([0, 1, 40, 80, 81, 100])}, optional={"half_life": st.integers(1, 6)}
    ),
)
RULE = st.sampled_from([name for name in STRATEGIES if name != "source_priority"])


@st.composite
def contributions(draw):
    source, number = draw(st.sampled_from(["erp", "crm", "psa", "new"])), draw(st.integers(1, 2))
    return Contribution(
        record=f"{source}:customer:{number}",
        source=source,
        value=draw(VALUES),
        standardised=draw(STANDARDISED),
        valid=draw(st.integers(0, 5)) > 0,
        event_time=draw(TIMES),
        position=draw(st.integers(1, 2)),
    )


PRIORITY = st.just({"strategy": "source_priority", "sources": ["psa", "erp"]})
ONE_VALUE = [name for name in STRATEGIES if name not in {"source_priority", "union"}]
CONDITION = st.fixed_dictionaries(
    {},
    optional={
        "source": st.sampled_from([["erp"], ["crm", "psa"]]),
        "fresher_than": st.integers(1, 9),
        "has": st.sampled_from([["email"], ["name", "city"]]),
        "equals": st.sampled_from([{"email": ["acme"]}, {"city": ["7", "Acme Ltd"]}]),
    },
).filter(bool)


@st.composite
def steps(draw):
    """A list of steps, all but the last with a condition, and the last with one or without."""
    names = ["union"] if draw(st.integers(0, 4)) == 0 else ONE_VALUE
    rule = st.sampled_from(names).map(lambda name: {"strategy": name})
    if names is ONE_VALUE:
        rule |= PRIORITY
        rule |= TRUST.map(lambda trust: {"strategy": "most_trusted", "trust": trust})
    found = [{**draw(rule), "when": draw(CONDITION)} for _ in range(draw(st.integers(1, 3)))]
    return [*found, draw(rule)] if draw(st.booleans()) else found


@st.composite
def documents(draw):
    document = {
        "default": draw(RULE),
        "attributes": draw(st.dictionaries(st.sampled_from(NAMES), RULE | PRIORITY | steps())),
        "trust": draw(TRUST),
        "groups": draw(st.sampled_from([[], [["city", "name"]], [["name", "email"]]])),
    }
    read = SurvivorshipRules.model_validate(document)
    return {**document, "conflicts": [name for name in NAMES if not read.keeps_all(name)]}


def rules():
    return documents().map(SurvivorshipRules.model_validate)


OFFERED = st.dictionaries(st.sampled_from(NAMES), st.lists(contributions(), max_size=5))
DATES = st.none() | st.integers(0, 20).map(lambda days: (START + timedelta(days=days)).isoformat())


def written(survived):
    return json.dumps([survived.attributes, survived.lineage, survived.due])


@drawn(few=40, many=100, decided_by=rules(), offered=OFFERED, today=DATES, shuffler=st.randoms(use_true_random=False))
def test_survivorship_is_a_function_of_the_set(decided_by, offered, today, shuffler):
    shuffled = {name: [*offered[name], *offered[name][:1]] for name in reversed(offered)}
    for values in shuffled.values():
        shuffler.shuffle(values)
    once = survive(decided_by, offered, sources=SOURCES, today=today)
    again = survive(decided_by, shuffled, sources=list(SOURCES), today=today)
    assert written(once) == written(again)


@drawn(few=40, many=100, decided_by=rules(), offered=OFFERED, today=DATES)
def test_every_value_is_a_valid_contribution_of_the_record_its_lineage_names(decided_by, offered, today):
    survived = survive(decided_by, offered, sources=SOURCES, today=today)
    for name, value in survived.attributes.items():
        entry = survived.lineage[name]
        values = value if "winners" in entry else [value]
        winners = entry.get("winners") or [entry["winner"]]
        assert len(values) == len(winners)
        valid = [
            json.dumps([without_floats(one.value), one.record, one.position]) for one in offered[name] if one.valid
        ]
        for one, winner in zip(values, winners, strict=True):
            assert json.dumps([one, winner["record"], winner["position"]]) in valid


@drawn(few=40, many=100, decided_by=rules(), offered=OFFERED, today=DATES)
def test_everything_offered_either_won_or_has_a_reason(decided_by, offered, today):
    survived = survive(decided_by, offered, sources=SOURCES, today=today)
    for name, values in offered.items():
        if not values:
            assert name not in survived.lineage
            continue
        entry = survived.lineage[name]
        winners = entry.get("winners") or [entry[key] for key in entry if key == "winner"]
        assert bool(winners) == (name in survived.attributes)
        listed = {(one["record"], one["position"]) for one in [*winners, *entry["losers"]]}
        assert listed == {(one.record, one.position) for one in values}
        assert all(one["because"] for one in entry["losers"])


@drawn(few=80, many=300, document=documents(), offered=OFFERED, today=DATES)
def test_every_attribute_is_decided_as_the_plain_reference_says(document, offered, today):
    survived = survive(SurvivorshipRules.model_validate(document), offered, sources=SOURCES, today=today)
    for name, expected in plain(document, offered, SOURCES, today).items():
        entry = survived.lineage.get(name, {"losers": [], "strategy": expected["strategy"]})
        winners = entry.get("winners") or [entry[key] for key in entry if key == "winner"]
        assert winners == [{"record": one.record, "position": one.position} for one in expected["won"]]
        values = [without_floats(one.value) for one in expected["won"]]
        found = survived.attributes.get(name, [])
        assert found == (values if "winners" in entry or not values else values[0])
        assert (entry["strategy"], entry.get("step")) == (expected["strategy"], expected["step"])
        asked = len(offered[name]) > 1
        assert survived.conflicts.get(name, []) == (expected["tied"] if asked else [])
        barred = [one["because"] for one in entry["losers"] if one["because"].startswith("not considered")]
        assert len(barred) <= len(offered[name]) - len(expected["considered"])


@drawn(few=40, many=100, decided_by=rules(), offered=OFFERED, today=DATES)
def test_no_float_reaches_a_golden_document(decided_by, offered, today):
    def floats(value):
        if isinstance(value, dict | list):
            return any(floats(item) for item in (value.values() if isinstance(value, dict) else value))
        return isinstance(value, float)

    survived = survive(decided_by, offered, sources=SOURCES, today=today)
    assert not floats([survived.attributes, survived.lineage])


@st.composite
def rivals(draw):
    """Values that all differ, from records of sources whose small trust soon meets."""
    half_lives = st.none() | st.integers(1, 4)
    trust = {
        source: {"value": draw(st.integers(0, 6)), "half_life": draw(half_lives)} for source in ("erp", "crm", "psa")
    }
    times = st.none() | st.integers(1, 9).map("2024-01-0{}T00:00:00Z".format)
    records = draw(st.lists(st.sampled_from([*trust]), min_size=2, max_size=4))
    names = [
        Contribution(f"{source}:customer:{number}", source, f"{number}", None, True, draw(times), number)
        for number, source in enumerate(records)
    ]
    return SurvivorshipRules.model_validate({"trust": trust}), {"name": names}


def assert_nothing_changes_before_due(decided_by, offered, start):
    def on(day):
        today = None if day is None else (START + timedelta(days=day)).isoformat()
        return survive(decided_by, offered, sources=SOURCES, today=today)

    now = on(start)
    due = 40 if now.due is None else (date.fromisoformat(now.due) - START).days
    assert start is None or due > start
    for day in range(-3 if start is None else start, min(due, 40)):
        later = on(day)
        assert (later.attributes, later.lineage) == (now.attributes, now.lineage)


@drawn(few=100, many=400, rivalry=rivals(), start=st.none() | st.integers(0, 12))
def test_nothing_changes_before_it_is_due(rivalry, start):
    assert_nothing_changes_before_due(*rivalry, start)


@drawn(few=40, many=100, decided_by=rules(), offered=OFFERED, start=st.none() | st.integers(0, 12))
def test_nothing_changes_before_it_is_due_under_any_rules(decided_by, offered, start):
    assert_nothing_changes_before_due(decided_by, offered, start)


def test_a_decayed_value_between_two_others_does_not_hide_that_they_will_meet():
    """The second is undated and worth nothing, as is the third: only the first and the third will change."""
    trust = {"crm": {"value": 4, "half_life": 2}, "psa": 0}
    names = [
        Contribution("crm:customer:1", "crm", "A", None, True, "2024-01-01T00:00:00Z", 1),
        Contribution("crm:customer:2", "crm", "B", None, True, None, 2),
        Contribution("psa:customer:3", "psa", "C", None, True, None, 3),
    ]
    decided_by = SurvivorshipRules.model_validate({"trust": trust})
    for start in range(8):
        assert_nothing_changes_before_due(decided_by, {"name": names}, start)


@drawn(few=40, many=100, decided_by=rules(), offered=OFFERED, today=DATES)
def test_a_group_holds_the_values_of_one_record(decided_by, offered, today):
    survived = survive(decided_by, offered, sources=SOURCES, today=today)
    for group in decided_by.groups:
        records = set()
        for name in group:
            entry = survived.lineage.get(name, {})
            records |= {
                one["record"] for one in entry.get("winners", []) + [entry[key] for key in entry if key == "winner"]
            }
        assert len(records) <= 1
