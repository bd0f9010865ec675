"""Whether a server says the truth about itself."""

from fastapi.testclient import TestClient

from mdm.api.app import create_app
from mdm.settings import Settings
from stewardship_ui.app import create_app as create_whole


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
    from tests.conftest import AUTHOR

    settings = Settings(database_url=f"sqlite:///{tmp_path / 'late.db'}")
    with TestClient(create_app(settings)) as http:
        assert http.get("/readyz").status_code == 503
        key = initialise(settings, author=AUTHOR).admin_key
        answer = http.get("/v1/stats", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200, answer.text


def test_a_full_disk_and_a_database_that_does_not_flush_are_told(sqlite_hub, monkeypatch):
    from mdm.store import health

    with TestClient(create_app(sqlite_hub.settings)) as http:
        assert http.get("/readyz").json()["checks"]["disk"] == {"ok": True}
        monkeypatch.setattr(health, "LEAST_ROOM", 2**62)
        told = http.get("/readyz")
    assert (told.status_code, told.json()["checks"]["disk"]["ok"]) == (503, False)
