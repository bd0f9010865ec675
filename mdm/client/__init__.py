"""The hub's client: `Hub` for callers that block, `AsyncHub` for those that await. It needs nothing else of the hub."""

from mdm.client.errors import (
    Conflict,
    Forbidden,
    Gone,
    HubError,
    InvalidInput,
    NotFound,
    Stale,
    Unauthorised,
    Unavailable,
)
from mdm.client.hub import AsyncHub, Hub
from mdm.client.results import Candidate, Change, Found, GoldenRecord, Put, Record, Snapshot, SourceId, Taken, Xref

__all__ = [
    "AsyncHub",
    "Candidate",
    "Change",
    "Conflict",
    "Forbidden",
    "Found",
    "GoldenRecord",
    "Gone",
    "Hub",
    "HubError",
    "InvalidInput",
    "NotFound",
    "Put",
    "Record",
    "Snapshot",
    "SourceId",
    "Stale",
    "Taken",
    "Unauthorised",
    "Unavailable",
    "Xref",
]
