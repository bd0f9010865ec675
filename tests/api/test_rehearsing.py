"""`dry_run` on every write and `If-Match` on every change of what has an ETag: one way, and no route without it."""

import json
import re
from functools import partial

import pytest
import yaml

from mdm.api.app import describe
from mdm.api.browser import COOKIE
from mdm.api.carrying_out import READS, THINGS, thing_of
from mdm.entity_types.document import shipped
from mdm.services import rebuild
from mdm.services.access import accounts, sessions
from mdm.services.resolving import resolve_all
from mdm.settings import Settings, now
from stewardship_ui.app import create_app
from tests.conftest import AUTHOR

PASSWORD = "four words that wander"
BERLIN = {"street": "Hauptstr. 5", "postcode": "10115", "city": "Berlin"}
RULES = """
entity_type: shop
id_prefix: shp
attributes: {name: {kind: text, required: true}, phone: {kind: phone}}
match: {block_on: [[name]], compare: [name]}
approval: {merge: true}
"""
SEVERAL = {
    "POST /v1/golden-records:merge", "POST /v1/decisions/{decision_id}:undo", "POST /v1/tasks:decide-many",
}  # fmt: skip
"""Decisions about several things at once: what they contradict is told by 409, and tasks carry an etag each."""
# What is given only to what is carried out, and what the clock and the request say.
GIVEN = re.compile(
    r'"(?:seq|decision_id|proposal_id|id|key)":(?:null|\d+|"[^"]*")|\d{4}-\d\d-\d\dT[\d:.]+Z|request-\w+'
)


@pytest.fixture(scope="module")
def writes():
    paths = describe(create_app(Settings()))["paths"]
    return {
        f"{method.upper()} {path}": {one["name"] for one in operation.get("parameters", ())}
        for path, of in paths.items() for method, operation in of.items() if method != "get"
    }  # fmt: skip


def test_every_write_takes_dry_run_and_every_change_of_what_has_an_etag_if_match(writes):
    lacking = {one for one, names in writes.items() if "dry_run" not in names}
    assert lacking == {f"POST {path}" for path in READS}
    assert {one for one, names in writes.items() if "If-Match" in names} == {
        one for one in writes if thing_of(one.split(" ")[1]) is not None
    }
    assert set(THINGS) == {"/v1/golden-records/{golden_id}", "/v1/tasks/{task_id}", "/v1/proposals/{proposal_id}"}
    assert not SEVERAL & {one for one, names in writes.items() if "If-Match" in names}


