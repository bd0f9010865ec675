"""What would make another value survive does so when it is applied, and nothing smaller of its kind does.

Applied to the plain reference of survivorship, which knows nothing of how a flip is found.
"""

from datetime import datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_survivorship import plain
from test_strategies import SOURCES
from test_survivorship_laws import DATES, NAMES, contributions, documents

from golden_records.contributions import same_as
from golden_records.flips import Case, flips
from golden_records.rules import SurvivorshipRules

OFFERED = st.dictionaries(
    st.sampled_from(NAMES),
    st.lists(contributions(), max_size=5, unique_by=lambda one: one.record), min_size=1,
)  # fmt: skip


def _wins(document, offered, today, name, one):
    won = plain(document, offered, SOURCES, today)[name]["won"]
    return bool(won) and same_as(won[0]) == same_as(one)


def _steps(document, name):
    rule = document["attributes"].get(name, document["default"])
    return [{"strategy": step} if isinstance(step, str) else step for step in rule] if isinstance(rule, list) else [
        {"strategy": rule} if isinstance(rule, str) else rule
    ]  # fmt: skip


def _ruled(document, name, steps):
    return {**document, "attributes": {**document["attributes"], name: steps}}


def _instead(offered, name, one, other):
    return {**offered, name: [other if each == one else each for each in offered[name]]}


def _trusting(document, name, source, value):
    def own(step):
        trust = {**document["trust"], **step.get("trust", {})}
        return {**step, "trust": {**trust, source: {**trust.get(source, {}), "value": value}}}

    return _ruled(document, name, [own(step) for step in _steps(document, name)])


def _placed(document, name, source, place):
    def own(step):
        others = [each for each in step.get("sources", ()) if each != source]
        return {**step, "sources": [*others[: place - 1], source, *others[place - 1 :]]} if others else step

    return _ruled(document, name, [own(step) for step in _steps(document, name)])


def _trust_is_the_least(wins, document, offered, name, one, to):
    steps = [step for step in _steps(document, name) if step["strategy"] == "most_trusted"]
    own = [document["trust"] | step.get("trust", {}) for step in steps]
    now = min(trust.get(one.source, {"value": 0})["value"] for trust in own)
    assert wins(_trusting(document, name, one.source, to), offered, one)
    for less in range(now + 1, to):
        assert not wins(_trusting(document, name, one.source, less), offered, one)


def _time_is_the_nearest(wins, document, offered, name, one, to):
    first = [step["strategy"] for step in _steps(document, name)] == ["first"]
    for nearer in (0, 1, 60_000_000, 86_400_000_000) if one.event_time else (0,):
        moved = datetime.fromisoformat(to) + timedelta(microseconds=nearer if first else -nearer)
        if one.event_time and (moved > datetime.fromisoformat(one.event_time)) == first:
            continue
        other = one._replace(event_time=moved.isoformat(timespec="microseconds").replace("+00:00", "Z"))
        assert wins(document, _instead(offered, name, one, other), other) == (nearer == 0)


def _withdrawn_are_the_fewest(wins, document, offered, name, one, records):
    others = [each for each in offered[name] if same_as(each) != same_as(one)]
    gone = [each for each in others if each.record in records]
    assert wins(document, {**offered, name: [each for each in offered[name] if each not in gone]}, one)
    for fewer in range(len(gone)):
        for some in combinations(others, fewer):
            kept = [each for each in offered[name] if each not in some]
            assert not wins(document, {**offered, name: kept}, one)


def _more_are_the_fewest(wins, document, offered, name, one, needed):
    for more in range(1, needed + 1):
        copies = [one._replace(record=f"{one.record}~{number}") for number in range(more)]
        assert wins(document, {**offered, name: [*offered[name], *copies]}, one) == (more == needed)


def _place_is_the_nearest(wins, document, offered, name, one, to):
    (order,) = {tuple(step["sources"]) for step in _steps(document, name) if step.get("sources")}
    listed = one.source in order
    for place in range(to, order.index(one.source) + 1 if listed else len(order) + 2):
        assert wins(_placed(document, name, one.source, place), offered, one) == (place == to)


CHECKS = {
    "trust": (_trust_is_the_least, "to"), "event_time": (_time_is_the_nearest, "to"),
    "withdraw": (_withdrawn_are_the_fewest, "records"), "more_records": (_more_are_the_fewest, "more"),
    "priority": (_place_is_the_nearest, "to"),
}  # fmt: skip


def _every_flip_is_the_smallest(document, offered, today):
    rules = SurvivorshipRules.model_validate(document)
    for name in offered:

        def wins(of, given, mine, name=name):
            return _wins(of, given, today, name, mine)

        for rival in flips(Case(rules, offered, name, SOURCES, today)):
            one = next(each for each in offered[name] if each.record == rival["record"])
            assert not wins(document, offered, one)
            given = offered
            if not one.valid:
                given = _instead(offered, name, one, one._replace(valid=True))
                one = one._replace(valid=True)
            if rival["flips"] and rival["flips"][0]["change"] == "valid":
                assert _wins(document, given, today, name, one)
                continue
            for change in rival["flips"]:
                assert change.get("also", []) == ([] if given is offered else ["valid"])
                if change["change"] != "group":
                    check, part = CHECKS[change["change"]]
                    check(wins, document, given, name, one, change[part])


@settings(max_examples=40)
@given(documents(), OFFERED, DATES)
def test_a_flip_makes_its_value_survive_and_no_smaller_one_does(document, offered, today):
    _every_flip_is_the_smallest(document, offered, today)


@pytest.mark.verify
@settings(max_examples=300)
@given(documents(), OFFERED, DATES)
def test_many_records_flip_by_the_smallest_change(document, offered, today):
    _every_flip_is_the_smallest(document, offered, today)
