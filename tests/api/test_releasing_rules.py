"""Releasing rules over HTTP: check, simulate, apply, versions, compare, roll back."""

import pytest

RULES = "entity_type: shop\nid_prefix: shp\nattributes:\n  name: {kind: text}\n  chain: {kind: text, privacy: public}\n"
RULES += "match: {block_on: [[name]], compare: [name], always: [{same: name}]}\n"
WITHOUT = RULES.replace("  chain: {kind: text, privacy: public}\n", "")


@pytest.fixture
def shops(either_server):
    admin = either_server.as_("admin")
    assert admin("POST", "/v1/rules:apply", json={"document": RULES}).json()["version_before"] is None
    for source in ("crm", "erp"):
        either_server.put(f"{source}:shop:1", name="Alder", chain="Big")
    return either_server


def test_a_release_is_checked_simulated_applied_and_rolled_back(shops):
    admin, document = shops.as_("admin"), {"document": WITHOUT}
    checked = admin("POST", "/v1/rules:check", json=document).json()
    assert (checked["entity_type"], checked["warnings"], checked["verdicts"]["pairs"]) == ("shop", [], 0)
    simulated = admin("POST", "/v1/rules:simulate", json=document).json()
    assert simulated["values"]["attributes"] == {"chain": {"gained": 0, "lost": 1, "changed": 0}}
    assert admin("GET", "/v1/rules/shop").json()["document"] == RULES
    applied = admin("POST", "/v1/rules:apply?limit=5", json=document).json()
    assert simulated == {**applied, "dry_run": True, "seq": None}
    assert applied["version"] == checked["version"]
    first = applied["version_before"]
    tried = admin("POST", "/v1/rules:rollback?dry_run=true", json={"entity_type": "shop"}).json()
    assert (tried["dry_run"], tried["version"]) == (True, first)
    back = admin("POST", "/v1/rules:rollback", json={"entity_type": "shop", "version": first}).json()
    assert tried == {**back, "dry_run": True, "seq": None}
    assert admin("POST", "/v1/rules:rollback", json={"entity_type": "shop"}).status_code == 409
    assert admin("POST", "/v1/rules:rollback", json={"entity_type": "shop", "version": "f00"}).status_code == 404


def test_versions_are_listed_read_and_compared(shops):
    admin, reader = shops.as_("admin"), shops.as_("reader")
    applied = admin("POST", "/v1/rules:apply", json={"document": WITHOUT}).json()
    items = reader("GET", "/v1/rules/shop/versions").json()["items"]
    assert [(one["version"], one["in_force"]) for one in items] == [
        (applied["version_before"], False), (applied["version"], True),
    ]  # fmt: skip
    assert items[1]["actor"].startswith("key:")
    assert reader("GET", f"/v1/rules/shop?version={applied['version_before']}").json()["document"] == RULES
    assert reader("GET", "/v1/rules/shop?version=f00").status_code == 404
    compared = reader("GET", f"/v1/rules/shop/diff?from={applied['version_before']}").json()
    assert compared["differences"] == applied["differences"] != []


def test_only_an_admin_may_check_simulate_or_roll_back(shops):
    for path, body in (
        ("check", {"document": RULES}),
        ("simulate", {"document": RULES}),
        ("rollback", {"entity_type": "shop"}),
    ):
        assert shops.as_("steward")("POST", f"/v1/rules:{path}", json=body).status_code == 403
    narrowed = shops.as_("admin", entity_type="customer")
    assert narrowed("POST", "/v1/rules:rollback", json={"entity_type": "shop"}).status_code == 403
    assert narrowed("POST", "/v1/rules:simulate", json={"document": RULES}).status_code == 403


def test_an_old_version_is_read_as_it_was_and_masked_as_it_was(shops):
    document = {
        "document": RULES.replace("name: {kind: text}", "name: {kind: text}\n  owner: {kind: text, privacy: personal}")
    }
    shops.as_("admin")("POST", "/v1/rules:apply", json=document)
    shops.put("crm:shop:1", name="Alder", chain="Big", owner="Ann Lee")
    golden_id = shops.as_("reader")("GET", "/v1/xref/crm/shop/1").json()["golden_id"]
    seq = shops.as_("admin")("POST", "/v1/rules:apply", json={"document": WITHOUT}).json()["seq"]
    path = f"/v1/golden-records/{golden_id}"
    for role, attributes in (
        ("reader", {"name": "Alder", "chain": "Big"}),
        ("steward", {"name": "Alder", "chain": "Big", "owner": "Ann Lee"}),
        ("auditor", {"name": "Alder", "chain": "Big", "owner": "A*** L***"}),
    ):
        ask = shops.as_(role)
        assert ask("GET", f"{path}?as_of={seq - 1}").json()["attributes"] == attributes
        assert ask("GET", f"{path}/history").json()["versions"][-2]["attributes"] == attributes
        events = ask("GET", "/v1/changes?limit=1000&type=shop").json()["items"]
        assert [one["data"]["before"]["attributes"] for one in events if one["type"] == "mdm.golden.updated"][
            -1
        ] == attributes
        winner = ask("GET", f"{path}/lineage?as_of={seq - 1}").json()["lineage"]["owner"]["winner"]
        assert winner.get("value") == attributes.get("owner")
    assert shops.as_("admin")("GET", path).json()["attributes"] == {"name": "Alder"}
