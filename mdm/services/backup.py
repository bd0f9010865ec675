"""Backups: the whole hub in one file, whole or not at all."""

import os
from dataclasses import dataclass
from pathlib import Path

from mdm.errors import InvalidInput
from mdm.services.hub import Hub
from mdm.services.whole_files import STDOUT
from mdm.store import backup as stored_backup
from mdm.store import log as stored_log
from mdm.store.database import Database


@dataclass(frozen=True, slots=True)
class BackedUp:
    """Where a copy of the hub lies, how large it is, and how far its log reaches."""

    file: str
    size: int
    position: int


def backup(hub: Hub, file: str) -> BackedUp:
    """Copy a hub in SQLite, as it stands at one moment, to a file that is not there yet; nobody waits for it.

    Raises:
        InvalidInput: the hub is in PostgreSQL, there is such a file, or it is to be standard output.
        Unavailable: the file cannot be written.
    """
    if file == STDOUT:
        raise InvalidInput("a backup is put in its place when it is whole: give the name of a file")
    path, beside = Path(file), Path(f"{file}.part")
    if path.exists():
        raise InvalidInput(f"{file} is there already: a backup replaces nothing, so give another name")
    try:
        beside.unlink(missing_ok=True)
        stored_backup.copy(hub.database, beside)
        copied = Database(f"sqlite:///{beside}")
        with copied.read() as transaction:
            reached = stored_log.head(transaction)
        copied.close()
        with beside.open("rb") as whole:
            os.fsync(whole.fileno())
        os.replace(beside, path)
    finally:
        for left in (beside, Path(f"{beside}-wal"), Path(f"{beside}-shm")):
            left.unlink(missing_ok=True)
    return BackedUp(file, path.stat().st_size, reached)
