"""Rows as callers of the store make them, with whatever a test does not care about filled in."""

from mdm.log import Author, Fact
from mdm.store.records import StoredRecord
from mdm.store.task_writing import OpenTask

AUTHOR = Author("test", "2026-03-01T09:30:00.000000Z")


def record(id_: int, **given: object) -> StoredRecord:
    """A living record of crm that stands alone; one with a negative id has not arrived."""
    arrived = id_ > 0
    values: dict[str, object] = {
        "id": id_, "key_token": 1000 + id_, "first_position": id_ if arrived else None, "entity_type": "customer",
        "source": "crm", "source_id": str(abs(id_)), "deleted": False, "layers": b"[]", "cells": b"{}", "keys": b"",
        "cluster": id_, "golden": id_ if arrived else None, "hangs_on": None, "cut": False,
    }  # fmt: skip
    return StoredRecord(**(values | given))  # type: ignore[arg-type]


def fact(source_id: str = "1", *, token: int | None = None, entity_type: str = "customer", **body: object) -> Fact:
    """A record fact."""
    return Fact("record", entity_type, {"source": "crm", "source_id": source_id, **body}, token)


def task(id_: str, *, left: int = 1, right: int = 2, weight: int | None = 3000, kind: str = "review") -> OpenTask:
    """A task about two customers."""
    return OpenTask(id_, "customer", kind, left, right, weight)
