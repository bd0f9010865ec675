"""Whatever is sent, the answer is a problem that says what to do, and never a 5xx."""

import pytest

from mdm.services.reading import lookup

PATH = "/v1/source-records/crm/customer/1"
LEGAL_ENTITY = "/v1/source-records/crm/legal_entity/1"


def problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert {"type", "title", "detail", "code", "request_id"} <= document.keys()
    assert document["request_id"] == answer.headers["X-Request-ID"]
    return document


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("GET", "/docs/../../etc/passwd", 404),
        ("POST", "/v1/xref/crm/customer/1", 405),
        ("GET", "/v1/xref/crm/customer/1", 404),
        ("GET", "/v1/xref/crm/customer/%00", 400),
        ("GET", "/v1/xref/crm/customer/%ff", 400),
        ("GET", "/v1/xref/crm/customer/%ED%A0%80", 400),
        ("GET", "/v1/xref/crm/customer/%0A", 422),
        ("GET", "/v1/xref/crm/customer/" + "a" * 1_001, 422),
        ("GET", "/v1/xref/crm/customer/" + "a" * 20_000, 400),
        ("GET", "/v1/xref/c:m/customer/1", 422),
        ("GET", "/v1/xref/crm/customer/1?as_of=yesterday", 422),
        ("GET", "/v1/xref/crm/customer/1?as_of=" + "9" * 60, 404),
        ("GET", "/v1/golden-records/cus_0000001", 404),
        ("GET", "/v1/golden-records/zzz_0000001", 404),
        ("GET", "/v1/golden-records/cus_zzzzzzzzzzzzzzzzzzzzzzzzzzz", 404),
        ("GET", "/v1/golden-records/%27%3B--", 404),
        ("GET", "/v1/golden-records?type=custmer", 404),
        ("GET", "/v1/golden-records?limit=0", 422),
        ("GET", "/v1/golden-records?limit=many", 422),
        ("GET", "/v1/golden-records?cursor=nonsense", 404),
        ("GET", "/v1/tasks/task_nothing", 404),
        ("GET", "/v1/tasks?status=lost", 422),
        ("GET", "/v1/tasks?cursor=task_nothing", 404),
        ("GET", "/v1/changes?after=-1", 422),
        ("GET", "/v1/changes?wait=31", 422),
        ("GET", "/v1/changes?after=99999999999999999999", 422),
        ("GET", "/v1/why?left=crm:customer:1", 422),
        ("GET", "/v1/why?left=crm&right=erp", 422),
        ("GET", "/v1/why?left=crm:customer:1&right=crm:customer:1", 422),
        ("GET", "/v1/why?left=crm:customer:1&right=crm:customer:2", 404),
        ("GET", "/v1/rules/custmer", 404),
        ("GET", "/v1/quarantine/qua_nothing", 404),
        ("DELETE", "/v1/source-records/crm/customer/1?version=x", 422),
        ("DELETE", "/v1/source-records/crm/custmer/1", 404),
    ],
)
def test_a_wrong_address_is_a_problem(server, method, path, status):
    problem(server.as_("admin")(method, path), status)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ('{"attributes": {"name": "Acme"', ""),
        ("", ""),
        ("[]", ""),
        ("null", ""),
        ('{"attributes": []}', "/attributes"),
        ('{"attributes": {"name": NaN}}', ""),
        ('{"attributes": {"name": 1e999}}', ""),
        ('{"attributes": {"name": "\\ud800"}}', ""),
        ('{"attributes": {"name": ' + "[" * 5_000 + "]" * 5_000 + "}}", ""),
        ('{"attributes": {"name": "A\\u0000B"}}', "/attributes/name"),
        ('{"attributes": {"nam": "Acme"}}', "/attributes/nam"),
        ('{"attributes": {}}', "/attributes/name"),
        ('{"attributes": {"name": ["Acme", "Ajax"]}}', "/attributes/name"),
        ('{"attributes": {"name": {"first": "Acme"}}}', "/attributes/name"),
        ('{"attributes": {"name": "Acme"}, "version": 1.5}', "/version"),
        ('{"attributes": {"name": "Acme"}, "version": 99999999999999999999}', "/version"),
        ('{"attributes": {"name": "Acme"}, "event_time": "31/31/2020"}', "/event_time"),
        ('{"attributes": {"name": "Acme"}, "colour": "red"}', "/colour"),
        ('{"attributes": {"name": "' + "a" * 100_001 + '"}}', "/attributes/name"),
    ],
)
def test_a_wrong_body_is_a_problem_that_points_at_the_place(server, body, pointer):
    answer = server.as_("admin")("PUT", PATH, content=body, headers={"Content-Type": "application/json"})
    document = problem(answer, 422)
    assert any(one["pointer"].startswith(pointer) for one in document["errors"]), document
    assert server.as_("admin")("GET", "/v1/xref/crm/customer/1").status_code == 404


