"""A backup that is made while records come in is a whole hub of one moment, and is served as it lies."""

import threading
from pathlib import Path

import pytest

from mdm.errors import InvalidInput
from mdm.ingest.incoming import Incoming
from mdm.services import backup, rebuild
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import records
from mdm.settings import Settings
from tests.conftest import AUTHOR


def put(hub: Hub, number: int) -> None:
    sent = Incoming("crm", "customer", str(number), {"name": f"Alder {number}"}, None, None, "put")
    records.put(hub, sent, author=AUTHOR, wait=True)


def test_a_backup_under_writes_is_whole_and_can_be_gone_on_with(sqlite_hub: Hub, tmp_path: Path) -> None:
    put(sqlite_hub, 0)
    stop, numbers = threading.Event(), iter(range(1, 10_000))

    def writing() -> None:
        while not stop.is_set():
            put(sqlite_hub, next(numbers))

    writer = threading.Thread(target=writing)
    writer.start()
    done = [backup.backup(sqlite_hub, str(tmp_path / f"backup-{number}.db")) for number in range(3)]
    stop.set()
    writer.join()
    assert done[0].position <= done[1].position <= done[2].position
    assert sorted(path.name for path in tmp_path.glob("backup*")) == [f"backup-{number}.db" for number in range(3)]
    restored = open_hub(Settings(database_url=f"sqlite:///{done[2].file}"))
    assert rebuild.verify(restored).match
    put(restored, 20_000)
    assert rebuild.verify(restored).match
    restored.close()
    with pytest.raises(InvalidInput, match="replaces nothing"):
        backup.backup(sqlite_hub, done[0].file)


def test_a_hub_in_postgresql_is_told_what_to_use(postgres_hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="pg_dump"):
        backup.backup(postgres_hub, str(tmp_path / "backup.db"))
    assert list(tmp_path.glob("backup*")) == []
