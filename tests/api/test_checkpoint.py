"""A checkpoint over HTTP, for programs of auditors that keep it elsewhere."""

from mdm.services import auditing


def test_a_checkpoint_binds_what_was_written_before(either_server):
    put = either_server.as_("admin")("PUT", "/v1/source-records/crm/customer/1", json={"attributes": {"name": "Acme"}})
    said = either_server.as_("auditor")("GET", "/v1/audit/checkpoint").json()
    assert said["position"] == put.json()["seq"]
    either_server.as_("admin")("PUT", "/v1/source-records/crm/customer/2", json={"attributes": {"name": "Alder"}})
    found = auditing.verify(either_server.hub, [auditing.Checkpoint(**said)])
    assert (found.match, found.checkpoints) == (True, 1)
    forged = auditing.Checkpoint(**{**said, "hash": "00" * 32})
    assert not auditing.verify(either_server.hub, [forged]).match
