"""A server over a real hub, and a client for each role."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from mdm.services.access import keys
from mdm.services.hub import Hub, open_hub
from mdm.settings import Settings
from stewardship_ui.app import create_app
from tests.api.conforming import conforms
from tests.conftest import AUTHOR

RECORD = {"attributes": {"name": "Acme GmbH", "tax_id": "DE136695976", "email": ["info@acme.example"]}}


@dataclass
class Server:
    """A server in this process, and the key of each role, made when it is first asked for."""

    hub: Hub
    http: TestClient
    made: dict[tuple[str, str | None, str | None], str] = field(default_factory=dict)

    def as_(self, role: str, *, source: str | None = None, entity_type: str | None = None) -> Callable[..., Any]:
        """A function that sends a request with a key of this role."""
        place = (role, source, entity_type)
        if place not in self.made:
            made = keys.create(self.hub, role=role, source=source, entity_type=entity_type, author=AUTHOR)
            self.made[place] = made["key"]

        def send(method: str, path: str, **options: Any) -> Any:
            headers = {"Authorization": f"Bearer {self.made[place]}", **options.pop("headers", {})}
            answer = self.http.request(method, path, headers=headers, **options)
            answer._content = answer.content.replace(b"<wbr>", b"")  # where a line of a page may break is no text
            conforms(answer)
            return answer

        return send

    def put(self, key: str, **attributes: Any) -> Any:
        """Put a record, wait for its golden ID, and give the answer's document."""
        path = "/v1/source-records/" + "/".join(key.split(":", 2))
        answer = self.as_("admin")("PUT", path + "?wait=resolved", json={"attributes": attributes})
        assert answer.status_code == 200, answer.text
        return answer.json()


@cache
def application() -> FastAPI:
    """The one application of this process: to build its routes takes longer than most tests."""
    return create_app(Settings())


@contextmanager
def served(hub: Hub) -> Iterator[TestClient]:
    """A client of the application, over this hub."""
    application().state.at_hand.settings = hub.settings
    with TestClient(application(), raise_server_exceptions=False) as http:
        yield http


@pytest.fixture
def server(sqlite_hub: Hub) -> Iterator[Server]:
    with served(sqlite_hub) as http:
        yield Server(sqlite_hub, http)


@pytest.fixture(scope="session")
def untouched_hub(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub in SQLite for all tests that change nothing in it."""
    path = tmp_path_factory.mktemp("untouched") / "hub.db"
    shutil.copyfile(sqlite_template, path)
    hub = open_hub(Settings(database_url=f"sqlite:///{path}"))
    yield hub
    hub.close()


@pytest.fixture
def doorstep(untouched_hub: Hub) -> Iterator[TestClient]:
    """A client for requests that are answered or turned away before they reach any data."""
    with served(untouched_hub) as http:
        yield http


@pytest.fixture
def either_server(hub: Hub) -> Iterator[Server]:
    """The same over each database."""
    with served(hub) as http:
        yield Server(hub, http)
