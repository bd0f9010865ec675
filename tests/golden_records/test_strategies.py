"""Each strategy takes the value it promises, and says why the others lost."""

import pytest

from golden_records.contributions import Contribution
from golden_records.rules import StrategyName, SurvivorshipRules
from golden_records.strategies import STRATEGIES
from golden_records.survive import survive

SOURCES = ("erp", "crm", "psa")


def said(record, value, when="2024-01-01", **more):
    """A contribution from a record such as "crm:1"; `when` None is an unknown event time."""
    source, number = record.split(":")
    given = {
        "record": f"{source}:customer:{number}",
        "source": source,
        "value": value,
        "standardised": value.lower() if isinstance(value, str) else None,
        "valid": True,
        "event_time": None if when is None else f"{when}T00:00:00Z",
        "position": int(number),
    }
    return Contribution(**{**given, **more})


def outcome(strategy, *contributions, trust=None, today="2024-03-01"):
    """The surviving value and, in order, each loser's record and reason."""
    rules = SurvivorshipRules.model_validate({"attributes": {"name": strategy}, "trust": trust or {}})
    survived = survive(rules, {"name": contributions}, sources=SOURCES, today=today)
    losers = survived.lineage["name"]["losers"]
    return survived.attributes.get("name"), [(one["record"], one["because"]) for one in losers]


def test_every_strategy_of_the_rules_exists_and_explains_itself():
    assert set(STRATEGIES) == set(StrategyName.__args__)
    assert all(strategy.__doc__ and strategy.__doc__[0].isupper() for strategy in STRATEGIES.values())


@pytest.mark.parametrize(
    ("strategy", "contributions", "value", "because"),
    [
        ("most_recent", [said("erp:1", "A"), said("crm:2", "B", "2024-02-01")], "B", "older"),
        ("most_recent", [said("erp:1", "A", None), said("crm:2", "B")], "B", "older"),
        ("first", [said("erp:1", "A"), said("crm:2", "B", "2024-02-01")], "A", "not the earliest"),
        ("first", [said("erp:1", "A", None), said("crm:2", "B")], "B", "not the earliest"),
        ("most_complete", [said("erp:1", "Acme"), said("crm:2", "Acme Ltd")], "Acme Ltd", "less complete"),
        ("most_complete", [said("erp:1", "Acmeeeeeeee"), said("crm:2", "A B")], "A B", "less complete"),
        (
            "most_complete",
            [said("erp:1", {"city": "Bonn", "line": " "}), said("crm:2", {"city": "Bonn", "line": "Weg"})],
            {"city": "Bonn", "line": "Weg"},
            "less complete",
        ),
        ("longest", [said("erp:1", "A  " + " " * 9 + "B"), said("crm:2", "Acme")], "Acme", "shorter"),
        ("shortest", [said("erp:1", "Acme"), said("crm:2", "A C")], "A C", "longer"),
        ("min", [said("erp:1", "10"), said("crm:2", "9.5")], "9.5", "greater"),
        ("max", [said("erp:1", "10"), said("crm:2", "9.5")], "10", "smaller"),
        ("max", [said("erp:1", "2024-01-02"), said("crm:2", "2023-12-31")], "2024-01-02", "smaller"),
        ("min", [said("erp:1", "Acme"), said("crm:2", 7)], 7, "greater"),
        ("min", [said("erp:1", "20€", standardised="20\x1fe"), said("crm:2", "3€", standardised="3\x1fe")],
         "3€", "greater"),
        ({"strategy": "source_priority", "sources": ["psa", "crm"]}, [said("erp:1", "A"), said("crm:2", "B")],
         "B", "source of lower priority"),
        ({"strategy": "source_priority", "sources": ["psa"]}, [said("erp:1", "A"), said("crm:2", "B")], "A",
         "source ranks lower"),
    ],
)  # fmt: skip
def test_a_strategy_takes_the_value_it_promises(strategy, contributions, value, because):
    winner, losers = outcome(strategy, *contributions)
    assert winner == value
    assert [reason for _, reason in losers] == [because]


