"""What happens to records in their source, over HTTP and in files: refused, ordered and told alike at every door."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from mdm.entity_types import shipped
from mdm.ingest import Columns
from mdm.ingest.mapping import parse_mapping
from mdm.services import rebuild, resolving
from mdm.services.intake import ingest, quarantine
from mdm.services.intake.preparing import File
from tests.conftest import AUTHOR

PATH = "/v1/source-records/crm/customer/1"
FIRST = {"attributes": {"name": "Acme GmbH", "email": ["info@acme.example"]}, "version": 1}


def through(door: str, server: Any, folder: Path, version: int | str) -> str:
    """Send another content of crm:customer:1 with this version; the rule that it is refused by."""
    send = server.as_("admin")
    body = {"attributes": {"name": "Acme Ltd"}, "version": version}
    key = {"source": "crm", "entity_type": "customer", "source_id": "1"}
    if door in {"PUT", "PATCH"}:
        return str(send(door, PATH, json=body).json()["errors"][0]["rule"])
    if door == "DELETE":
        return str(send("DELETE", f"{PATH}?version={version}").json()["errors"][0]["rule"])
    if door == "batch":
        (told,) = send("POST", "/v1/source-records:batch", json=[{**key, **body}]).json()["items"]
        return str(told["errors"][0]["rule"])
    path = folder / f"crm.{door}"
    if door == "csv":
        path.write_text(f"id,name,version\n1,Acme Ltd,{version}\n", encoding="utf-8")
    else:
        path.write_bytes(orjson.dumps({**key, **body}))
    ingest.ingest_file(server.hub, File(str(path), "crm", "customer", Columns()), author=AUTHOR)
    return str(quarantine.page(server.hub)["items"][0]["rule"])


@pytest.mark.parametrize("door", ["PUT", "PATCH", "DELETE", "batch", "csv", "jsonl"])
@pytest.mark.parametrize(("version", "rule"), [(1, "version_conflict"), ("2026-03-01", "version_sort")])
def test_a_version_that_cannot_be_is_refused_by_the_same_rule_at_every_door(
    server: Any, tmp_path: Path, door: str, version: int | str, rule: str
) -> None:
    server.as_("admin")("PUT", PATH, json=FIRST)
    assert through(door, server, tmp_path, version) == rule
    xref = server.as_("admin")("GET", "/v1/xref/crm/customer/1").json()
    assert xref["golden_id"] is None or xref["status"] == "active"


def test_absent_null_and_empty_are_three_things_at_every_door(server: Any, tmp_path: Path) -> None:
    send, key = server.as_("admin"), {"source": "crm", "entity_type": "customer", "source_id": "1"}
    whole = {"name": "Acme", "email": ["info@acme.example"], "website": "acme.example", "tax_id": "DE136695976"}
    golden_id = send("PUT", PATH + "?wait=resolved", json={"attributes": whole, "version": 1}).json()["golden_id"]
    shown = lambda: send("GET", f"/v1/golden-records/{golden_id}").json()["attributes"]  # noqa: E731
    send("PATCH", PATH + "?wait=resolved", json={"attributes": {"tax_id": None}, "version": 2})
    assert shown() == {name: value for name, value in whole.items() if name != "tax_id"}
    send("POST", "/v1/source-records:batch", json=[
        {**key, "attributes": {"website": None}, "version": 4, "partial": True},
        {**key, "attributes": {"website": "acme.test"}, "version": 3, "partial": True},
    ])  # fmt: skip
    path = tmp_path / "crm.jsonl"
    path.write_bytes(orjson.dumps({**key, "attributes": {"email": []}, "version": 5, "partial": True}))
    ingest.ingest_file(server.hub, File(str(path), "crm", "customer", Columns()), author=AUTHOR)
    assert shown() == {"name": "Acme"}
    send("PUT", PATH + "?wait=resolved", json={"attributes": {"name": "Acme", "website": "acme.example"}, "version": 6})
    assert shown() == {"name": "Acme", "website": "acme.example"}, "what a whole record does not say is gone"
    send("DELETE", PATH + "?version=8")
    send("PATCH", PATH + "?wait=resolved", json={"attributes": {"website": "late.example"}, "version": 7})
    assert send("GET", f"/v1/golden-records/{golden_id}").json()["status"] == "retired", "an older version is late"
    send("PATCH", PATH + "?wait=resolved", json={"attributes": {"email": ["a@acme.example"]}, "version": 9})
    assert shown() == {"name": "Acme", "website": "late.example", "email": ["a@acme.example"]}
    assert rebuild.verify(server.hub).match


def test_what_is_older_than_what_there_is_of_a_record_is_told_so(server: Any) -> None:
    send = server.as_("admin")
    put = lambda **sent: send("PUT", PATH + "?wait=resolved", json={"attributes": {"name": "Acme"}, **sent}).json()  # noqa: E731
    assert "older_than" not in put(event_time="2026-03-01")
    march = {"event_time": "2026-03-01T00:00:00.000000Z"}
    gone = send("DELETE", PATH + "?wait=resolved").json()
    assert (gone["status"], gone["older_than"]) == ("accepted", march), "what has no event time is the oldest"
    assert send("GET", "/v1/xref/crm/customer/1").json()["status"] == "active"
    late = send("PATCH", PATH, json={"attributes": {"name": "Acme Ltd"}, "event_time": "2026-02-01"})
    assert (late.status_code, late.json()["older_than"]) == (202, march)
    key = {"source": "crm", "entity_type": "customer", "source_id": "1", "attributes": {"name": "Acme AG"}}
    items = [{**key, "event_time": f"2026-0{month}-01"} for month in (2, 3, 4)]
    told = send("POST", "/v1/source-records:batch", json=items).json()["items"]
    assert [item.get("older_than") for item in told] == [march, None, None]
    assert "older_than" not in send("DELETE", PATH + "?event_time=2026-05-01").json()


def test_a_record_says_what_became_of_it_and_its_losers(server: Any) -> None:
    send = server.as_("admin")
    for number in ("2", "3"):
        server.put(f"crm:customer:{number}", name=f"Firm {number}")
    body = {"attributes": {"name": "Acme GmbH"}, "merged_from": ["2", "3"], "created": "2019-05-01"}
    told = send("PUT", PATH + "?wait=resolved", json=body).json()
    found = send("GET", "/v1/xref/crm/customer/3").json()
    assert found["golden_id"] == send("GET", "/v1/xref/crm/customer/1").json()["golden_id"] == told["golden_id"]
    later = send("PUT", PATH + "?wait=resolved", json={"attributes": {"name": "Waldsee AG"}, "created": "2026-02-03"})
    assert later.json()["golden_id"] != found["golden_id"]
    (other,) = send("GET", "/v1/xref/crm/customer/1").json()["incarnations"]
    assert other["created"] == "2026-02-03T00:00:00Z"
    assert send("DELETE", PATH + "?created=2026-02-03").status_code == 202
    refused = send("DELETE", PATH)
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (422, "incarnation")
    wrong = send("PUT", PATH, json={**body, "merged_from": ["1"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/merged_from/0")
    assert send("PUT", PATH, json={**body, "origin": "x" * 101}).json()["errors"][0]["pointer"] == "/origin"


def test_deleted_records_that_may_have_been_merged_are_listed(server: Any) -> None:
    for number in ("1", "2"):
        server.put(
            f"erp:customer:{number}", name="Nordlicht Bau GmbH", address={"postcode": "04185", "city": "Leipzig"}
        )
    send = server.as_("steward")
    assert server.as_("admin")("DELETE", "/v1/source-records/erp/customer/1?wait=resolved").status_code == 200
    found = send("GET", "/v1/source-merges:suspected?type=customer").json()
    assert [one["deleted"] for one in found["items"]] == ["erp:customer:1"]
    assert found["items"][0]["like"][0]["record"] == "erp:customer:2"
    assert send("GET", "/v1/source-merges:suspected?type=custmer").status_code == 404
    assert server.as_("reader")("GET", "/v1/source-merges:suspected?type=customer").status_code == 403


@pytest.mark.parametrize("door", ["POST", "batch", "csv", "jsonl", "mapped"])
def test_that_a_record_changed_is_said_alike_at_every_door(server: Any, tmp_path: Path, door: str) -> None:
    send = server.as_("admin")
    send("PUT", f"{PATH}?wait=resolved", json=FIRST)
    if door == "POST":
        told = send("POST", f"{PATH}:changed?wait=resolved", json={"version": 2}).json()
        assert (told["status"], told["golden_id"][:4]) == ("accepted", "cus_")
    elif door == "batch":
        item = {"source": "crm", "entity_type": "customer", "source_id": "1", "changed": True, "version": 2}
        assert send("POST", "/v1/source-records:batch", json=[item]).json()["items"][0]["status"] == "accepted"
    else:
        path, how = tmp_path / ("crm.jsonl" if door == "jsonl" else "crm.csv"), None
        path.write_text({
            "csv": "id,version,name,changed\n1,2,,true\n", "jsonl": '{"id": "1", "version": 2, "changed": true}\n',
            "mapped": "Nr;Stand;Neu\n1;2;X\n",
        }[door], encoding="utf-8")  # fmt: skip
        if door == "mapped":
            text = "rename: {Nr: id, Stand: version, Neu: changed}\nbooleans: {Neu: {when_true: [X], when_false: [Y]}}"
            how = parse_mapping(text, server.hub.entity_type("customer"), file="m.yaml")
        summary = ingest.ingest_file(server.hub, File(str(path), "crm", "customer", Columns(), how), author=AUTHOR)
        assert summary.accepted == 1
    resolving.resolve_all(server.hub, author=AUTHOR)
    found = server.as_("source", source="crm")("GET", "/v1/refetches?source=crm").json()
    [item] = found["items"]
    assert (item["key"], item["version"], found["next"]) == ("crm:customer:1", 2, None)
    xref = server.as_("reader")("GET", "/v1/xref/crm/customer/1").json()
    assert xref["needs_refetch"] == xref["crosswalk"][0]["needs_refetch"] == {"since": item["since"], "version": 2}
    [group] = server.as_("reader")("GET", "/v1/refetches:waiting").json()["items"]
    assert (group["count"], group["samples"]) == (1, [item])
    send("PUT", f"{PATH}?wait=resolved", json={**FIRST, "version": 2})
    assert server.as_("reader")("GET", "/v1/refetches").json()["items"] == []
    assert rebuild.verify(server.hub).match


def test_what_only_says_that_it_changed_says_nothing_else(server: Any, tmp_path: Path) -> None:
    send = server.as_("admin")
    item = {"source": "crm", "entity_type": "customer", "source_id": "1", "changed": True}
    wrong = [{**item, "attributes": {"name": "A"}}, {**item, "deleted": True}, {**item, "partial": True}]
    told = send("POST", "/v1/source-records:batch", json=wrong).json()["items"]
    assert {one["errors"][0]["rule"] for one in told} == {"changed"}
    for name, text in (("a.csv", "id,name,changed\n2,A,yes\n"), ("a.jsonl", '{"id": 3, "name": "A", "changed": true}')):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert ingest.ingest_file(server.hub, File(str(path), "crm", "customer", Columns()), author=AUTHOR).quarantined
    assert {(row["column"], row["rule"]) for row in quarantine.page(server.hub)["items"]} == {("changed", "changed")}
    assert send("POST", f"{PATH}:changed", json={"version": "soon"}).status_code == 422
    assert send("POST", f"{PATH}:changed", json={"name": "Acme"}).status_code == 422
    send("PUT", f"{PATH}?wait=resolved", json=FIRST)
    mixed = send("POST", f"{PATH}:changed", json={"version": "2026-03-01"})
    assert (mixed.status_code, mixed.json()["errors"][0]["rule"]) == (422, "version_sort")
    assert send("POST", f"{PATH}:changed", json={"event_time": "2026-03-01"}).status_code == 202


def test_a_source_says_that_changes_of_it_were_lost(server: Any) -> None:
    for number in ("1", "2"):
        server.put(f"crm:customer:{number}", name=f"Firm {number}")
    assert server.as_("source", source="erp")("POST", "/v1/source-records/crm/customer:gap").status_code == 403
    told = server.as_("source", source="crm")("POST", "/v1/source-records/crm/customer:gap").json()
    assert told["records"] == 2
    resolving.resolve_all(server.hub, author=AUTHOR)
    first = server.as_("source", source="crm")("GET", "/v1/refetches?limit=1").json()
    rest = server.as_("source", source="crm")("GET", f"/v1/refetches?limit=1&cursor={first['next']}").json()
    assert [one["key"] for one in (*first["items"], *rest["items"])] == ["crm:customer:1", "crm:customer:2"]
    assert rest["next"] is None
    assert server.as_("admin")("GET", "/v1/refetches?cursor=x").status_code == 422
    assert server.as_("admin")("POST", "/v1/source-records/crm/custmer:gap").status_code == 404


def test_a_record_that_says_it_is_of_another_instance_is_refused_over_http(server: Any) -> None:
    document = shipped()["customer"] + "sources: {crm: {instance: P01/100}}\n"
    send = server.as_("admin")
    send("POST", "/v1/rules:apply", json={"document": document})
    assert send("PUT", PATH, json={**FIRST, "instance": "P01/100"}).status_code == 202
    newer = {**FIRST, "version": 2}
    for method, address, body in (("PUT", PATH, newer), ("PATCH", PATH, newer), ("POST", f"{PATH}:changed", {})):
        refused = send(method, address, json={**body, "instance": "T01/200"})
        assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (422, "instance"), method
    item = {"source": "crm", "entity_type": "customer", "source_id": "2", **FIRST, "instance": "T01/200"}
    told = send("POST", "/v1/source-records:batch", json=[item]).json()["items"][0]
    assert (told["status"], told["errors"][0]["pointer"]) == ("quarantined", "/instance")
