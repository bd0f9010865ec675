"""Readiness over HTTP: one answer that machines can rely on, masked by the one policy."""


def test_one_many_and_the_feed_say_the_same(server):
    golden_id = server.put("crm:customer:1", name="Acme GmbH", tax_id="DE136695976")["golden_id"]
    line = {"role": "partner", "currency": "EUR", "rate": "900", "valid_from": "2026-01-01", "valid_to": "2026-07-01"}
    server.put("psa:rate_card:1", name="Acme 2026", customer="crm:customer:1", currency="EUR", lines=[line])
    path = f"/v1/golden-records/{golden_id}/readiness"
    told = {role: server.as_(role)("GET", f"{path}?process=quote_to_project&on=2026-08-01").json()
            for role in ("admin", "reader")}  # fmt: skip
    assert [one["code"] for one in told["admin"]["missing"]] == ["system", "system", "system", "value", "line"]
    assert told["admin"]["missing"][-1] == {
        "code": "line", "what": "a line in force on the day in a rate_card whose customer leads to it",
        "attribute": "rate_card.customer", "lines": "lines", "key": {"role": "partner", "currency": "EUR"},
        "hint": "send a line of the rate_card that covers the day",
    }  # fmt: skip
    assert "key" not in told["reader"]["missing"][-1], "lines of rate cards are financial"
    send = server.as_("reader")
    every = send("GET", path).json()["items"]
    assert {one["process"] for one in every} == {"quote_to_project", "time_to_billing", "project_to_invoice"}
    [item] = send("GET", "/v1/readiness/quote_to_project?ready=false&missing=system:billing&type=customer").json()[
        "items"
    ]
    assert (item["golden_id"], item["missing"][0]["system"]) == (golden_id, "erp")
    assert send("GET", "/v1/readiness/quote_to_project?ready=true").json()["items"] == []
    for day, ready in (("2026-03-01", 0), ("2026-08-01", 1)):
        path_on = f"/v1/readiness/quote_to_project?missing=line&type=customer&on={day}"
        page = send("GET", path_on).json()
        assert (page["on"], len(page["items"]), page["next"]) == (day, ready, None)
        assert all("key" not in one for item in page["items"] for one in item["missing"])
    assert send("GET", "/v1/readiness/quote_to_project?on=soon").status_code == 422
    assert send("GET", "/v1/readiness/nothing").status_code == 404
    assert send("GET", f"{path}?process=lease").status_code == 404
    assert send("GET", f"{path}?process=quote_to_project&on=soon").status_code == 422
    server.put("psa:service_item:1", name="Review", code="SRV-1", unit="day")
    item = server.put("crm:service_item:1", name="Review", code="SRV-1")["golden_id"]
    events = send("GET", "/v1/changes?limit=1000").json()["items"]
    [event] = [one for one in events if one["type"] == "mdm.readiness.changed"]
    assert event["subject"] == item
    told = {name: event["data"][name] for name in ("process", "ready", "missing")}
    assert told == {"process": "quote_to_project", "ready": True, "missing": []}
    path = f"/v1/golden-records/{item}/readiness?process=quote_to_project"
    before = f"&as_of={event['data']['seq'] - 1}"
    assert [send("GET", f"{path}{moment}").json()["ready"] for moment in (before, "")] == [False, True]
    assert send("GET", f"/v1/readiness/quote_to_project?ready=true{before}").json()["items"] == []
    assert send("GET", f"{path}&as_of=1").status_code == 404
