"""Every change of an account or a key is kept: who made it, of what and when, without a secret, and for ever."""

import sqlite3

import psycopg
import pytest

from mdm.errors import Conflict, InvalidInput
from mdm.log import Author
from mdm.services.access import access_changes, accounts, keys, sessions
from mdm.services.access.accounts import Person
from mdm.services.hub import Hub
from mdm.store.access_changes import Wanted
from tests.conftest import AUTHOR

PASSWORD = "four words that wander"
ADA = Author("user:ada", "2026-03-02T10:00:00.000000Z", "request-7")


def told(hub: Hub, **wanted: str) -> list[tuple[str, str, str]]:
    items = access_changes.page(hub, Wanted(**wanted))["items"]
    return [(one["actor"], one["action"], one["subject"]) for one in items]


def test_every_change_is_kept_newest_first_and_says_what_was(hub: Hub) -> None:
    first = len(told(hub))  # the key that the hub was made with
    accounts.add(hub, Person("anna", "steward"), password=PASSWORD, author=ADA)
    accounts.set_role(hub, "anna", "approver", author=ADA)
    accounts.narrow(hub, "anna", "customer", author=ADA)
    accounts.set_password(hub, "anna", "four words that wonder", author=ADA)
    for _ in range(2):  # the second time nothing changes
        accounts.disable(hub, "anna", author=ADA)
    for _ in range(2):
        accounts.enable(hub, "anna", author=ADA)
    made = keys.create(hub, role="source", source="crm", author=ADA)
    for _ in range(2):
        keys.revoke(hub, made["id"], author=ADA)
    found = access_changes.page(hub, Wanted(actor="user:ada"))["items"]
    assert [one["action"] for one in found] == [
        "key.revoked", "key.created", "account.enabled", "account.disabled", "account.password", "account.narrowed",
        "account.role", "account.created",
    ]  # fmt: skip
    assert [one["number"] for one in found] == list(range(first + 8, first, -1))
    assert found[6]["detail"] == {"before": "steward", "role": "approver"}
    assert found[5]["detail"] == {"before": None, "entity_type": "customer"}
    assert {one["correlation_id"] for one in found} == {"request-7"}
    assert made["key"].split("_", 2)[2] not in str(found)
    assert "wander" not in str(found)


def test_they_are_found_by_who_what_whom_and_when_page_by_page(hub: Hub) -> None:
    accounts.add(hub, Person("anna", "steward"), password=PASSWORD, author=ADA)
    accounts.disable(hub, "anna", author=Author("cli:root", "2026-03-03T23:59:59.999999Z"))
    accounts.enable(hub, "anna", author=Author("cli:root", "2026-03-04T00:00:00.000000Z"))
    assert told(hub, subject="user:anna", actor="user:ada") == [("user:ada", "account.created", "user:anna")]
    assert [one[1] for one in told(hub, since="2026-03-03", until="2026-03-03")] == ["account.disabled"]
    assert [one[1] for one in told(hub, action="account.enabled")] == ["account.enabled"]
    wanted, seen, cursor = Wanted(), [], None
    while True:
        page = access_changes.page(hub, wanted, cursor=cursor, limit=1)
        seen += page["items"]
        if (cursor := page["next"]) is None:
            break
    assert seen == list(access_changes.export(hub, wanted)) == access_changes.page(hub, wanted)["items"]
    for wrong in (Wanted(since="yesterday"), Wanted(until="2026-02-30")):
        with pytest.raises(InvalidInput):
            access_changes.page(hub, wrong)
    with pytest.raises(InvalidInput):
        access_changes.page(hub, Wanted(), cursor="x")


@pytest.mark.parametrize("statement", ["UPDATE access_change SET actor = 'nobody'", "DELETE FROM access_change"])
def test_the_database_itself_alters_and_removes_none(hub: Hub, statement: str) -> None:
    before = access_changes.page(hub, Wanted())
    with pytest.raises((sqlite3.Error, psycopg.Error), match="only grows"), hub.database.write() as writer:
        writer.run(statement)
    assert access_changes.page(hub, Wanted()) == before


def test_a_change_that_is_refused_leaves_no_trace_and_nobody_locks_themselves_out(hub: Hub) -> None:
    accounts.add(hub, Person("ada", "admin"), password=PASSWORD, author=AUTHOR)
    before = told(hub)
    for change in (
        lambda: accounts.disable(hub, "ada", author=ADA),
        lambda: accounts.set_role(hub, "ada", "reader", author=ADA),
        lambda: accounts.narrow(hub, "ada", "customer", author=ADA),
    ):
        with pytest.raises(Conflict, match="your own account"):
            change()
    with pytest.raises(InvalidInput):
        accounts.set_password(hub, "ada", "short", author=ADA)
    assert told(hub) == before
    accounts.set_password(hub, "ada", "four words that wonder", author=ADA)
    assert told(hub)[0] == ("user:ada", "account.password", "user:ada")


def test_an_admin_looks_as_another_role_until_they_stop_and_that_is_kept(hub: Hub) -> None:
    accounts.add(hub, Person("ada", "admin"), password=PASSWORD, author=AUTHOR)
    at = AUTHOR.recorded_at
    token = sessions.sign_in(hub, name="ada", password=PASSWORD, address="10.0.0.1", at=at)
    sessions.view_as(hub, token, "reader", author=ADA)
    seen = sessions.found(hub, token, at=at)
    assert (seen.principal.role, seen.principal.actor, seen.viewing_as) == ("reader", "user:ada", "reader")
    for _ in range(2):
        sessions.stop_viewing(hub, token, author=ADA)
    assert (sessions.found(hub, token, at=at).principal.role, sessions.found(hub, token, at=at).viewing_as) == (
        "admin", None,
    )  # fmt: skip
    assert [one[1:] for one in told(hub, actor="user:ada")] == [
        ("view_as.ended", "role:reader"), ("view_as.begun", "role:reader"),
    ]  # fmt: skip
    with pytest.raises(InvalidInput):
        sessions.view_as(hub, token, "source", author=ADA)
