"""Code lists over HTTP: read by readers, mapped by stewards, installed by admins; tasks about unmapped values."""

from tests.api.conftest import Server

STAFF = """
entity_type: staff
id_prefix: sta
attributes:
  name: {kind: name}
  role: {kind: code, list: roles, privacy: PRIVACY}
match: {block_on: [[name]], compare: [name, role]}
"""


def staff(server: Server, privacy: str = "internal") -> None:
    document = {"document": STAFF.replace("PRIVACY", privacy)}
    answer = server.as_("admin")("POST", "/v1/rules:apply", json=document)
    assert (answer.status_code, answer.json()["warnings"]) == (200, [])
    server.put("psa:staff:1", name="Anna Weber", role="Cons. III")


def test_a_steward_maps_a_value_and_readers_see_it(either_server: Server) -> None:
    staff(either_server)
    steward, reader = either_server.as_("steward"), either_server.as_("reader")
    [task] = steward("GET", "/v1/tasks?kind=unmapped_code").json()["items"]
    assert task["about"]["value"] == "Cons. III"
    body = {"source": "psa", "map": {"cons iii": "consultant"}, "reason": "asked"}
    assert reader("POST", "/v1/code-lists/roles:map", json=body).status_code == 403
    mapped = steward("POST", "/v1/code-lists/roles:map", json=body)
    assert (mapped.status_code, mapped.json()["changed"]) == (200, 1)
    assert steward("GET", f"/v1/tasks/{task['id']}").json()["status"] == "closed"
    [entry] = reader("GET", "/v1/code-lists/roles").json()["mappings"]
    assert (entry["source"], entry["value"], entry["code"]) == ("psa", "cons iii", "consultant")
    assert {one["code_list"] for one in reader("GET", "/v1/code-lists").json()["items"]} >= {"roles", "units"}
    undone = steward("POST", f"/v1/decisions/{mapped.json()['decision_id']}:undo", json={"reason": "no"})
    assert undone.status_code == 200
    assert steward("GET", f"/v1/tasks/{task['id']}").json()["status"] == "open"


def test_a_task_takes_a_code_and_nothing_else(server: Server) -> None:
    staff(server)
    steward = server.as_("steward")
    [task] = steward("GET", "/v1/tasks").json()["items"]
    path, etag = f"/v1/tasks/{task['id']}:decide", task["etag"]
    for body, pointer in (
        ({"verdict": "same"}, "/code"), ({}, "/verdict"), ({"code": "consultent"}, "/map/Cons. III"),
        ({"code": "consultant", "verdict": "same"}, "/verdict"),
    ):  # fmt: skip
        refused = steward("POST", path, json={**body, "reason": "?", "etag": etag})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    decided = steward("POST", path, json={"code": "consultant", "reason": "asked", "etag": etag})
    assert (decided.status_code, len(decided.json()["golden_ids"])) == (200, 1)
    assert steward("POST", path, json={"code": "consultant", "reason": "?", "etag": etag}).status_code == 412


def test_what_cannot_be_mapped_is_a_problem_that_points_at_the_place(server: Server) -> None:
    steward = server.as_("steward")
    for body, status, pointer in (
        ({"source": "psa", "map": {"X": "nobody"}}, 422, "/map/X"),
        ({"source": "a:b", "map": {"X": None}}, 422, "/source"),
        ({"source": "psa", "map": {" - ": "partner"}}, 422, "/map/ - "), ({"source": "psa", "map": {}}, 422, "/map"),
        ({"source": "psa", "map": {"A b": "partner", "a-b": "trainer"}}, 422, "/map/a-b"),
    ):  # fmt: skip
        refused = steward("POST", "/v1/code-lists/roles:map", json={**body, "reason": "?"})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (status, pointer)
    body = {"source": "psa", "map": {"X": "a"}, "reason": "?"}
    assert steward("POST", "/v1/code-lists/rolls:map", json=body).status_code == 404
    assert steward("GET", "/v1/code-lists/rolls").status_code == 404


def test_only_an_admin_installs_a_list(server: Server) -> None:
    body = {"document": "code_list: offices\ncodes: {graz: {}}"}
    assert server.as_("steward")("POST", "/v1/code-lists:apply", json=body).status_code == 403
    answer = server.as_("admin")("POST", "/v1/code-lists:apply", json=body)
    assert (answer.status_code, answer.json()["changed"]) == (200, 1)
    again = server.as_("admin")("POST", "/v1/code-lists:apply", json=body).json()
    assert (again["changed"], again["seq"]) == (0, None)


def test_an_unmapped_value_is_masked_like_any_other(server: Server) -> None:
    staff(server, privacy="financial")
    for role, value in (("admin", "Cons. III"), ("steward", None), ("auditor", "C*** I***")):
        about = server.as_(role)("GET", "/v1/tasks").json()["items"][0]["about"]
        assert about["value"] == value
        assert bool(about["suggestions"]) == (role == "admin")