def everything(hub):
    """What stands in all tables but those that note that somebody asked."""
    with hub.database.read() as reader:
        tables = [name for (name,) in reader.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        read = "SELECT * FROM {}".format
        rows = {name: reader.rows(read(name)) for name in tables if name != "api_key"}
        rows["api_key"] = reader.rows("SELECT id, revoked_at FROM api_key ORDER BY id")
    return {name: sorted(map(repr, found)) for name, found in rows.items()}


def told(answer):
    document = {name: part for name, part in answer.json().items() if name != "dry_run"}
    return GIVEN.sub("*", json.dumps(document, sort_keys=True, separators=(",", ":")))


class Trying:
    """Tries each write, sees that nothing has changed, and does it; where it has no preview of its own, alike."""

    def __init__(self, server):
        self.server, self.admin, self.tried = server, server.as_("admin"), set()

    def __call__(self, operation, body=None, *, role="admin", send=None, query="", **places):
        resolve_all(self.server.hub, author=AUTHOR)
        send, (method, path) = send or self.server.as_(role), operation.split(" ")
        path = re.sub(r"\{(\w+)\}", lambda found: places[found[1]], path)
        before, options = everything(self.server.hub), {} if body is None else {"json": body}
        dry = send(method, f"{path}?dry_run=true{query}", **options)
        assert everything(self.server.hub) == before, operation
        done = send(method, f"{path}?{query[1:]}", **options)
        assert done.status_code in {200, 202}, f"{operation}: {done.text}"
        after = everything(self.server.hub)
        assert after != before, operation
        assert dry.json()["dry_run"] is True, operation
        if not dry.json().keys() & {"changes", "sample"}:
            assert (dry.status_code, told(dry)) == (done.status_code, told(done)), operation
        self.tried.add(operation)
        return done.json()

    def task(self, kind="review"):
        resolve_all(self.server.hub, author=AUTHOR)
        return next(one for one in self.admin("GET", "/v1/tasks").json()["items"] if one["kind"] == kind)


def signed_in(server, name):
    """What sends requests as a steward with a session; only a person can be named in a comment."""
    accounts.add(server.hub, accounts.Person(name, "steward"), password=PASSWORD, author=AUTHOR)
    token = sessions.sign_in(server.hub, name=name, password=PASSWORD, address="10.0.0.1", at=now())
    headers = {"Cookie": f"{COOKIE}={token}", "X-CSRF-Token": sessions.csrf_token(token)}
    return partial(server.http.request, headers=headers)


RECORD = "/v1/source-records/{source}/{entity_type}/{source_id}"
ONE = {"source": "crm", "entity_type": "customer", "source_id": "1"}


def records(write):
    write(f"PUT {RECORD}", {"attributes": {"name": "Nordwind Logistik GmbH", "address": BERLIN}},
          query="&wait=resolved", **ONE)  # fmt: skip
    write(f"PATCH {RECORD}", {"attributes": {"website": "https://nordwind.example"}}, **ONE)
    for number, name in (("7", "Nordwind Logistic"), ("8", "Acme Anvils"), ("9", "Umbrella")):
        write(f"PUT {RECORD}", {"attributes": {"name": name, "address": BERLIN}}, **ONE | {"source_id": f"e{number}"})
    write(f"DELETE {RECORD}", **ONE | {"source_id": "e9"})
    write(f"POST {RECORD}:merge", {"into": "e8"}, **ONE | {"source_id": "e9"})
    write(f"POST {RECORD}:changed", {}, query="&wait=resolved", **ONE)
    write("POST /v1/source-records/{source}/{entity_type}:gap", source="crm", entity_type="customer")
    bad = [{**ONE, "source_id": n, "attributes": {"name": "B"}, "event_time": "soon"} for n in ("3", "4", "5")]
    write("POST /v1/source-records:batch", [{**ONE, "source_id": "2", "attributes": {"name": "Acme"}}, *bad])
    rows = [row["id"] for row in write.admin("GET", "/v1/quarantine").json()["items"]]
    write("POST /v1/quarantine/{quarantine_id}:discard", {"reason": "x"}, quarantine_id=rows[0])
    write("POST /v1/quarantine/{quarantine_id}:retry", {"set": {"event_time": "2026-01-01"}}, quarantine_id=rows[1])


def tasks(write):
    task, clara = write.task(), signed_in(write.server, "clara")
    write("POST /v1/tasks:claim-next", {})
    for verb, body in (("release", None), ("claim", {"seconds": 60}), ("release", None), ("skip", None),
                       ("snooze", {"until": "2999-01-01"}), ("escalate", {"to": "cli:anna", "question": "?"}),
                       ("assign", {"to": None}), ("comment", {"text": "@clara x"}),
                       ("claim", {"seconds": 60})):  # fmt: skip
        write(f"POST /v1/tasks/{{task_id}}:{verb}", body, task_id=task["id"])
    write("POST /v1/tasks/{task_id}:read", send=clara, task_id=task["id"])
    body = {"verdict": "same", "reason": "x", "etag": write.task()["etag"]}
    decided = write("POST /v1/tasks/{task_id}:decide", body, task_id=task["id"])
    write("POST /v1/decisions/{decision_id}:undo", {"reason": "x"}, decision_id=decided["decision_id"])
    chosen = {"entity_type": "customer", "kind": "review"}
    write("POST /v1/tasks:decide-many", {"verdict": "distinct", "reason": "x", "filter": chosen})
    write("PUT /v1/filters/{name}", {"filter": {"kind": "review"}}, name="mine")
    write("DELETE /v1/filters/{name}", name="mine")


def rules_and_decisions(write):
    write("POST /v1/rules:apply", {"document": RULES})
    nameless = {"source": "crm", "entity_type": "shop", "source_id": "1", "attributes": {"phone": "+43 316 8721"}}
    write("POST /v1/source-records:batch", [nameless])
    write("POST /v1/rules:apply", {"document": RULES.replace(", required: true", "")})
    write("POST /v1/quarantine:retry", {"type": "shop"})
    write("POST /v1/rules:rollback", {"entity_type": "shop"})
    shops = [write.server.put(f"crm:shop:{n}", name=n)["golden_id"] for n in ("Alder", "Birch")]
    merge, proposal = {"golden_ids": shops, "reason": "one"}, "POST /v1/proposals/{proposal_id}"
    for verb, role in (("refuse", "approver"), ("withdraw", "steward"), ("approve", "approver")):
        made = write("POST /v1/golden-records:merge", merge, role="steward")
        write(f"{proposal}:{verb}", {"reason": "x"}, role=role, proposal_id=made["proposal_id"])
    override = {"value": "Cedar", "reason": "x"}
    write("PUT /v1/golden-records/{golden_id}/overrides/{attribute}", override, golden_id=shops[0], attribute="name")
    split = {"keys": ["crm:shop:Birch"], "reason": "x", "supersede": True}
    write("POST /v1/golden-records/{golden_id}:split", split, golden_id=shops[0])
    write("POST /v1/code-lists:apply", {"document": "code_list: offices\ncodes:\n  graz: {label: Graz}\n"})
    write("POST /v1/code-lists/{code_list}:map", {"source": "psa", "map": {"G": "graz"}, "reason": "x"},
          code_list="offices")  # fmt: skip


def opinions(write):
    document = yaml.safe_dump({**yaml.safe_load(shipped()["customer"]), "second_opinion": 1})
    assert write.admin("POST", "/v1/rules:apply", json={"document": document}).status_code == 200
    for number, name in (("31", "Quarzwerk Logistik GmbH"), ("32", "Quarzwerk Logistic")):
        write.server.put(f"crm:customer:{number}", name=name, address={**BERLIN, "street": "Weg 9"})
    task = next(one for one in write.admin("GET", "/v1/tasks").json()["items"] if "crm:customer:31" in one["records"])
    same = {"verdict": "same", "reason": "x", "etag": task["etag"]}
    assert write.server.as_("steward")("POST", f"/v1/tasks/{task['id']}:decide", json=same).status_code == 200
    other = {"verdict": "distinct", "reason": "x"}
    write("POST /v1/second-opinions/{task_id}:give", other, role="approver", task_id=task["id"])
    write("POST /v1/agreement/opinions/{task_id}:settle", other, task_id=task["id"])


def access(write):
    password = {"password": PASSWORD}
    write("POST /v1/users", {"name": "anna", "role": "steward", **password})
    for verb, body in (("disable", None), ("enable", None), ("set-role", {"role": "reader"}),
                       ("narrow", {"entity_type": "customer"}), ("set-password", password)):  # fmt: skip
        write(f"POST /v1/users/{{name}}:{verb}", body, name="anna")
    key = write("POST /v1/keys", {"role": "reader"})
    write("POST /v1/keys/{key_id}:revoke", key_id=key["id"])


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.verify)], ids=["some", "all"])
def test_each_write_tells_in_a_dry_run_what_it_then_answers_and_changes_nothing(server, writes, whole):
    write = Trying(server)
    for part in (records, tasks, rules_and_decisions, opinions, access) if whole else (records, tasks):
        part(write)
    assert not whole or write.tried == {one for one, names in writes.items() if "dry_run" in names}


