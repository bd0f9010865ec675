"""The whole way: files and requests in, golden IDs, look-ups, decisions and the feed out, over a real server."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
import structlog
from typer.testing import CliRunner

from mdm import worker
from mdm.auth import ROLES
from mdm.cli.app import app
from mdm.cli.session import log_to_stderr
from mdm.services import rebuild
from mdm.services.access import keys
from mdm.services.hub import Hub, open_hub
from mdm.settings import Settings
from stewardship_ui.app import create_app
from tests.conftest import AUTHOR
from tests.serving import free_port, serving

SERVE = [sys.executable, "-c", "from mdm.cli.app import main; main()", "serve"]
PATIENCE = 300.0
CRM = """account,name,tax_id,email,address.street,address.city,address.postcode,address.country,modified
0015g,Waldsee Medizintechnik AG,DE136695976,info@waldsee.example,Bahnhofstr. 25,München,80313,DE,2026-01-05
0016h,Blackwell Engineering Ltd,,info@blackwell.example,91 Queen Street,Cardiff,CF10 2GP,GB,2026-01-06
"""
ERP = """id,name,tax_id,address.street,address.city,address.postcode,address.country
100042,WALDSEE MEDIZINTECHNIK AG,DE 136 695 976,Bahnhofstrasse 25,München,80313,DE
"""
SITE = """
entity_type: site
label: Site of a customer
id_prefix: sit
attributes:
  name:     {kind: company_name, required: true, privacy: public}
  postcode: {kind: code}
  customer: {kind: reference, to: customer}
match:
  block_on: [[postcode], [customer]]
  compare: [{attribute: postcode, weight: 0.5}, {attribute: customer, weight: 2}]
  prior: 0.5
survive: {default: longest}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server, the command line beside it, and clients with keys of any role."""

    hub: Hub
    url: str
    http: httpx2.Client

    def mdm(self, *arguments: object) -> Any:
        """Run a command that must succeed; returns the document it prints."""
        result = CliRunner().invoke(app, [*map(str, arguments), "--json"], prog_name="mdm")
        assert result.exit_code == 0, result.output
        return httpx2.Response(200, content=result.stdout.encode()).json()

    def ingest(self, source: str, content: str, *options: str, entity_type: str = "customer") -> None:
        """Take in a file of a source by the command line."""
        file = Path(f"{source}-{entity_type}.csv")
        file.write_text(content, encoding="utf-8")
        self.mdm("ingest", file, "--source", source, "--type", entity_type, *options)

    def as_(self, role: str, **narrowed: str) -> Callable[..., httpx2.Response]:
        """A function that sends requests with a new key of this role."""
        key = keys.create(self.hub, role=role, author=AUTHOR, **narrowed)["key"]

        def send(method: str, path: str, body: object = None) -> httpx2.Response:
            return self.http.request(method, self.url + path, headers={"Authorization": f"Bearer {key}"}, json=body)

        return send


@pytest.fixture(params=["sqlite"])
def server(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server over a fresh hub, in threads or in a process of its own; in the end its state is what the log gives."""
    database, _, apart = request.param.partition(" in a ")
    settings = Settings(database_url=request.getfixturevalue(f"{database}_url"))
    monkeypatch.setenv("MDM_DATABASE_URL", settings.database_url)
    monkeypatch.chdir(tmp_path)
    hub, port = open_hub(settings), free_port()
    served = in_a_process(tmp_path / "server.log", port) if apart else in_threads(settings, port)
    try:
        with served, httpx2.Client(timeout=PATIENCE) as http:
            yield Server(hub, f"http://127.0.0.1:{port}", http)
        assert rebuild.verify(hub).match
    finally:
        hub.close()
        structlog.reset_defaults()  # a command points the log at a stream that is gone now


@contextmanager
def in_threads(settings: Settings, port: int) -> Iterator[None]:
    log_to_stderr("info")  # as `mdm serve` does: what its threads say must not stand in the answers of commands
    with worker.in_background(settings, actor="resolver"), serving(create_app(settings), port):
        yield


