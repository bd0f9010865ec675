"""Overrides: which one holds, what it shows, and what lineage says of the values it stands above."""

import pytest

from golden_records.contributions import JSON, Contribution
from golden_records.overrides import Override
from golden_records.rules import SurvivorshipRules
from golden_records.survive import Survived, survive

RULES = SurvivorshipRules.model_validate({"default": "most_recent", "attributes": {"email": "union"}})


def said(record: str, value: JSON, *, day: int = 1, standard: str | None = None, valid: bool = True) -> Contribution:
    return Contribution(record, record[:3], value, standard, valid, f"2026-01-{day:02}T00:00:00.000000Z", day)


def nobody(value: JSON) -> Contribution:
    return Contribution("", "", value, None, True, None, 0)


def decide(*overrides: Override, today: str | None = None, **offered: list[Contribution]) -> Survived:
    return survive(RULES, offered, sources=["crm", "erp"], today=today, overrides=overrides)


def test_it_wins_whatever_the_strategy_says_and_the_winner_of_before_loses_to_it() -> None:
    found = decide(Override("name", 9, "Set", None, None), name=[said("crm:c:1", "A"), said("erp:c:2", "B", day=2)])
    assert found.attributes == {"name": "Set"}
    assert found.lineage["name"] == {
        "winner": {"decision": 9},
        "losers": [
            {"record": "erp:c:2", "position": 2, "because": "overridden"},
            {"record": "crm:c:1", "position": 1, "because": "older"},
        ],
        "strategy": "most_recent",
    }


@pytest.mark.parametrize(("today", "shown", "due"), [
    (None, "Set", "2026-03-05"), ("2026-03-04", "Set", "2026-03-05"), ("2026-03-05", "A", None),
])  # fmt: skip
def test_it_ends_on_its_day_which_is_the_day_to_look_again(today: str | None, shown: str, due: str | None) -> None:
    found = decide(Override("name", 9, "Set", "2026-03-05", None), today=today, name=[said("crm:c:1", "A")])
    assert (found.attributes["name"], found.due) == (shown, due)


def test_the_latest_holds_and_when_it_has_ended_the_one_before() -> None:
    both = [Override("name", 9, "Later", "2026-03-05", None), Override("name", 8, "Earlier", None, None)]
    assert decide(*both, name=[]).attributes == {"name": "Later"}
    assert decide(*both, today="2026-03-05", name=[]).attributes == {"name": "Earlier"}


@pytest.mark.parametrize(("value", "attribute", "shown"), [
    (None, "name", {}), ([], "email", {}), (None, "email", {}), (1.5, "name", {"name": "1.5"}),
    (["a", "b"], "email", {"email": ["a", "b"]}), ("a", "email", {"email": ["a"]}), (["a", "b"], "name", {"name": "a"}),
])  # fmt: skip
def test_it_shows_as_the_strategy_of_the_day_keeps_values(value: JSON, attribute: str, shown: dict[str, JSON]) -> None:
    offered = {attribute: [said("crm:c:1", "x")]}
    assert decide(Override(attribute, 9, value, None, None), **offered).attributes == shown


def test_it_holds_while_what_it_overruled_would_survive_in_any_spelling() -> None:
    one = Override("name", 9, "Set", None, {"name": [nobody("A")]})
    spelt = said("crm:c:1", "A", standard="a"), said("erp:c:2", "a", day=2, standard="a")
    assert decide(one, name=list(spelt)).attributes == {"name": "Set"}
    assert decide(one, name=[said("crm:c:1", "B", standard="b")]).attributes == {"name": "B"}
    assert decide(one, name=[spelt[0], said("erp:c:2", "B", day=2, standard="b")]).attributes == {"name": "B"}
    assert decide(one, name=[]).attributes == {}


def test_one_that_overruled_nothing_holds_until_a_valid_value_comes() -> None:
    one = Override("name", 9, "Set", None, {"name": []})
    assert decide(one).attributes == {"name": "Set"}
    assert decide(one, name=[said("crm:c:1", "?", valid=False)]).attributes == {"name": "Set"}
    assert decide(one, name=[said("crm:c:1", "A")]).attributes == {"name": "A"}


def test_several_values_are_overruled_together() -> None:
    one = Override("email", 9, [], None, {"email": [nobody("b"), nobody("a")]})
    assert decide(one, email=[said("crm:c:1", "a"), said("erp:c:2", "b")]).attributes == {}
    assert decide(one, email=[said("crm:c:1", "a")]).attributes == {"email": ["a"]}
