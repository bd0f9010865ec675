"""Search over HTTP: the best first, and nothing by what a key has no right to see."""


def ask(server, role, text, **narrowed):
    return server.as_(role, **narrowed)("GET", "/v1/golden-records:search", params={"q": text})


def test_golden_records_are_found_by_text_and_say_how(server):
    put = server.put("crm:customer:1", name="Acme Pumps GmbH", tax_id="DE136695976", email=["info@acme.example"])
    [item] = ask(server, "steward", "acme pmups").json()["items"]
    assert (item["golden_id"], item["found"]["by"], item["found"]["attributes"]) == (
        put["golden_id"], "likeness", ["name"],
    )  # fmt: skip
    assert item["attributes"]["email"] == ["info@acme.example"]
    assert ask(server, "steward", "").json()["errors"][0]["pointer"] == "/query/q"


def test_a_key_finds_nothing_by_what_it_may_not_see_nor_beyond_what_it_is_narrowed_to(server):
    server.put("hcm:employee:7", name="Jane Walden", email=["jane@walden.example"])
    for text in ("walden", "jane@walden.example"):
        assert len(ask(server, "steward", text).json()["items"]) == 1
        for role in ("reader", "auditor"):
            assert ask(server, role, text).json() == {"items": [], "more": False}
    [item] = ask(server, "reader", "7").json()["items"]
    assert "name" not in item["attributes"]
    assert ask(server, "steward", "walden", entity_type="customer").json()["items"] == []
    assert ask(server, "source", "walden", source="crm").status_code == 403