@contextmanager
def in_a_process(written: Path, port: int) -> Iterator[None]:
    """`mdm serve` as a person starts it, in two processes that log alike; it stops when told, without complaint."""
    said, command = written.with_suffix(".out"), [*SERVE, "--port", str(port), "--workers", "2"]
    with written.open("wb") as log, said.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=log, env=dict(os.environ))
    try:
        until(lambda: process.poll() is not None or answers(f"http://127.0.0.1:{port}/readyz"))
        assert process.poll() is None, written.read_text()
        yield
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        assert "Traceback" not in written.read_text()
        assert all(line.startswith("timestamp=") for line in written.read_text().splitlines())
        assert len(said.read_text().splitlines()) == 1
    finally:
        process.kill()
        process.wait(PATIENCE)


def answers(address: str) -> bool:
    try:
        return httpx2.get(address).status_code == 200
    except httpx2.TransportError:
        return False


def until(happened: Callable[[], object]) -> None:
    """Wait for something that a server does by itself."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def record(key: str) -> str:
    source, entity_type, source_id = key.split(":", 2)
    return f"/v1/source-records/{source}/{entity_type}/{quote(source_id, safe='')}"


def xref(key: str) -> str:
    return record(key).replace("source-records", "xref")


@pytest.mark.parametrize("server", ["sqlite in a process", "postgres in a process"], indirect=True)
def test_which_erp_customer_is_a_crm_account(server: Server) -> None:
    """Files in by command; the answer by HTTP, singly and in bulk, with where each value came from."""
    server.ingest("crm", CRM, "--id", "account", "--event-time", "modified")
    server.ingest("erp", ERP)
    ask = server.as_("reader")
    found = ask("GET", xref("crm:customer:0015g") + "?target=erp").json()
    assert found["status"] == "active"
    assert found["crosswalk"] == [{"source": "erp", "source_id": "100042"}]
    keys_ = [["erp", "customer", "100042"], ["crm", "customer", "0016h"], ["erp", "customer", "404"]]
    items = ask("POST", "/v1/xref:lookup", {"keys": keys_}).json()["items"]
    assert items[0]["golden_id"] == found["golden_id"]
    assert items[1]["crosswalk"] == [{"source": "crm", "source_id": "0016h"}]
    assert items[2] is None
    golden = ask("GET", f"/v1/golden-records/{found['golden_id']}?include=lineage").json()
    assert golden["attributes"]["name"] in {"Waldsee Medizintechnik AG", "WALDSEE MEDIZINTECHNIK AG"}
    assert golden["lineage"]["address"]["winner"]["source"] == "erp"
    assert golden["lineage"]["address"]["winner"]["line"] == 2
    assert server.mdm("lookup", "erp", "customer", "100042")["golden_id"] == found["golden_id"]


def test_what_nobody_waited_for_is_resolved_by_the_server_itself(server: Server) -> None:
    send, ask = server.as_("source", source="crm"), server.as_("reader")
    acme = {"attributes": {"name": "Acme GmbH", "tax_id": "DE136695976"}}
    put = send("PUT", record("crm:customer:1"), acme)
    assert (put.status_code, put.json()["status"]) == (202, "accepted")
    until(lambda: ask("GET", xref("crm:customer:1")).json()["status"] == "active")
    golden_id = ask("GET", xref("crm:customer:1")).json()["golden_id"]
    body = {"attributes": {"name": "ACME G.m.b.H.", "tax_id": "DE136695976"}}
    waited = server.as_("source", source="erp")("PUT", record("erp:customer:9") + "?wait=resolved", body)
    assert (waited.status_code, waited.json()["golden_id"], waited.json()["resolution"]) == (200, golden_id, "matched")
    assert send("PUT", record("crm:customer:1"), acme).json()["status"] == "unchanged"


def test_an_entity_type_from_a_file_alone_is_mastered_through_its_reference(server: Server) -> None:
    """Two sites are told apart or joined by which customer they belong to, once that is known."""
    Path("site.yaml").write_text(SITE, encoding="utf-8")
    assert server.mdm("rules", "apply", "site.yaml")["entity_type"] == "site"
    server.ingest(
        "crm", "id,name,postcode,customer\nS1,Plant North,80313,0015g\nS2,Depot,80313,0016h\n", entity_type="site"
    )
    server.ingest("erp", "id,name,postcode,customer\nW7,Werk Nord,80313,100042\n", entity_type="site")
    ask = server.as_("reader")
    before = ask("GET", xref("crm:site:S1")).json()
    assert before["golden_id"].startswith("sit_")
    assert before["crosswalk"] == [{"source": "crm", "source_id": "S1"}]
    server.ingest("crm", CRM, "--id", "account", "--event-time", "modified")
    server.ingest("erp", ERP)
    until(lambda: len(ask("GET", xref("crm:site:S1")).json()["crosswalk"]) == 2)
    page = ask("GET", "/v1/golden-records?type=site").json()
    walks = {one["golden_id"]: [entry["source_id"] for entry in one["crosswalk"]] for one in page["items"]}
    assert walks.pop(before["golden_id"]) == ["S1", "W7"]
    assert list(walks.values()) == [["S2"]]
    assert ask("GET", f"/v1/golden-records/{before['golden_id']}").json()["attributes"]["name"] == "Plant North"
    why = ask("GET", "/v1/why?left=crm:site:S1&right=erp:site:W7").json()
    assert {"customer": "same"}.items() <= {one["attribute"]: one["level"] for one in why["comparisons"]}.items()


def test_a_merge_redirects_the_old_id_and_undo_gives_everything_back(server: Server) -> None:
    server.ingest("crm", CRM, "--id", "account", "--event-time", "modified")
    server.ingest("erp", ERP)
    steward = server.as_("steward")
    before = steward("GET", "/v1/golden-records?type=customer").json()["items"]
    kept, lost = (one["golden_id"] for one in before)
    merged = steward("POST", "/v1/golden-records:merge", {"golden_ids": [lost, kept], "reason": "one owner"}).json()
    assert (merged["golden_ids"], merged["redirects"]) == ([kept], {lost: kept})
    old = steward("GET", f"/v1/golden-records/{lost}").json()
    assert (old["status"], old["current_id"]) == ("merged", kept)
    assert steward("GET", xref("crm:customer:0016h")).json()["golden_id"] == kept
    assert server.mdm("golden", lost)["current_id"] == kept
    undone = steward("POST", f"/v1/decisions/{merged['decision_id']}:undo", {"reason": "wrong one"})
    assert undone.status_code == 200, undone.text
    after = steward("GET", "/v1/golden-records?type=customer").json()["items"]
    assert [{**one, "seq": 0, "version": 0} for one in after] == [{**one, "seq": 0, "version": 0} for one in before]
    assert steward("GET", f"/v1/golden-records/{lost}").json()["status"] == "active"


def test_the_feed_followed_from_its_beginning_gives_the_state(server: Server) -> None:
    server.ingest("crm", CRM, "--id", "account", "--event-time", "modified")
    server.ingest("erp", ERP)
    admin = server.as_("admin")
    first, second = (one["golden_id"] for one in admin("GET", "/v1/golden-records?type=customer").json()["items"])
    steps = [
        ("PATCH", record("erp:customer:100042") + "?wait=resolved", {"attributes": {"phone": ["+49 89 1234567"]}}),
        ("PUT", record("psa:customer:P1") + "?wait=resolved", {"attributes": {"name": "Omega Consulting SARL"}}),
        ("POST", f"/v1/golden-records/{first}:split", {"keys": ["erp:customer:100042"], "reason": "a sister"}),
        ("POST", "/v1/golden-records:merge", {"golden_ids": [first, second], "reason": "one owner"}),
        ("DELETE", record("psa:customer:P1") + "?wait=resolved", None),
    ]
    for method, path, body in steps:
        answer = admin(method, path, body)
        assert answer.status_code == 200, answer.text
    events = list(feed(admin))
    assert [int(event["sequence"]) for event in events] == list(range(1, len(events) + 1))
    assert {"mdm.golden.created", "mdm.golden.merged", "mdm.golden.split", "mdm.golden.retired", "mdm.xref.assigned",
            "mdm.xref.moved", "mdm.xref.removed"} <= {event["type"] for event in events}  # fmt: skip
    borne, golden = folded(events)
    page = admin("GET", "/v1/golden-records?type=customer").json()["items"]
    assert golden == {one["golden_id"]: one["attributes"] for one in page}
    assert {key: admin("GET", xref(key)).json()["golden_id"] for key in borne} == borne
    standing = {f"{entry['source']}:customer:{entry['source_id']}" for one in page for entry in one["crosswalk"]}
    assert standing == borne.keys()


def feed(ask: Callable[..., httpx2.Response]) -> Iterator[dict[str, Any]]:
    """Follow the feed in small pages until there is nothing new."""
    after = 0
    while items := (page := ask("GET", f"/v1/changes?after={after}&limit=3").json())["items"]:
        yield from items
        after = page["next"]


def folded(events: list[dict[str, Any]]) -> tuple[dict[str, str], dict[str, Any]]:
    """What a follower who keeps only events knows: the golden ID of each source key, and each golden record."""
    borne: dict[str, str] = {}
    golden: dict[str, Any] = {}
    for event in events:
        data, noun = event["data"], event["type"].split(".")[1]
        if event["type"] == "mdm.xref.removed":
            borne.pop(data["key"], None)
        elif noun == "xref":
            borne[data["key"]] = data["golden_id"]
        elif noun == "golden":
            for lost in data.get("losers", ()):
                golden.pop(lost, None)
            golden[event["subject"]] = (data["after"] or {}).get("attributes")
            if golden[event["subject"]] is None:
                del golden[event["subject"]]
    return borne, golden


def test_each_role_may_do_what_its_policy_says_and_no_more(server: Server) -> None:
    body = {"attributes": {"name": "Acme GmbH", "email": ["jane@acme.example"], "tax_id": "DE136695976"}}
    put = server.as_("source", source="crm")("PUT", record("crm:customer:1") + "?wait=resolved", body)
    golden = f"/v1/golden-records/{put.json()['golden_id']}"
    clients = {role: server.as_(role, **({"source": "crm"} if role == "source" else {})) for role in ROLES}
    routes = {
        "put": ("PUT", record("crm:customer:2"), {"attributes": {"name": "Ajax Ltd"}}),
        "look up": ("GET", xref("crm:customer:1"), None),
        "read": ("GET", golden, None),
        "feed": ("GET", "/v1/changes", None),
        "tasks": ("GET", "/v1/tasks", None),
        "decide": ("POST", "/v1/golden-records:merge", {"golden_ids": ["cus_0000001"] * 2, "reason": "r"}),
    }
    may = {role: {name for name, route in routes.items() if send(*route).status_code != 403}
           for role, send in clients.items()}  # fmt: skip
    read = {"look up", "read", "feed"}
    assert may == {
        "reader": read, "source": {"put", "look up"}, "steward": read | {"tasks", "decide"},
        "approver": read | {"tasks", "decide"}, "auditor": read | {"tasks"}, "admin": set(routes),
    }  # fmt: skip
    email = {role: send("GET", golden).json().get("attributes", {}).get("email") for role, send in clients.items()}
    whole = ["jane@acme.example"]
    assert email == {"reader": None, "source": None, "auditor": ["j***@a***.example"], "steward": whole,
                     "approver": whole, "admin": whole}  # fmt: skip
    assert server.as_("source", source="erp")(*routes["put"]).status_code == 403
    assert server.as_("reader", entity_type="legal_entity")(*routes["read"]).status_code == 403
    nobody = server.http.get(server.url + "/v1/stats")
    assert (nobody.status_code, nobody.headers["Content-Type"]) == (401, "application/problem+json")


def test_any_id_survives_the_way_through_an_address(server: Server) -> None:
    admin = server.as_("admin")
    for source_id in ("A/B", "a b+c", "Mün/chen:7?x=1#y", "100%", "%2F", "../x", "//", "😀"):
        key = f"crm:customer:{source_id}"
        put = admin("PUT", record(key) + "?wait=resolved", {"attributes": {"name": f"Acme {source_id} GmbH"}})
        assert put.status_code == 200, (source_id, put.text)
        found = admin("GET", xref(key)).json()
        assert {"source": "crm", "source_id": source_id} in found["crosswalk"]
        assert server.mdm("lookup", "crm", "customer", source_id)["golden_id"] == found["golden_id"]
