"""The desk over a real hub, with a pair of customers to compare."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest

from mdm.services.hub import Hub
from mdm.store.database import Transaction
from tests.api.conftest import Server, served
from tests.ui.something import something  # noqa: F401  a fixture

LEFT = {
    "name": "Brandtt & Söhne Consulting", "phone": ["+49 40 3176 220"], "email": ["anna.brandt@brandt.example"],
    "website": "https://brandt.example",
}  # fmt: skip
RIGHT = {
    "name": "BRANDT & SÖHNE CONSULTING GMBH", "phone": ["040 3176220"], "tax_id": "DE136695976",
    "address": {"street": "Gr. Elbstr. 145", "postcode": "22767", "city": "Hamburg", "country": "DE"},
}  # fmt: skip


@dataclass
class Desk:
    """A server, and what a person reads and sends at it."""

    server: Server

    def page(self, path: str, role: str = "steward", **options: Any) -> Any:
        """Open a page as somebody of a role."""
        return self.server.as_(role)("GET", path, follow_redirects=False, **options)

    def send(self, path: str, role: str = "steward", **fields: object) -> Any:
        """Send a form."""
        return self.server.as_(role)("POST", path, data=fields, follow_redirects=False)

    def copied(self, shown: str, role: str = "steward") -> list[Any]:
        """What the hub answers to each command that a page offers to be copied, as a shell would run it."""
        answers = []
        for written in re.findall(r'<code id="curl[^"]*">(.*?)</code>', shown):
            program, *words, address = shlex.split(unescape(written))
            options = list(zip(words[::2], words[1::2], strict=True))
            assert (program, options.count(("-H", "Authorization: Bearer $MDM_KEY"))) == ("curl", 1)
            headers = dict(said.split(": ", 1) for flag, said in options if flag == "-H")
            sent = {flag: said for flag, said in options if flag != "-H"}
            del headers["Authorization"]
            answer = self.server.as_(role)(
                sent.get("-X", "GET"), address, headers=headers, content=sent.get("-d"), follow_redirects=False
            )
            assert answer.status_code == 200, (written, answer.text)
            assert answer.json().get("dry_run", False) == ("-X" in sent), written
            answers.append(answer.json())
        return answers

    def pair(self, left: dict[str, Any] = LEFT, right: dict[str, Any] = RIGHT) -> dict[str, Any]:
        """Put two customers between whom the hub is in doubt, and give the task about them."""
        self.server.put("crm:customer:1", **left)
        self.server.put("erp:customer:2", **right)
        found = self.server.as_("admin")("GET", "/v1/tasks").json()["items"]
        assert found, "there is no doubt about these two"
        return found[0]  # type: ignore[no-any-return]


@pytest.fixture
def desk(sqlite_hub: Hub) -> Iterator[Desk]:
    with served(sqlite_hub) as http:
        yield Desk(Server(sqlite_hub, http))


@pytest.fixture
def either_desk(hub: Hub) -> Iterator[Desk]:
    """The same over each database."""
    with served(hub) as http:
        yield Desk(Server(hub, http))


@pytest.fixture
def statements(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that the desk's hub is asked from now on; another's of this process are not counted."""
    name = next(name for name in ("desk", "either_desk") if name in request.fixturenames)
    asked = request.getfixturevalue(name).server.hub.database.engine.url
    run, found = Transaction._run, list[str]()

    def noted(self: Transaction, statement: str, values: Any) -> None:
        if self.engine.url == asked:
            found.append(statement)
        run(self, statement, values)

    monkeypatch.setattr(Transaction, "_run", noted)
    return found