def test_an_error_does_not_repeat_what_was_sent(server):
    attributes = {"name": "Acme", "currency": "jane-acme"}
    answer = server.as_("admin")("PUT", LEGAL_ENTITY, json={"attributes": attributes})
    assert "value" not in str(problem(answer, 422)["errors"])


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
def test_another_media_type_is_refused(server, kind):
    answer = server.as_("admin")("PUT", PATH, content=b"{}", headers={"Content-Type": kind})
    assert "application/json" in problem(answer, 415)["detail"]
    batch = server.as_("admin")("POST", "/v1/source-records:batch", content=b"[]", headers={"Content-Type": kind})
    assert "application/x-ndjson" in problem(batch, 415)["detail"]


def test_a_body_over_the_limit_is_refused_whether_or_not_it_says_its_size(sqlite_hub):
    from fastapi.testclient import TestClient

    from mdm.api.app import create_app

    settings = sqlite_hub.settings.model_copy(update={"body_limit": 1_000})
    with TestClient(create_app(settings)) as http:
        problem(http.put(PATH, content=b"x" * 1_001), 413)
        problem(http.put(PATH, content=iter([b"x" * 600, b"x" * 600])), 413)
        problem(http.put(PATH, json={"x": "x" * 900}), 401)


def test_more_items_than_the_limit_are_refused(server):
    keys = [["crm", "customer", "1"]] * 10_001
    problem(server.as_("reader")("POST", "/v1/xref:lookup", json={"keys": keys}), 413)


def test_a_fault_of_ours_is_a_500_without_a_traceback(server, monkeypatch, capsys):
    def broken(*_args, **_options):
        raise ZeroDivisionError("jane@acme.com")

    monkeypatch.setattr(lookup, "xref", broken)
    document = problem(server.as_("reader")("GET", "/v1/xref/crm/customer/1"), 500)
    assert "Zero" not in str(document)
    logged = capsys.readouterr().out
    assert document["request_id"] in logged
    assert "ZeroDivisionError" in logged
    assert "jane@acme.com" not in logged


def test_the_log_names_routes_and_never_source_ids(server, capsys):
    server.as_("reader")("GET", "/v1/xref/crm/customer/jane@acme.com")
    assert "jane" not in capsys.readouterr().out


def test_405_names_the_methods_there_are(server):
    answer = server.as_("admin")("POST", "/v1/tasks")
    assert answer.headers["Allow"] == "GET"
    problem(answer, 405)
    assert server.as_("admin")("POST", PATH).headers["Allow"] == "DELETE, PATCH, PUT"
    assert server.as_("admin")("PATCH", "/v1/users").headers["Allow"] == "GET, POST"


