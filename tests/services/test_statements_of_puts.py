"""What a put that waits for its golden ID asks the database: each statement is a wait for the server on PostgreSQL."""

from collections.abc import Iterator
from typing import Any

import pytest

from mdm.ingest import Incoming
from mdm.services.hub import Hub
from mdm.services.intake.records import Put, put
from mdm.store.database import Transaction
from tests.conftest import AUTHOR

MOST = {"a new record": 51, "another value": 50, "the same again": 7, "one more of a golden record": 62, "a parent": 71}
"""How many statements a put takes at most, of either database; those of many rows are one."""


class Counted:
    """A cursor that notes what it is asked."""

    def __init__(self, cursor: Any, asked: list[str]) -> None:
        self._cursor, self._asked = cursor, asked

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def execute(self, statement: str, *given: Any) -> Any:
        if not statement.startswith("BEGIN"):
            self._asked.append(statement)
        return self._cursor.execute(statement, *given)

    def executemany(self, statement: str, rows: Any) -> Any:
        self._asked.append(statement)
        return self._cursor.executemany(statement, rows)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement from now on."""
    begun, found = Transaction.__init__, list[str]()

    def counted(self: Transaction, *given: Any) -> None:
        begun(self, *given)
        self.cursor = Counted(self.cursor, found)

    monkeypatch.setattr(Transaction, "__init__", counted)
    return found


def test_a_put_takes_few_statements(hub: Hub, asked: list[str]) -> None:
    taken: dict[str, list[str]] = {}

    def sent(what: str, source: str, number: int, version: int, **values: Any) -> Put:
        asked.clear()
        given = Incoming(source, "customer", f"{number}", values, version, None, "full")
        answer = put(hub, given, author=AUTHOR, wait=True)
        taken[what] = list(asked)
        return answer

    zebra = {"name": "Zebra Valves Holding GmbH", "email": ["info@zebra.example"]}
    sent("the first of all", "crm", 1, 1, name="Birch Pumps AG", email=["hello@birch.example"])
    assert sent("a new record", "crm", 2, 1, **zebra).resolution == "created"
    sent("another value", "crm", 2, 2, **zebra, industry="valves")
    assert sent("the same again", "crm", 2, 2, **zebra, industry="valves").status == "unchanged"
    assert sent("one more of a golden record", "erp", 2, 1, **zebra, phone=["+49 40 3176220"]).resolution == "matched"
    sent("a parent", "crm", 2, 3, **zebra, industry="valves", parent="1")
    dear = {what: [len(taken[what]), *taken[what]] for what, most in MOST.items() if len(taken[what]) > most}
    assert not dear, dear
