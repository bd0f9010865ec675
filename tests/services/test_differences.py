"""What is different between two versions or moments of a golden record, and why."""

from typing import Any

import pytest

from mdm.auth import Principal
from mdm.errors import InvalidInput, NotFound
from mdm.ingest import Incoming
from mdm.log import Author, Key
from mdm.services import resolving
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.deciding import decisions, overrides
from mdm.services.deciding.decisions import Decided
from mdm.services.deciding.overrides import Wanted
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import lookup
from mdm.services.reading.differences import difference
from mdm.services.rulebook import code_lists, rules
from mdm.store import log
from mdm.store.batches import Origin
from tests.conftest import AUTHOR

STALL = """
entity_type: stall
id_prefix: stl
attributes:
  name: {kind: company_name, required: true}
  vat: {kind: identifier}
  email: {kind: email, many: true, privacy: contact}
  city: {kind: text}
  trade: {kind: code, list: trades}
match: {block_on: [[vat]], compare: [name], always: [{same: vat}]}
survive:
  default: most_trusted
  trust: {erp: {value: 90, half_life: 10d}, crm: 60}
"""
TRADES = "code_list: trades\ncodes: {fish: {aliases: [seafood]}, bread: {}}\n"
RETAILED = STALL.replace("survive:", "survive:\n  attributes: {city: longest}")