@pytest.mark.parametrize("slip", ["dry_rnu", "dryrun", "dry-run", "DryRun", "dry_run_"])
def test_a_misspelled_dry_run_is_refused_and_not_carried_out(server, slip):
    sent = server.as_("admin")("PUT", f"{PATH}?{slip}=true", json={"attributes": {"name": "Acme"}})
    (fault,) = problem(sent, 422)["errors"]
    assert fault == {
        "pointer": f"/query/{slip}",
        "detail": f"there is no parameter {slip!r}; did you mean 'dry_run'?",
        "rule": "unknown_parameter",
    }
    assert server.as_("admin")("GET", "/v1/xref/crm/customer/1").status_code == 404


def test_a_misspelled_filter_is_refused_and_what_is_no_slip_left_alone(server):
    admin = server.as_("admin")
    assert "did you mean 'after'" in problem(admin("GET", "/v1/changes?afer=7"), 422)["detail"]
    assert "did you mean 'min_seq'" in problem(admin("GET", "/v1/changes?minseq=7"), 422)["detail"]
    assert admin("GET", "/v1/changes?utm_source=mail&_=1764525600&v=2").status_code == 200


@pytest.mark.parametrize(
    ("query", "side"),
    [
        ("left=crm&right=crm:customer:1", "left"),
        ("left=crm:customer:1&right=crm", "right"),
    ],
)
def test_a_pair_that_cannot_be_read_names_its_side(server, query, side):
    (fault,) = problem(server.as_("admin")("GET", f"/v1/why?{query}"), 422)["errors"]
    assert fault["pointer"] == f"/query/{side}"


def test_what_a_delete_says_in_a_body_is_refused_and_not_ignored(server):
    admin = server.as_("admin")
    told = problem(admin("DELETE", PATH, json={"version": 4}), 422)
    assert "send it in the query" in told["detail"]
    assert admin("DELETE", PATH, json={}).status_code == 202


def test_a_batch_says_which_record_its_key_may_not_send(server):
    sent = [{"source": name, "entity_type": "customer", "source_id": "1", "attributes": {"name": "A"}} for name in "ab"]
    told = problem(server.as_("source", source="a")("POST", "/v1/source-records:batch", json=sent), 403)
    assert told["detail"] == "record 1, counted from 0: this key is narrowed to the source a; nothing was taken"
    assert told["errors"][0]["pointer"] == "/1"
    assert server.as_("admin")("GET", "/v1/xref/a/customer/1").status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "pointer", "nearest"),
    [
        ("/v1/golden-records:merge", {"golden_ids": ["a_1", "a_2"], "reson": "One firm"}, "/reson", "reason"),
        ("/v1/tasks:decide-many", {"filter": {"entitytype": "customer"}, "verdict": "same", "reason": "x"},
         "/filter/entitytype", "entity_type"),
        ("/v1/matches:find", {"entity_type": "customer", "atributes": {}}, "/atributes", "attributes"),
    ],
)  # fmt: skip
def test_a_misspelled_member_of_a_body_is_told_first_and_with_the_nearest(server, path, body, pointer, nearest):
    first = problem(server.as_("admin")("POST", path, json=body), 422)["errors"][0]
    assert (first["pointer"], first["rule"]) == (pointer, "extra_forbidden")
    assert first["detail"].endswith(f"the nearest is {nearest!r}"), first


def test_so_it_is_in_an_item_of_a_batch_and_in_its_rejected_row(server):
    sent = {"source": "crm", "entity_type": "customer", "source_id": "1", "atributes": {"name": "Acme GmbH"}}
    (item,) = server.as_("admin")("POST", "/v1/source-records:batch", json=[sent]).json()["items"]
    (row,) = server.as_("admin")("GET", "/v1/quarantine").json()["items"]
    said = "there is no member 'atributes' here; the nearest is 'attributes'"
    assert (item["errors"][0]["detail"], row["detail"]) == (said, said)


def test_a_misspelled_member_of_a_put_is_told_with_the_nearest(server):
    refused = server.as_("admin")("PUT", PATH, json={"attributes": {"name": "Acme GmbH"}, "eventtime": "2026-01-01"})
    said = problem(refused, 422)["detail"]
    assert said == "/eventtime: there is no member 'eventtime' here; the nearest is 'event_time'"
