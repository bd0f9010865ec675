"""Set a hub up: migrate its database, install the shipped code lists and entity types, create the first admin key."""

from dataclasses import dataclass
from pathlib import Path

from mdm.code_lists import shipped as shipped_lists
from mdm.entity_types import order, shipped
from mdm.entity_types import parse as parse_type
from mdm.log import Author
from mdm.services import reports
from mdm.services.access import keys
from mdm.services.hub import Hub, open_hub
from mdm.services.rulebook import code_lists, rules
from mdm.settings import Settings
from mdm.store import grants, hubs, schema
from mdm.store.database import Database


@dataclass(frozen=True, slots=True)
class Initialised:
    """What `initialise` did; the admin key is shown this once."""

    created: bool
    admin_key: str | None
    entity_types: list[str]


def initialise(
    settings: Settings, *, author: Author, grant_to: str | None = None, grant_reports_to: str | None = None
) -> Initialised:
    """Bring the database up to date; a new hub also gets the shipped code lists, entity types and an admin key.

    grant_to: a role of PostgreSQL that may then do the hub's work without owning its tables.
    grant_reports_to: one that may then read the views for reports, and nothing else.
    """
    database = Database(settings.database_url)
    if not database.postgresql and database.url.database:
        Path(database.url.database).parent.mkdir(parents=True, exist_ok=True)
    schema.migrate(database)
    with database.write() as writer:
        created = hubs.create(writer, settings.hub_name)
        if grant_to is not None:
            grants.grant(writer, grant_to)
        if grant_reports_to is not None:
            grants.grant_reports(writer, grant_reports_to)
    database.close()
    hub = open_hub(settings)
    reports.fill(hub)
    _install_code_lists(hub, author)
    documents = shipped()
    types = {name: parse_type(text, file=f"{name}.yaml") for name, text in documents.items()}
    known = hub.entity_types()
    for name in order(types.values()):
        if name not in known:
            rules.apply(hub, documents[name], file=f"{name}.yaml", author=author)
    admin_key = keys.create(hub, role="admin", author=author)["key"] if created else None
    installed = sorted(hub.entity_types())
    hub.close()
    return Initialised(created, str(admin_key) if admin_key else None, installed)


def _install_code_lists(hub: Hub, author: Author) -> None:
    """Install the shipped code lists once: what a firm has made of them since stays."""
    with hub.database.read() as reader:
        known = hub.code_lists(reader).lists
    if missing := [one for name, one in shipped_lists().items() if name not in known]:
        code_lists.take(hub, missing, author=author)