def test_most_trusted_takes_the_value_of_the_most_trusted_source():
    trust = {"erp": 60, "crm": 80, "psa": 80}
    found = outcome(
        "most_trusted", said("erp:1", "A", "2024-02-01"), said("crm:2", "B"), said("psa:3", "C"), trust=trust
    )
    assert found == ("B", [("psa:customer:3", "source ranks lower"), ("erp:customer:1", "less trusted")])


def test_a_source_nobody_rated_is_trusted_least():
    found = outcome("most_trusted", said("erp:1", "A"), said("crm:2", "B"), trust={"crm": 1})
    assert found == ("B", [("erp:customer:1", "less trusted")])


def test_a_trusted_value_gives_way_when_it_has_grown_old():
    pair = said("crm:1", "A", "2024-03-01"), said("psa:2", "B", "2024-01-01")
    trust = {"crm": {"value": 80, "half_life": "10d"}, "psa": 60}
    assert outcome("most_trusted", *pair, trust=trust)[0] == "A"
    assert outcome("most_trusted", *pair, trust=trust, today="2024-03-20")[0] == "B"


def test_under_one_rating_an_older_value_is_called_older_and_not_less_trusted():
    trust = {"crm": {"value": 80, "half_life": "10d"}}
    found = outcome("most_trusted", said("crm:1", "A", "2024-02-20"), said("crm:2", "B", "2024-02-28"), trust=trust)
    assert found == ("B", [("crm:customer:1", "older")])


def test_most_frequent_counts_records_and_not_mentions():
    mentions = (
        said("erp:1", "A"),
        said("erp:1", "a"),
        said("erp:1", "A "),
        said("crm:2", "B"),
        said("psa:3", "B"),
    )
    winner, losers = outcome("most_frequent", *mentions)
    assert winner == "B"
    assert losers[0] == ("psa:customer:3", "same value")
    assert {reason for _, reason in losers[1:]} == {"less frequent"}


def test_most_frequent_takes_the_spelling_of_the_latest_that_agrees():
    found = outcome("most_frequent", said("erp:1", "ACME"), said("crm:2", "Acme", "2024-02-01"), said("psa:3", "Zeta"))
    assert found[0] == "Acme"


def test_union_keeps_each_distinct_value_once_latest_first():
    found = outcome("union", said("erp:1", "a@x"), said("crm:2", "A@x", "2024-02-01"), said("psa:3", "b@x"))
    assert found == (["A@x", "b@x"], [("erp:customer:1", "same value")])


@pytest.mark.parametrize(
    ("one", "other", "because"),
    [
        (said("psa:1", "A", "2024-02-01"), said("erp:2", "B"), "older"),
        (said("psa:1", "A"), said("erp:2", "B", None), "no event time"),
        (said("erp:9", "A"), said("crm:2", "B"), "source ranks lower"),
        (said("psa:9", "A"), said("new:2", "B"), "source ranks lower"),
        (said("crm:1", "A"), said("crm:2", "B"), "record key sorts later"),
        (said("crm:1", "A"), said("crm:1", "B"), "value sorts later"),
        (said("crm:1", "A", event_time="2024-01-01T00:00:00.5Z"), said("erp:2", "B"), "older"),
        (said("erp:1", "A", event_time="2024-01-01T00:00:00.50Z"),
         said("crm:2", "B", event_time="2024-01-01T00:00:00.500000Z"), "source ranks lower"),
        (said("erp:1", "A"), said("crm:2", "a"), "same value"),
        (said("erp:1", 1), said("crm:2", True), "source ranks lower"),
    ],
)  # fmt: skip
def test_a_tie_breaks_by_event_time_then_source_rank_then_record_key(one, other, because):
    value, losers = outcome("most_trusted", other, one)
    assert value == one.value
    assert losers == [(other.record, because)]
