"""Who gave whom access, and when: every change of an account, a key or a view, in a table that only grows."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import orjson

from mdm.errors import Fault, InvalidInput
from mdm.log import Author
from mdm.services.hub import Hub
from mdm.services.whole_list import whole_list
from mdm.store import access_changes as stored
from mdm.store.access_changes import StoredChange, Wanted
from mdm.store.database import Transaction

Document = dict[str, Any]
ACTIONS = (
    "account.created", "account.disabled", "account.enabled", "account.role", "account.narrowed", "account.password",
    "key.created", "key.revoked", "view_as.begun", "view_as.ended",
)  # fmt: skip
EXPORT_PAGE = 1_000


def record(
    writer: Transaction, action: str, subject: str, *, author: Author, detail: Mapping[str, object] | None = None
) -> None:
    """Add a change in the transaction that makes it.

    subject: the account or key that it is about, as facts name it (`user:anna`, `key:5f0c`).
    detail: what it is and was; never a password or a key.
    """
    if action not in ACTIONS:
        raise LookupError(f"there is no change of access called {action}")
    said = orjson.dumps(dict(detail or {}), option=orjson.OPT_SORT_KEYS).decode()
    stored.append(
        writer, StoredChange(0, author.recorded_at, author.actor, action, subject, said, author.correlation_id)
    )


def page(hub: Hub, wanted: Wanted, *, cursor: str | None = None, limit: int = 100) -> Document:
    """Changes, newest first: `{"items": [{"number", "recorded_at", "actor", "action", "subject", "detail"}], "next"}`.

    Raises:
        InvalidInput: a day is no day, or the cursor is of no page.
    """
    for name in ("since", "until"):
        _check_day(name, getattr(wanted, name))
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        detail = f"no page has the cursor {cursor!r}; take `next` of the page before"
        raise InvalidInput(detail, faults=[Fault("/query/cursor", detail, "cursor")])
    with hub.database.read() as reader:
        found = stored.page(reader, wanted, before=None if cursor is None else int(cursor), limit=limit + 1)
    items = [{**one._asdict(), "detail": orjson.loads(one.detail)} for one in found[:limit]]
    return {"items": items, "next": str(items[-1]["number"]) if len(found) > limit else None}


def export(hub: Hub, wanted: Wanted) -> Iterator[Document]:
    """Every change that is wanted, page by page."""
    return whole_list(lambda cursor: page(hub, wanted, cursor=cursor, limit=EXPORT_PAGE))


def about(hub: Hub, subject: str, *, limit: int = 20) -> list[Document]:
    """The last changes of one account or key, newest first."""
    found: list[Document] = page(hub, replace(Wanted(), subject=subject), limit=limit)["items"]
    return found


def _check_day(name: str, written: str | None) -> None:
    try:
        date.fromisoformat(written or "2000-01-01")
    except ValueError:
        detail = f"{name} is no date such as 2026-03-01: {written!r}"
        raise InvalidInput(detail, faults=[Fault(f"/query/{name}", detail, "date", written)]) from None
