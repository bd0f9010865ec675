"""When keys were last used: noted in memory by every request, and written once a minute, beside all of them."""

import threading
from dataclasses import dataclass, field

import structlog

from mdm.errors import HubError
from mdm.services.hub import Hub
from mdm.store import keys as stored

log = structlog.get_logger()
EVERY = 60.0
"""Seconds between two writes."""


@dataclass(slots=True)
class LastUsed:
    """Gathers which keys are in use, and writes it in a thread of its own until it is closed.

    No request waits for it. A server that is killed forgets the last minute.
    """

    hub: Hub
    _seen: dict[str, str] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Write from now on."""
        self._thread = threading.Thread(target=self._run, name="last-used", daemon=True)
        self._thread.start()

    def note(self, key_id: str, at: str) -> None:
        """Remember that a key was used."""
        self._seen[key_id] = at

    def close(self) -> None:
        """Write what was noted and stop."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def write(self) -> None:
        """Write what was noted since the last time."""
        seen, self._seen = self._seen, {}
        if not seen:
            return
        with self.hub.database.write() as writer:
            for key_id, at in sorted(seen.copy().items()):
                stored.used(writer, key_id, at)

    def _run(self) -> None:
        over = False
        while not over:
            over = self._stop.wait(EVERY)
            try:
                self.write()
            except HubError as error:  # the database is away, which whoever asks for something is told anyway
                log.warning("when keys were last used is not written", code=error.code)
