"""A scratch hub: tables copied to a SQLite database of its own, to work something out that the hub does not see."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mdm.services.hub import Hub
from mdm.store import copies, schema
from mdm.store.database import Database


@contextmanager
def scratch(hub: Hub, tables: Sequence[str]) -> Iterator[Hub]:
    """A hub with these tables as one read snapshot shows them; no lock is held, and all of it is thrown away."""
    with tempfile.TemporaryDirectory(prefix="mdm-scratch-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'scratch.db'}")
        try:
            schema.migrate(database)
            with hub.database.read() as reader, database.write() as writer:
                copies.copy(reader, writer, tables)
            yield Hub(hub.settings, database, hub.salt)
        finally:
            database.close()
