"""A role of PostgreSQL that owns no table does all the hub's work, and can neither change nor delete a fact."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from mdm.errors import InvalidInput
from mdm.ingest.incoming import Incoming
from mdm.services import rebuild
from mdm.services.deciding import decisions
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import records
from mdm.services.setup import initialise
from mdm.settings import Settings
from tests.conftest import AUTHOR

ROLE, PASSWORD = "mdm application", "of the test"


@pytest.fixture
def as_role(postgres_url: str) -> Iterator[Hub]:
    """A hub that its owner has migrated, opened as a role that owns nothing."""
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute(f'DROP ROLE IF EXISTS "{ROLE}"')
        owner.execute(f"CREATE ROLE \"{ROLE}\" LOGIN PASSWORD '{PASSWORD}'")
    initialise(Settings(database_url=postgres_url), author=AUTHOR, grant_to=ROLE)
    url = make_url(postgres_url).set(username=ROLE, password=PASSWORD)
    hub = open_hub(Settings(database_url=url.render_as_string(hide_password=False)))
    yield hub
    hub.close()
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute(f'DROP OWNED BY "{ROLE}"')
        owner.execute(f'DROP ROLE "{ROLE}"')


def test_it_does_the_work_and_facts_are_only_added_to(as_role: Hub) -> None:
    ids = [
        records.put(
            as_role, Incoming("crm", "customer", str(number), {"name": f"Alder {number}"}, None, None, "put"),
            author=AUTHOR, wait=True,
        ).golden_id
        for number in range(2)
    ]  # fmt: skip
    merged = decisions.merge(as_role, [str(one) for one in ids], reason="one firm", author=AUTHOR)
    decisions.undo(as_role, merged.decision_id, reason="two firms", author=AUTHOR)
    rebuild.rebuild(as_role)
    assert rebuild.verify(as_role).match
    with as_role.database.read() as reader:
        assert reader.one("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user") == (False, False)
        assert reader.one("SELECT count(*) FROM pg_tables WHERE tableowner = current_user") == (0,)
    for statement in (
        "UPDATE log SET actor = 'nobody'", "DELETE FROM log", "TRUNCATE log", "UPDATE payload SET body = body",
        "DELETE FROM payload", "DROP TABLE log", "UPDATE alembic_version SET version_num = '0'",
    ):  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege), as_role.database.write() as writer:
            writer.run(statement)


def test_what_has_no_roles_or_not_this_one_is_told(sqlite_url: str, postgres_url: str) -> None:
    with pytest.raises(InvalidInput, match="only PostgreSQL has roles"):
        initialise(Settings(database_url=sqlite_url), author=AUTHOR, grant_to="mdm")
    with pytest.raises(InvalidInput, match="CREATE ROLE"):
        initialise(Settings(database_url=postgres_url), author=AUTHOR, grant_to="nobody at all")
