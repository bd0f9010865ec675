"""The hub a server works on: opened at the first request that needs it, so that a server starts before its database."""

import threading
from dataclasses import dataclass, field

from mdm.services.hub import Hub, open_hub
from mdm.services.last_used import LastUsed
from mdm.settings import Settings


@dataclass(slots=True)
class HubAtHand:
    """Opens the hub once; until that works, each request that needs it is told why it does not (503)."""

    settings: Settings
    _hub: Hub | None = None
    _last_used: LastUsed | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hub(self) -> Hub:
        """The open hub; raises Unavailable."""
        if self._hub is None:
            with self._lock:
                if self._hub is None:
                    hub = open_hub(self.settings)
                    self._last_used = LastUsed(hub)
                    self._last_used.start()
                    self._hub = hub
        return self._hub

    def used(self, key_id: str, at: str) -> None:
        """Note that a key let a request in."""
        if self._last_used is not None:
            self._last_used.note(key_id, at)

    def close(self) -> None:
        """Give the database's connections back."""
        with self._lock:
            if self._hub is not None:
                if self._last_used is not None:
                    self._last_used.close()
                self._hub.close()
                self._hub = None
