"""Keys: shown once, kept as hashes, gone when revoked."""

import pytest

from mdm.errors import InvalidInput, NotFound, Unauthorised
from mdm.log import Author
from mdm.services.access import keys
from mdm.services.access.last_used import LastUsed
from tests.conftest import AUTHOR


def test_a_key_is_recognised_and_only_its_hash_is_kept(hub):
    made = keys.create(hub, role="source", source="crm", entity_type="customer", author=AUTHOR)
    assert made["key"].startswith(f"mdm_{made['id']}_")
    found = keys.authenticate(hub, made["key"])
    assert (found.id, found.role, found.source, found.entity_type) == (made["id"], "source", "crm", "customer")
    with hub.database.read() as reader:
        kept = reader.rows("SELECT * FROM api_key WHERE id = ?", made["id"])
    assert made["key"].split("_", 2)[2] not in str(kept)
    assert "hash" not in keys.listed(hub)[-1]


def test_a_revoked_key_stops_working_and_stays_revoked(sqlite_hub):
    made = keys.create(sqlite_hub, role="reader", author=AUTHOR)
    for day in (2, 3):
        keys.revoke(sqlite_hub, made["id"], author=Author("test", f"2026-03-0{day}T00:00:00.000000Z"))
    with pytest.raises(Unauthorised):
        keys.authenticate(sqlite_hub, made["key"])
    revoked = {key["id"]: key["revoked_at"] for key in keys.listed(sqlite_hub)}
    assert revoked[made["id"]] == "2026-03-02T00:00:00.000000Z"


def test_a_key_works_until_it_expires(sqlite_hub):
    made = keys.create(sqlite_hub, role="reader", expires="2026-03-05", author=AUTHOR)
    assert made["expires_at"] == "2026-03-05T00:00:00.000000Z"
    assert keys.authenticate(sqlite_hub, made["key"], at="2026-03-04T23:59:59.999999Z").id == made["id"]
    for over in ("2026-03-05T00:00:00.000000Z", "2030-01-01T00:00:00.000000Z"):
        with pytest.raises(Unauthorised):
            keys.authenticate(sqlite_hub, made["key"], at=over)
    for wrong, words in (("tomorrow", "expires"), ("2026-03-01", "never work")):
        with pytest.raises(InvalidInput, match=words):
            keys.create(sqlite_hub, role="reader", expires=wrong, author=AUTHOR)


def test_when_a_key_was_last_used_is_written_beside_the_requests_and_the_latest_stands(sqlite_hub):
    made = keys.create(sqlite_hub, role="reader", author=AUTHOR)["id"]
    told = LastUsed(sqlite_hub)
    for at in ("2026-03-02T10:00:00.000000Z", "2026-03-02T10:00:30.000000Z"):
        told.note(made, at)
    assert keys.listed(sqlite_hub)[-1]["last_used_at"] is None, "no request writes"
    told.start()
    told.close()
    LastUsed(sqlite_hub, {made: "2026-03-01T00:00:00.000000Z"}).write()
    assert {one["id"]: one["last_used_at"] for one in keys.listed(sqlite_hub)}[made] == "2026-03-02T10:00:30.000000Z"


@pytest.mark.parametrize("altered", ["", "mdm", "mdm__", "mdm_x_y", "bearer", "mdm_\ud800_x", "mdm_%00_" + "a" * 5_000])
def test_what_is_no_key_is_refused(sqlite_hub, altered):
    with pytest.raises(Unauthorised):
        keys.authenticate(sqlite_hub, altered)


def test_a_key_with_one_other_character_is_refused(sqlite_hub):
    key = keys.create(sqlite_hub, role="admin", author=AUTHOR)["key"]
    with pytest.raises(Unauthorised):
        keys.authenticate(sqlite_hub, key[:-1] + ("A" if key[-1] != "A" else "B"))


def test_a_key_needs_a_role_that_there_is_a_source_for_role_source_and_a_known_type(sqlite_hub):
    with pytest.raises(InvalidInput, match="there is no role 'boss'; the roles are reader, source"):
        keys.create(sqlite_hub, role="boss", author=AUTHOR)
    with pytest.raises(InvalidInput, match="must name the source"):
        keys.create(sqlite_hub, role="source", author=AUTHOR)
    with pytest.raises(NotFound, match="customer"):
        keys.create(sqlite_hub, role="reader", entity_type="custmer", author=AUTHOR)
    with pytest.raises(NotFound, match="no key 'nothing'"):
        keys.revoke(sqlite_hub, "nothing", author=AUTHOR)
