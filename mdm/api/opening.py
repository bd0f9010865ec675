"""The hub a server works on: opened at the first request that needs it, so that a server starts before its database."""

import threading
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from mdm.api.gathering import Gathering
from mdm.api.rate_limits import RateLimits
from mdm.services.access.last_used import LastUsed
from mdm.services.hub import Hub, open_hub
from mdm.settings import Settings


@dataclass(frozen=True, slots=True)
class Opened:
    """An open hub, what gathers questions to it, notes when keys are used, and counts requests."""

    hub: Hub
    gathering: Gathering
    last_used: LastUsed
    limits: RateLimits


@dataclass(slots=True)
class HubAtHand:
    """Opens the hub once; until that works, each request that needs it is told why it does not (503)."""

    settings: Settings
    opened: Opened | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    async def open(self) -> Opened:
        """The open hub; raises Unavailable."""
        return await run_in_threadpool(self._open) if self.opened is None else self.opened

    def _open(self) -> Opened:
        with self._lock:
            if self.opened is not None:
                return self.opened
            hub = open_hub(self.settings)
            last_used = LastUsed(hub)
            last_used.start()
            self.opened = opened = Opened(hub, Gathering(hub), last_used, RateLimits(self.settings.requests_per_minute))
            return opened

    def hub(self) -> Hub:
        """The open hub, for those that may wait for it; raises Unavailable."""
        return (self.opened or self._open()).hub

    def close(self) -> None:
        """Give the database's connections back."""
        with self._lock:
            if self.opened is not None:
                self.opened.last_used.close()
                self.opened.gathering.close()
                self.opened.hub.close()
                self.opened = None
