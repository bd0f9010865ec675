"""What the database itself refuses of proposals, whoever writes them."""

import sqlite3

import psycopg
import pytest

from mdm.errors import Unavailable
from mdm.log import Fact
from mdm.services.hub import Hub
from mdm.store import proposals
from tests.services.two_people import ANNA, BERT

REFUSED = (sqlite3.IntegrityError, psycopg.errors.CheckViolation, Unavailable)
BODY = {"action": "merge", "parts": {}, "fact": {}, "due": None, "golden_ids": [], "redirects": {}}


def propose(hub: Hub, *needs: str) -> int:
    with hub.database.write() as writer:
        return proposals.propose(writer, Fact("proposal", "customer", {**BODY, "needs": [*needs]}), author=ANNA)


def settle(hub: Hub, position: int, **said: object) -> None:
    body = {"proposal": position, "outcome": "carried_out", "reason": None, "decision": None, "changed": None, **said}
    with hub.database.write() as writer:
        proposals.settle(writer, Fact("settlement", "customer", body), author=BERT)


@pytest.mark.parametrize("outcome", ["carried_out", "refused"])
def test_nobody_answers_his_own_proposal(hub: Hub, outcome: str) -> None:
    position = propose(hub, "a split")
    with pytest.raises(REFUSED, match="ck_proposal_second_person"):
        settle(hub, position, outcome=outcome, answered_by=ANNA.actor)
    with pytest.raises(REFUSED, match="ck_proposal_second_person"), hub.database.write() as writer:
        writer.run("UPDATE proposal SET answered_by = proposer")
    settle(hub, position, outcome=outcome, answered_by=BERT.actor)


def test_what_needs_a_second_person_is_not_carried_out_without_one(hub: Hub) -> None:
    with pytest.raises(REFUSED, match="ck_proposal_approved"):
        settle(hub, propose(hub, "a split"), answered_by=None)
    settle(hub, propose(hub), answered_by=None)
    with hub.database.read() as reader:
        found = proposals.page(reader, proposals.Wanted(status=None), before=None, limit=9)
        assert [one.stored.status for one in found] == ["carried_out", "open"]
        assert reader.one("SELECT count(*) FROM log WHERE kind = 'settlement'") == (1,), "nothing half done"
