"""Identifiers of few characters, such as the number of a cost centre: true like any other, and weak evidence."""

from typing import Any

import pytest

from mdm.errors import InvalidInput
from mdm.ingest import Incoming
from mdm.services import rebuild
from mdm.services.deciding import overrides
from mdm.services.deciding.overrides import Wanted
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.pricing import rates
from mdm.services.pricing.rate_question import Question
from mdm.services.reading import golden
from mdm.services.rulebook import rules
from mdm.services.watching import quality, readiness
from tests.conftest import AUTHOR

TEAM = """
entity_type: team
id_prefix: tea
attributes:
  name:  {kind: text, required: true}
  code:  {kind: identifier}
  codes: {kind: identifier, many: true}
  tariff: {kind: lines, key: [code], of: {code: {kind: identifier}, fee: {kind: number, required: true}}}
match: {block_on: [[code]], compare: [name, code], always: [{same: code}], never: [{different: code}]}
survive: {default: most_trusted, trust: {erp: 90}, attributes: {codes: union}}
readiness: {staff: {attributes: [code]}}
"""


@pytest.fixture
def teams(hub: Hub) -> Hub:
    rules.apply(hub, TEAM, file="team.yaml", author=AUTHOR)
    return hub


def put(hub: Hub, key: str, **said: Any) -> str:
    source, number = key.split(":")
    found = records.put(hub, Incoming(source, "team", number, said, None, None, "put"), author=AUTHOR, wait=True)
    assert found.golden_id is not None
    return found.golden_id


def test_a_short_identifier_survives_counts_as_valid_and_may_be_set_and_asked_for(teams: Hub) -> None:
    line = {"code": "7", "fee": 5}
    team = put(teams, "erp:1", name="Delivery", code="310", codes=["12", "A1"], tariff=[line])
    said = golden.get(teams, team)["attributes"]
    assert (said["code"], said["codes"]) == ("310", ["12", "A1"])
    assert readiness.of_one(teams, team, process="staff")["ready"]
    [item] = [
        one
        for one in quality.quality(teams, quality.Wanted("team", attribute="code"))["items"]
        if one["source"] is None
    ]
    assert item["validity"]["basis_points"] == 10_000
    assert rates.rate(teams, Question(team, {"code": "7"}, "2026-03-01"))["rate"]["amount"] == "5"
    overrides.override(teams, Wanted(team, "code", "311"), reason="renumbered", author=AUTHOR)
    assert golden.get(teams, team)["attributes"]["code"] == "311"
    with pytest.raises(InvalidInput, match="no valid identifier"):
        overrides.override(teams, Wanted(team, "code", "n/a"), reason="?", author=AUTHOR, supersede=True)
    assert rebuild.verify(teams).match


def test_a_short_identifier_does_not_decide_by_itself_which_records_are_one(teams: Hub) -> None:
    one = put(teams, "erp:1", name="Delivery Berlin", code="310")
    assert put(teams, "psa:1", name="Warehouse Lisbon", code="310") != one
    long = put(teams, "erp:2", name="Delivery Berlin", code="DE-310")
    assert put(teams, "psa:2", name="Warehouse Lisbon", code="DE-310") == long
