"""A hub that stands still: one use case works on it in one transaction, and nobody else resolves meanwhile."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from mdm.log import Author
from mdm.services.hub import Hub
from mdm.services.resolving import resolve_arrived
from mdm.store import log
from mdm.store.one_transaction import one_transaction


@dataclass(frozen=True, slots=True)
class Still:
    """The hub to work on, and the last position of its log."""

    hub: Hub
    position: int


@contextmanager
def standing_still(hub: Hub, *, author: Author, kept: bool) -> Iterator[Still]:
    """Let a block see the hub as it stands, and write what it likes; at the end all of it is kept, or taken back.

    What is still pending is resolved first and in earnest, as it would be anyway, so that the one transaction is short.
    On SQLite nobody else writes meanwhile. A hub that stands still already is used as it is.
    """
    resolve_arrived(hub, author=author)
    with ExitStack() as opened:
        for name in sorted(hub.entity_types()):
            opened.enter_context(hub.database.locked(name))
        still = Hub(hub.settings, opened.enter_context(one_transaction(hub.database, kept=kept)), hub.salt)
        resolve_arrived(still, author=author)
        with still.database.read() as reader:
            position = log.head(reader)
        yield Still(still, position)
