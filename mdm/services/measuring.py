"""Measures how good the data is before a day passes; that of a large hub in a process of its own.

It reads every record, which of a million takes a minute: beside a server in the same interpreter everybody who asks
would have to wait for it again and again.
"""

import os
import pickle
from io import BufferedReader, BufferedWriter
from subprocess import PIPE, Popen
from typing import cast

from mdm.errors import HubError, Unavailable
from mdm.log import Fact
from mdm.resolution import quality
from mdm.services import apart
from mdm.services.hub import Hub, open_hub
from mdm.settings import Settings
from mdm.store import resolution, sums
from mdm.store.database import Transaction

LARGE = 20_000
"""Source records from which a process pays off: to start one takes as long as measuring so many."""
COMMAND = apart.command(__name__)
GIVES_WAY = 10
"""How much less urgent than all others it is, on a machine with few cores: nobody waits for it."""


def measured_before(hub: Hub, date: str) -> list[Fact]:
    """What is to be kept about each entity type before a day, of one snapshot.

    Raises:
        Unavailable: the other process was killed.
    """
    with hub.database.read() as reader:
        records = sum(count for what, _, _, count in sums.totals(reader) if what == "source_records")
    return _measured_apart(hub.settings, date) if records >= LARGE else _measured(hub, date)


def _measured(hub: Hub, date: str) -> list[Fact]:
    with hub.database.read() as reader:
        return [fact for name in sorted(resolution.in_force(reader)) for fact in _of_type(hub, reader, name, date)]


def _of_type(hub: Hub, reader: Transaction, entity_type: str, date: str) -> list[Fact]:
    """Nothing where no record is, or the day has begun."""
    state = resolution.state(reader, entity_type)
    if state is None or date <= (state.tick or ""):
        return []
    figures = quality.measure(reader, hub.rules(state.rules_version, seen_by=reader), salt=hub.salt, today=date)
    body = {"tick": date, "rules_version": state.rules_version, "figures": [list(one) for one in figures]}
    return [Fact("measured", entity_type, body)] if figures else []


def _measured_apart(settings: Settings, date: str) -> list[Fact]:
    with Popen(COMMAND, stdin=PIPE, stdout=PIPE, env=apart.environment(), process_group=0) as process:
        try:
            apart.put(cast("BufferedWriter", process.stdin), (settings, date))
            found: list[Fact] | HubError = pickle.load(cast("BufferedReader", process.stdout))  # noqa: S301  our own
        except (BrokenPipeError, EOFError, pickle.UnpicklingError):
            how = apart.how_it_ended(process.wait())
            raise Unavailable(f"the process that measures data quality {how}; it is tried again") from None
        finally:
            apart.end(process)
    if isinstance(found, HubError):
        raise found
    return found


def answer() -> None:
    """Measure the hub of the settings that come by standard input, in the process that is there for it."""
    os.nice(GIVES_WAY)
    with apart.work() as ((settings, date), out):
        try:
            hub = open_hub(settings)
            apart.put(out, _measured(hub, date))
            hub.close()
        except HubError as error:
            apart.put(out, error)
