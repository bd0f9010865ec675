"""Whether a server says the truth about itself."""

import psycopg
from fastapi.testclient import TestClient
from sqlalchemy import event

from mdm.api.app import create_app
from mdm.ingest.incoming import Incoming
from mdm.log import Author
from mdm.services import rebuild, resolving
from mdm.services.intake import records
from mdm.settings import Settings, now
from mdm.store import log
from stewardship_ui.app import create_app as create_whole
from tests.conftest import AUTHOR


def _named(source, entity_type):
    return Incoming(source, entity_type, "1", {"name": "Acme"}, None, None, "put")


def test_a_ready_hub_says_so_and_what_is_pending(either_server):
    either_server.as_("admin")("PUT", "/v1/source-records/crm/customer/1", json={"attributes": {"name": "Acme"}})
    answer = either_server.http.get("/readyz")
    assert answer.status_code == 200, answer.text
    checks = answer.json()["checks"]
    assert all(check["ok"] for check in checks.values())
    assert checks["resolver"]["pending"]["customer"] == 1
    assert either_server.http.get("/healthz").json() == {"status": "ok"}


def test_a_server_without_its_database_lives_says_why_it_is_not_ready_and_writes_nothing(tmp_path):
    path = tmp_path / "missing.db"
    with TestClient(create_whole(Settings(database_url=f"sqlite:///{path}"))) as http:
        assert http.get("/healthz").status_code == 200
        ready = http.get("/readyz")
        assert ready.status_code == 503
        assert "mdm init" in ready.text
        asked = http.get("/v1/stats", headers={"Authorization": "Bearer mdm_a_b"})
        assert asked.status_code == 503
        assert "mdm init" in asked.json()["detail"]
        assert asked.headers["Retry-After"]
        shown = http.get("/", headers={"Authorization": "Bearer mdm_a_b"})
        assert (shown.status_code, "mdm init" in shown.text) == (503, True)
    assert not path.exists()


def test_an_unreachable_server_of_databases_is_a_503(tmp_path):
    url = f"postgresql://nobody@/nothing?host={tmp_path}"
    with TestClient(create_app(Settings(database_url=url))) as http:
        assert http.get("/readyz").status_code == 503
        assert http.get("/readyz").json()["checks"]["database"]["ok"] is False


def test_a_pending_migration_is_told(sqlite_hub):
    with sqlite_hub.database.write() as writer:
        writer.run("UPDATE alembic_version SET version_num = '0000'")
    with TestClient(create_app(sqlite_hub.settings)) as http:
        ready = http.get("/readyz")
        assert (ready.status_code, ready.json()["checks"]["migration"]["ok"]) == (503, False)
        assert http.get("/v1/stats", headers={"Authorization": "Bearer mdm_a_b"}).status_code == 503


def test_a_server_begins_to_answer_once_its_hub_is_there(tmp_path):
    from mdm.services.setup import initialise

    settings = Settings(database_url=f"sqlite:///{tmp_path / 'late.db'}")
    with TestClient(create_app(settings)) as http:
        assert http.get("/readyz").status_code == 503
        key = initialise(settings, author=AUTHOR).admin_key
        answer = http.get("/v1/stats", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200, answer.text


def test_a_disk_that_is_nearly_full_is_told(sqlite_hub, monkeypatch):
    from mdm.store import health

    with TestClient(create_app(sqlite_hub.settings)) as http:
        assert http.get("/readyz").json()["checks"]["disk"] == {"ok": True}
        monkeypatch.setattr(health, "LEAST_ROOM", 2**62)
        told = http.get("/readyz")
    assert (told.status_code, told.json()["checks"]["disk"]["ok"]) == (503, False)


def test_a_resolver_that_stands_still_while_facts_wait_is_told_until_it_works_again(either_server):
    hub, ready = either_server.hub, lambda: either_server.http.get("/readyz")
    records.put(hub, _named("crm", "customer"), author=AUTHOR, wait=False)  # in March, and it waits since
    told = ready()
    assert (told.status_code, told.json()["status"]) == (503, "not ready")
    resolver = told.json()["checks"]["resolver"]
    assert (resolver["ok"], resolver["waiting_since"]) == (False, AUTHOR.recorded_at)
    assert "mdm worker" in resolver["detail"]
    # One that is at work elsewhere is behind, and does not stand still.
    records.put(hub, _named("erp", "legal_entity"), author=Author("test", now()), wait=False)
    resolving.resolve(hub, "legal_entity", author=Author("test", now()))
    assert ready().json()["checks"]["resolver"] == {
        "ok": True, "waiting_since": AUTHOR.recorded_at, "pending": {**resolver["pending"], "customer": 1},
        "marked": {},
    }  # fmt: skip
    resolving.resolve(hub, "customer", author=Author("test", now()))
    assert ready().json()["checks"]["resolver"]["waiting_since"] is None
    assert ready().status_code == 200


def test_a_server_of_databases_that_does_not_flush_is_told(postgres_hub, postgres_server):
    def told(setting):
        with psycopg.connect(postgres_server, autocommit=True) as server:
            server.execute(f"ALTER SYSTEM SET {setting} = off")
            server.execute("SELECT pg_reload_conf()")
            try:
                with TestClient(create_app(postgres_hub.settings)) as http:
                    while True:  # a server that reads its settings anew takes a moment
                        answer = http.get("/readyz")
                        if answer.status_code == 503:
                            return answer.json()["checks"]["durability"]
            finally:
                server.execute(f"ALTER SYSTEM RESET {setting}")
                server.execute("SELECT pg_reload_conf()")

    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        durability = told(setting)
        assert durability["ok"] is False
        assert f"{setting} is off" in durability["detail"]


def test_a_full_disk_refuses_what_comes_and_all_is_as_before_once_there_is_room(server):
    """SQLite's own limit on its pages stands for the disk: what it raises then is what a full one raises."""
    send, at_hand = server.as_("admin"), server.http.app.state.at_hand
    server.put("crm:customer:0", name="Acme 0")
    with server.hub.database.read() as reader:
        pages = [reader.one("PRAGMA page_count")[0] + 10]
        before = log.head(reader)

    def limit(connection, *_):
        connection.execute(f"PRAGMA max_page_count = {pages[0]}")

    event.listen(at_hand.hub().database.engine, "checkout", limit)
    told = {}
    for number in range(1, 21):
        body = {"attributes": {"name": f"Acme {number}", "website": f"https://{'x' * 2_000}.example/{number}"}}
        told[number] = send("PUT", f"/v1/source-records/crm/customer/{number}", json=body)
    assert {answer.status_code for answer in told.values()} == {202, 503}
    refused = [number for number, answer in told.items() if answer.status_code == 503]
    problem = told[refused[0]].json()
    assert (problem["code"], "full" in problem["detail"]) == ("unavailable", True)
    assert told[refused[0]].headers["Retry-After"]
    assert send("GET", "/v1/xref/crm/customer/0").status_code == 200  # what is there can be read all the while
    with server.hub.database.read() as reader:
        assert log.head(reader) == before + 20 - len(refused)
    pages[0] = 1_000_000
    for number in refused:
        assert server.put(f"crm:customer:{number}", name=f"Acme {number}")["golden_id"]
    assert rebuild.verify(server.hub).match
    assert send("GET", "/v1/stats").json()["entity_types"]["customer"]["source_records"] == 21