def test_a_key_of_a_dry_run_is_none(server):
    admin = server.as_("admin")
    made = admin("POST", "/v1/keys?dry_run=true", json={"role": "admin"}).json()
    assert (made["id"], made["key"], made["role"]) == (None, None, "admin")


def test_what_is_no_longer_as_it_was_read_is_not_changed_by_any_way(either_server):
    server, admin = either_server, either_server.as_("admin")
    for number, name in (("1", "Nordwind Logistik GmbH"), ("7", "Nordwind Logistic")):
        server.put(f"crm:customer:{number}", name=name, address=BERLIN)
    (task,) = admin("GET", "/v1/tasks").json()["items"]
    path = f"/v1/tasks/{task['id']}"
    seen = {"If-Match": admin("GET", path).headers["ETag"]}
    for verb, body in (("skip", None), ("comment", {"text": "x"}), ("claim", {}), ("release", None)):
        options = {} if body is None else {"json": body}
        stale = admin("POST", f"{path}:{verb}", headers={"If-Match": '"another"'}, **options)
        assert (stale.status_code, stale.json()["code"]) == (412, "stale")
        for dry in ("?dry_run=true", ""):
            assert admin("POST", f"{path}:{verb}{dry}", headers=seen, **options).status_code == 200
    assert admin("GET", path).json()["comments"][0]["text"] == "x"
    golden = server.put("crm:customer:20", name="Umbrella", tax_id="DE136695976")["golden_id"]
    seen = {"If-Match": admin("GET", f"/v1/golden-records/{golden}").headers["ETag"]}
    server.put("crm:customer:21", name="Umbrella", tax_id="DE136695976")
    split = {"keys": ["crm:customer:21"], "reason": "x"}
    ways = [("POST", ":split", split), ("PUT", "/overrides/name", {"value": "Birch", "reason": "x"})]
    for method, way, body in ways:
        for dry in ("?dry_run=true", ""):
            stale = admin(method, f"/v1/golden-records/{golden}{way}{dry}", json=body, headers=seen)
            assert stale.status_code == 412, stale.text
    fresh = {"If-Match": admin("GET", f"/v1/golden-records/{golden}").headers["ETag"]}
    held = admin("POST", f"/v1/golden-records/{golden}:split", json={**split, "hold": 60}, headers=fresh)
    assert (held.status_code, held.json()["status"]) == (202, "held")
    address = f"/v1/proposals/{held.json()['proposal_id']}"
    read = {"If-Match": admin("GET", address).headers["ETag"]}
    assert admin("POST", f"{address}:withdraw", json={}, headers={"If-Match": '"another"'}).status_code == 412
    assert admin("POST", f"{address}:withdraw", json={}, headers=read).json()["status"] == "withdrawn"
    assert admin("POST", f"/v1/golden-records/{golden}:split", json=split, headers=fresh).status_code == 200
    assert rebuild.verify(server.hub).match