class Stall:
    """One stall that two systems know, and the moments at which something happened to it."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        code_lists.apply(hub, TRADES, file="trades.yaml", author=AUTHOR)
        rules.apply(hub, STALL, file="stall.yaml", author=AUTHOR)
        self.put("crm", name="Fisch Petersen", vat="DE-4711-1", city="Kiel", trade="fish", email=["a@petersen.example"])
        self.id = str(lookup.xref(hub, Key("crm", "stall", "1"))["golden_id"])

    def put(self, source: str, *, mode: Any = "put", day: str = "2026-01-01", **attributes: Any) -> None:
        sent = Incoming(source, "stall", "1", attributes, None, f"{day}T00:00:00.000000Z", mode)
        records.put_many(self.hub, [sent], author=AUTHOR, batch=Origin())
        resolving.resolve_all(self.hub, author=AUTHOR)

    def tick(self, day: str) -> None:
        resolving.tick(self.hub, day, author=AUTHOR)
        resolving.resolve_all(self.hub, author=AUTHOR)

    def override(self, attribute: str, value: object) -> Decided:
        return overrides.override(self.hub, Wanted(self.id, attribute, value), reason="seen it", author=AUTHOR)

    def here(self) -> str:
        with self.hub.database.read() as reader:
            return f"@{log.head(reader)}"

    def diff(self, start: str, end: str = "now") -> dict[str, Any]:
        return difference(self.hub, self.id, start, end)


@pytest.fixture
def stall(hub: Hub) -> Stall:
    return Stall(hub)


def why(found: dict[str, Any], attribute: str) -> tuple[str, list[str]]:
    return found["attributes"][attribute]["change"], found["attributes"][attribute]["because"]


def test_a_record_that_comes_and_one_that_goes(stall: Stall) -> None:
    stall.put("erp", name="Fisch Petersen", vat="DE-4711-1", city="Kiel-Gaarden")
    came = stall.diff("1", "2")
    assert why(came, "city") == ("changed", ["record_came"])
    city = came["attributes"]["city"]
    assert (city["from"], city["to"]) == ("Kiel", "Kiel-Gaarden")
    winners = {side: [(one["source"], one["value"]) for one in city["winners"][side]] for side in ("from", "to")}
    assert winners == {"from": [("crm", "Kiel")], "to": [("erp", "Kiel-Gaarden")]}
    assert why(came, "name") == ("winner", ["record_came"]), "the same value from elsewhere"
    assert came["crosswalk"] == {"came": [{"source": "erp", "source_id": "1"}], "went": []}
    assert "email" not in came["attributes"]
    assert (came["from"]["version"], came["to"]["version"]) == (1, 2)
    stall.put("erp", mode="delete", day="2026-01-02")
    went = stall.diff("2", "3")
    assert why(went, "city") == ("changed", ["record_went"])
    assert went["crosswalk"]["went"] == [{"source": "erp", "source_id": "1"}]
    assert stall.diff("1", "3")["crosswalk"] == {"came": [], "went": []}


def test_a_source_that_says_something_else_something_more_or_less(stall: Stall) -> None:
    stall.put(
        "crm", name="Fisch Petersen", vat="DE-4711-1", city="Rendsburg", email=["b@petersen.example"], day="2026-01-02"
    )
    found = stall.diff("1")
    assert why(found, "city") == ("changed", ["source_changed_value"])
    assert why(found, "trade") == ("removed", ["source_changed_value"])
    email = found["attributes"]["email"]
    assert (email["added"], email["removed"]) == (["b@petersen.example"], ["a@petersen.example"])
    assert why(stall.diff("2", "1"), "trade") == ("added", ["source_changed_value"]), "backwards"


def test_another_record_wins_when_trust_has_fallen(stall: Stall) -> None:
    stall.put("erp", name="Fisch Petersen", vat="DE-4711-1", city="Kiel-Gaarden")
    stall.put("crm", name="Fisch Petersen", vat="DE-4711-1", city="Kiel", trade="fish", day="2026-01-02")
    before = stall.here()
    stall.tick("2026-03-01")
    assert why(stall.diff(before), "city") == ("changed", ["other_record_won", "time_passed"])


def test_another_record_wins_because_of_what_a_source_says_or_because_of_the_rules(stall: Stall) -> None:
    stall.put("erp", name="Fisch Petersen", vat="DE-4711-1", city="Oy")
    before = stall.here()
    rules.apply(stall.hub, RETAILED, file="stall.yaml", author=AUTHOR)
    assert why(stall.diff(before), "city") == ("changed", ["other_record_won", "rules_changed"])
    assert stall.diff(before)["from"]["rules_version"] != stall.diff(before)["to"]["rules_version"]
    before = stall.here()
    stall.put("erp", name="Fisch Petersen", vat="DE-4711-1", city="Kiel-Gaarden", day="2026-01-02")
    assert why(stall.diff(before), "city") == ("changed", ["other_record_won", "source_changed_value"])


def test_a_value_that_a_person_sets_and_takes_back(stall: Stall) -> None:
    done = stall.override("city", "Eckernförde")
    found = stall.diff("1", "2")
    assert why(found, "city") == ("changed", ["override_set"])
    assert found["attributes"]["city"]["winners"]["to"][0]["decision_id"] == done.decision_id
    assert [(one["decision_id"], one["in_force"]) for one in found["decisions"]] == [(done.decision_id, True)]
    undone = decisions.undo(stall.hub, done.decision_id, reason="moved", author=AUTHOR)
    found = stall.diff("2", "now")
    assert why(found, "city") == ("changed", ["override_ended"])
    assert [one["decision_id"] for one in found["decisions"]] == [undone.decision_id]
    assert [one["decision_id"] for one in stall.diff("1", "3")["decisions"]] == [done.decision_id, undone.decision_id]


def test_the_same_word_that_means_something_else(stall: Stall) -> None:
    stall.put("crm", name="Fisch Petersen", vat="DE-4711-1", city="Kiel", trade="seafood", day="2026-01-02")
    before = stall.here()
    code_lists.change(stall.hub, "trades", "crm", {"seafood": "bread"}, reason="theirs", author=AUTHOR)
    found = stall.diff(before)
    assert (why(found, "trade"), found["attributes"]["trade"]["to"]) == (("changed", ["meaning_changed"]), "bread")


def test_a_side_follows_the_id_to_what_it_stood_for(stall: Stall) -> None:
    sent = Incoming("psa", "stall", "2", {"name": "Räucherei Petersen", "vat": "DE-4711-2"}, None, None, "put")
    records.put_many(stall.hub, [sent], author=AUTHOR, batch=Origin())
    resolving.resolve_all(stall.hub, author=AUTHOR)
    other = str(lookup.xref(stall.hub, Key("psa", "stall", "2"))["golden_id"])
    before = stall.here()
    merged = decisions.merge(stall.hub, [stall.id, other], reason="one firm", author=AUTHOR)
    found = difference(stall.hub, other, before, "now")
    assert (found["from"]["status"], found["to"]["status"], found["to"]["current_id"]) == ("active", "merged", stall.id)
    [event] = found["merges"]
    assert (event["event"], event["from"], event["to"]) == ("merged", other, stall.id)
    assert event["decisions"] == [merged.decision_id] == [one["decision_id"] for one in found["decisions"]]
    assert found["crosswalk"]["came"] == [{"source": "crm", "source_id": "1"}]


def test_moments_and_versions_name_the_same(stall: Stall) -> None:
    author = Author("ada", "2027-05-01T09:00:00.000000Z")
    overrides.override(stall.hub, Wanted(stall.id, "city", "Oslo"), reason="moved", author=author)
    assert stall.diff("2027-01-01", "2027-05-02") == stall.diff("1", "2") == stall.diff("1", "now")
    assert stall.diff("2", "2")["attributes"] == {}


NO_SIDES: list[tuple[str, type[Exception], str]] = [
    ("9", NotFound, "has no version 9; it has 1 to 1"),
    ("0", NotFound, "has no version 0"),
    ("000000000000000001999", NotFound, "has no version 000000000000000001999"),
    ("1999-01-01", NotFound, "was never given by then"),
    ("soon", InvalidInput, "from takes a log position or an ISO 8601 date or time"),
    ("@x", InvalidInput, "from takes a log position"),
]  # fmt: skip


def test_a_side_that_is_none_is_refused(stall: Stall) -> None:
    for side, error, words in NO_SIDES:
        with pytest.raises(error, match=words):
            stall.diff(side)


READER, AUDITOR = (Principal("k", role) for role in ("reader", "auditor"))  # type: ignore[arg-type]


def test_values_of_attributes_that_are_gone_keep_the_class_of_the_rules_that_had_them(stall: Stall) -> None:
    renamed = STALL.replace("  email: {kind: email, many: true, privacy: contact}\n", "")
    renamed = renamed.replace("  city: {kind: text}", "  town: {kind: text, renamed_from: city, privacy: contact}")
    rules.apply(stall.hub, renamed, file="stall.yaml", author=AUTHOR)
    found = stall.diff("1")
    changes = {name: one["change"] for name, one in found["attributes"].items()}
    assert changes == {"city": "removed", "email": "removed", "town": "added"}
    known = Shown(stall.hub)
    shown = masking.difference(READER, known, found)
    assert shown["masked"] == ["city", "email", "town"], "city was renamed to something stricter"
    assert "petersen.example" not in str(shown)
    assert "Kiel" not in str(shown)
    assert shown["attributes"]["email"]["because"] == ["rules_changed"]
    audited = masking.difference(AUDITOR, known, found)["attributes"]["email"]
    assert audited["from"] == [audited["winners"]["from"][0]["value"][0]] == ["a***@p***.example"]
    steward = Principal("k", "steward")
    assert masking.difference(steward, known, found) == found
