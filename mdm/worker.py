"""The resolver and scheduler: resolves what comes in, carries out what was held, frees tasks, and lets days pass."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from mdm.entity_types import order
from mdm.errors import Unavailable
from mdm.log import Author
from mdm.resolution.known_cells import KnownCells
from mdm.services import resolving
from mdm.services.hub import Hub, open_hub
from mdm.services.stewarding import leaving, proposals
from mdm.settings import Settings, now

log = structlog.get_logger()
# Seconds between looking: short while there is work, so that little waits; longer and longer while there is none.
SHORTEST, LONGEST = 0.05, 1.0
PATIENCE = 30.0


def run(hub: Hub, stop: threading.Event, *, actor: str) -> int:
    """Resolve all that is pending and carry out what is due, until told to stop; returns its resolver commits.

    Tasks of keys that are over become anybody's. A commit that has begun is finished first. A database that is away is
    tried again.
    """
    commits, pause = 0, SHORTEST
    while not stop.is_set():
        done = settled = 0
        try:
            done = resolve_pending(hub, stop, actor=actor)
            if not stop.is_set():
                settled = proposals.carry_out_due(hub, author=Author(actor, now()))
                leaving.let_go_of_expired(hub, author=Author(actor, now()))
                let_day_pass(hub, actor=actor)
        except Unavailable as error:
            log.warning("the database is away", detail=error.detail)
            pause = LONGEST
        commits += done
        pause = SHORTEST if done or settled else min(2 * pause, LONGEST)
        stop.wait(pause)
    return commits


def resolve_pending(hub: Hub, stop: threading.Event, *, actor: str) -> int:
    """Resolve each entity type once, those that others refer to first; then refresh some of what is outdated.

    Returns the number of resolver commits.
    """
    commits = 0
    for name in order(hub.entity_types().values()):
        known = KnownCells()
        with hub.database.locked(name):
            while not stop.is_set() and _step(hub, name, actor, known):
                commits += 1
    for name in resolving.outdated(hub):
        commits += not stop.is_set() and resolving.refresh(hub, name, author=Author(actor, now()))
    return commits


def _step(hub: Hub, name: str, actor: str, known: KnownCells) -> bool:
    return resolving.step(hub, name, author=Author(actor, now()), known=known) is not None


def let_day_pass(hub: Hub, *, actor: str) -> bool:
    """Append a tick when today is later than the latest one; at most one a day, however many workers there are."""
    today = now()[:10]
    if today <= (resolving.latest_tick(hub) or ""):
        return False
    with hub.database.locked("tick"):
        if today <= (resolving.latest_tick(hub) or ""):
            return False
        resolving.tick(hub, today, author=Author(actor, now()))
        # Before the lock is given back, so that the next to look sees the day.
        resolving.resolve_arrived(hub, author=Author(actor, now()))
    log.info("a day has passed", date=today)
    return True


@contextmanager
def in_background(settings: Settings, *, actor: str) -> Iterator[None]:
    """Run beside a server, in a thread with connections of its own, until the block ends."""
    stop = threading.Event()
    hub = open_hub(settings)
    thread = threading.Thread(target=run, args=(hub, stop), kwargs={"actor": actor}, name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE)
        hub.close()
