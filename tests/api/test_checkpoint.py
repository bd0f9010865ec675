"""History is verified over HTTP, by programs of auditors that do not trust the hub."""

import re
from pathlib import Path
from typing import Any

import pytest

from mdm.services import auditing

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "prove-history.md"


@pytest.fixture
def written(either_server):
    for number in range(5):
        body = {"attributes": {"name": f"Acme {number} Straße"}}
        either_server.as_("admin")("PUT", f"/v1/source-records/crm/customer/{number}", json=body)
    return either_server


def events(server, limit: int) -> list[dict[str, Any]]:
    found, after = [], 0
    while after is not None:
        page = server.as_("auditor")("GET", f"/v1/audit/events?after={after}&limit={limit}").json()
        found += page["items"]
        after = page["next"]
    return found


def verified(found: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Verify as the how-to tells auditors to."""
    [program] = re.findall(r"```python\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(program, names)  # noqa: S102  a page of ours
    return list(names["verified"](found))


def test_a_checkpoint_binds_what_was_written_before(either_server):
    put = either_server.as_("admin")("PUT", "/v1/source-records/crm/customer/1", json={"attributes": {"name": "Acme"}})
    said = either_server.as_("auditor")("GET", "/v1/audit/checkpoint").json()
    assert said["position"] == put.json()["seq"]
    either_server.as_("admin")("PUT", "/v1/source-records/crm/customer/2", json={"attributes": {"name": "Alder"}})
    found = auditing.verify(either_server.hub, [auditing.Checkpoint(**said)])
    assert (found.match, found.checkpoints) == (True, 1)
    forged = auditing.Checkpoint(**{**said, "hash": "00" * 32})
    assert not auditing.verify(either_server.hub, [forged]).match


@pytest.mark.parametrize("limit", [2, 1_000])
def test_an_auditor_verifies_the_log_without_the_hub_and_arrives_at_the_checkpoint(written, limit):
    found = events(written, limit)
    said = written.as_("auditor")("GET", "/v1/audit/checkpoint").json()
    assert verified(found)[-1] == (said["position"], said["hash"])
    assert [one["hash"] for one in found] == [hashed for _, hashed in verified(found)]
    assert {one["actor"] for one in found if one["kind"] == "record"} == {found[-1]["actor"]}


def test_what_a_fact_says_is_not_in_its_event(written):
    assert "Straße" not in str(events(written, 1_000))


def test_an_auditor_finds_what_was_changed_without_the_hub(written):
    with written.hub.database.write() as writer:
        writer.run("UPDATE log SET actor = 'user:nobody' WHERE position = 3")
    with pytest.raises(ValueError, match="the chain is broken at 4"):
        verified(events(written, 1_000))
