"""Measures how good the data is; that of a large hub in a process of its own.

It reads every record, which of a million takes a minute: beside a server in the same interpreter everybody who asks
would have to wait for it again and again.
"""

import os
import pickle
import threading
from collections.abc import Callable, Collection
from io import BufferedReader, BufferedWriter
from subprocess import PIPE, Popen
from typing import Any, NamedTuple, TypeVar, cast

from mdm.errors import HubError, Unavailable
from mdm.log import Fact
from mdm.resolution import quality
from mdm.resolution.tallies import Figures
from mdm.services import apart
from mdm.services.hub import Hub, open_hub
from mdm.store import resolution, sums
from mdm.store.database import Transaction

LARGE = 20_000
"""Source records from which a process pays off: to start one takes as long as measuring so many."""
COMMAND = apart.command(__name__)
GIVES_WAY = 10
"""How much less urgent than all others it is, on a machine with few cores."""
PATIENCE = 60
"""Seconds for which who asks waits until others have been answered."""
T = TypeVar("T")
_one_at_a_time = threading.Lock()  # each takes as much memory as a server


class Measured(NamedTuple):
    """What stands of an entity type, and the day that it had reached."""

    tick: str | None
    figures: list[Figures]


def measured_before(hub: Hub, date: str) -> list[Fact]:
    """What is to be kept about each entity type before a day, of one snapshot.

    Raises:
        Unavailable: the other process was killed.
    """
    return _in_peace(hub, _before, date, many=_records(hub, None))


def measured_now(hub: Hub, entity_type: str, *, days: int, only: Collection[str] | None) -> Measured:
    """Measure one entity type under the rules that its state was resolved under.

    days: how old is recent.  only: these attributes (all).

    Raises:
        Unavailable: the other process was killed.
    """
    return _in_peace(hub, _now, entity_type, days, only, many=_records(hub, entity_type))


def _records(hub: Hub, entity_type: str | None) -> int:
    with hub.database.read() as reader:
        held = sums.totals(reader)
    return sum(count for what, of, _, count in held if what == "source_records" and entity_type in {None, of})


def _before(hub: Hub, date: str) -> list[Fact]:
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


def _now(hub: Hub, entity_type: str, days: int, only: Collection[str] | None) -> Measured:
    with hub.database.read() as reader:
        state = resolution.state(reader, entity_type)
        if state is None:
            return Measured(None, [])
        rules = hub.rules(state.rules_version, seen_by=reader)
        found = quality.measure(reader, rules, salt=hub.salt, today=state.tick, days=days, only=only)
        return Measured(state.tick, found)


def _in_peace(hub: Hub, work: Callable[..., T], *given: Any, many: int) -> T:
    """Do it here, or where there is much to read in another process; that one ends with this one."""
    if many < LARGE:
        return work(hub, *given)
    if not _one_at_a_time.acquire(timeout=PATIENCE):
        raise Unavailable(f"data quality has been measured for others for {PATIENCE} seconds: ask for what was kept")
    try:
        found = _elsewhere(hub, work, given)
    finally:
        _one_at_a_time.release()
    if isinstance(found, HubError):
        raise found
    return found


def _elsewhere(hub: Hub, work: Callable[..., T], given: tuple[Any, ...]) -> T | HubError:
    with Popen(COMMAND, stdin=PIPE, stdout=PIPE, env=apart.environment(), process_group=0) as process:
        try:
            apart.put(cast("BufferedWriter", process.stdin), (hub.settings, work, given))
            return pickle.load(cast("BufferedReader", process.stdout))  # type: ignore[no-any-return]  # noqa: S301
        except (BrokenPipeError, EOFError, pickle.UnpicklingError):
            how = apart.how_it_ended(process.wait())
            raise Unavailable(f"the process that measures data quality {how}: try again") from None
        finally:
            apart.end(process)


def answer() -> None:
    """Measure the hub of the settings that come by standard input, in the process that is there for it."""
    os.nice(GIVES_WAY)
    with apart.work() as ((settings, work, given), out):
        try:
            hub = open_hub(settings)
            apart.put(out, work(hub, *given))
            hub.close()
        except HubError as error:
            apart.put(out, error)
