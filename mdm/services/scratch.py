"""A scratch hub: a SQLite database of its own, to work something out that the hub does not see."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mdm.services.hub import Hub
from mdm.store import schema
from mdm.store.database import Database


@contextmanager
def scratch(hub: Hub) -> Iterator[Hub]:
    """An empty hub that has the settings and the salt of another; all of it is thrown away."""
    with tempfile.TemporaryDirectory(prefix="mdm-scratch-") as folder:
        path = Path(folder) / "scratch.db"
        path.write_bytes(schema.empty())
        database = Database(f"sqlite:///{path}")
        try:
            yield Hub(hub.settings, database, hub.salt)
        finally:
            database.close()
