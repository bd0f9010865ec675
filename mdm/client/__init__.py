"""The hub's client: `Hub` for callers that block, `AsyncHub` for those that await. It needs nothing else of the hub."""

from mdm.client.errors import (
    Conflict,
    Forbidden,
    HubError,
    InvalidInput,
    NotFound,
    Stale,
    Unauthorised,
    Unavailable,
)
from mdm.client.hub import AsyncHub, Hub
from mdm.client.results import Candidate, Change, Found, GoldenRecord, Put, Record, SourceId, Taken, Xref

__all__ = [
    "AsyncHub",
    "Candidate",
    "Change",
    "Conflict",
    "Forbidden",
    "Found",
    "GoldenRecord",
    "Hub",
    "HubError",
    "InvalidInput",
    "NotFound",
    "Put",
    "Record",
    "SourceId",
    "Stale",
    "Taken",
    "Unauthorised",
    "Unavailable",
    "Xref",
]
