"""A database, a port or a server that is away or not ready: one clear line, a 503, and nothing is written."""

import socket
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog
from fastapi.testclient import TestClient

from mdm.api.app import create_app
from mdm.services import rebuild
from mdm.services.access import keys
from mdm.services.hub import Hub
from mdm.settings import Settings
from tests.conftest import AUTHOR
from tests.serving import free_port
from tests.stories.program import in_a_process, in_this_process, one_line

RECORD = "/v1/source-records/crm/customer/1"


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    """A file that nothing is wrong with."""
    file = tmp_path / "customers.csv"
    file.write_text("id,name,tax_id\n1,Waldsee Medizintechnik AG,DE136695976\n", encoding="utf-8")
    return file


def test_a_pending_migration_refuses_commands_requests_and_the_server(
    hub: Hub, customers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MDM_DATABASE_URL", hub.settings.database_url)
    key = keys.create(hub, role="admin", author=AUTHOR)["key"]
    commands = (
        ("ingest", str(customers), "--source", "crm", "--type", "customer"),
        ("serve", "--port", str(free_port())),
    )
    with hub.database.write() as writer:
        version = writer.one("SELECT version_num FROM alembic_version")
        writer.run("UPDATE alembic_version SET version_num = '0000'")
    try:
        ran = [in_this_process(*command) for command in commands]
        with TestClient(create_app(hub.settings)) as http:
            answer = http.get("/v1/stats", headers={"Authorization": f"Bearer {key}"})
    finally:
        with hub.database.write() as writer:
            writer.run("UPDATE alembic_version SET version_num = ?", *(version or ()))
    structlog.reset_defaults()  # a command points the log at a stream that is gone now
    assert [(one.code, one.out) for one in ran] == [(1, "")] * 2
    for one in ran:
        assert "a migration is pending" in one_line(one.err)
        assert "run `mdm init`" in one.err
    with hub.database.read() as reader:
        assert reader.one("SELECT count(*) FROM log WHERE kind = 'record'") == (0,)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "run `mdm init`" in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["folder", "no folder", "not a database", "closed port"])
def test_a_database_that_cannot_be_reached_is_one_line_and_a_503(
    customers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """One of them with the program as a user runs it: a process takes longer than all the rest."""
    url = unreachable(tmp_path, kind)
    before = sorted(tmp_path.rglob("*"))
    command = ("ingest", str(customers), "--source", "crm", "--type", "customer")
    monkeypatch.setenv("MDM_DATABASE_URL", url)
    ran = in_a_process(*command, database=url) if kind == "closed port" else in_this_process(*command)
    monkeypatch.delenv("MDM_DATABASE_URL")
    assert (ran.code, ran.out) == (1, "")
    assert any(word in one_line(ran.err) for word in ("MDM_DATABASE_URL", "mdm init"))
    with TestClient(create_app(Settings(database_url=url))) as http:
        answer = http.put(RECORD, json={"attributes": {"name": "Acme"}}, headers={"Authorization": "Bearer mdm_a_b"})
        assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
        assert answer.headers["Retry-After"]
        assert http.get("/readyz").status_code == 503
    assert sorted(tmp_path.rglob("*")) == before


def test_a_server_of_databases_that_cuts_every_connection_is_a_503_until_it_is_back(
    postgres_hub: Hub, postgres_server: str
) -> None:
    key = keys.create(postgres_hub, role="admin", author=AUTHOR)["key"]
    name = postgres_hub.database.url.database
    with (
        TestClient(create_app(postgres_hub.settings), raise_server_exceptions=False) as http,
        psycopg.connect(postgres_server, autocommit=True) as server,
    ):

        def put() -> Any:
            headers = {"Authorization": f"Bearer {key}"}
            return http.put(RECORD + "?wait=resolved", json={"attributes": {"name": "Acme"}}, headers=headers)

        assert put().status_code == 200
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        answers = [put() for _ in range(10)]
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert answers[-1].json()["status"] == "unchanged"
    postgres_hub.close()  # the connections of this test were cut as well
    assert rebuild.verify(postgres_hub).match


def test_a_port_in_use_is_one_line_from_a_server_that_does_not_start(sqlite_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = in_a_process("serve", "--port", port, database=sqlite_url)
    assert (ran.code, ran.out) == (1, "")
    assert f"port {port} on 127.0.0.1 cannot be listened on" in one_line(ran.err)
    assert "choose another with --port" in ran.err


def test_a_worker_whose_database_is_refused_ends_in_one_line(tmp_path: Path) -> None:
    ran = in_a_process("worker", database=f"sqlite:///{tmp_path / 'nothing.db'}")
    assert (ran.code, ran.out) == (1, "")
    assert "run `mdm init`" in one_line(ran.err)
    assert not list(tmp_path.iterdir())


def unreachable(folder: Path, kind: str) -> str:
    """The address of a database that cannot be used."""
    if kind == "closed port":
        return f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    path = folder / "hub.db"
    if kind == "folder":
        path.mkdir()
    elif kind == "no folder":
        path = folder / "missing" / "hub.db"
    else:
        path.write_bytes(b"this is a text and no database " * 200)
    return f"sqlite:///{path}"
