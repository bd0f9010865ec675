"""Quarantine: rows that were rejected, and each of them to be mended and taken in after all, in place."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.auth import MAY
from mdm.services.access import masking
from mdm.services.intake import quarantine
from mdm.settings import now
from mdm.store.quarantine import Filter
from stewardship_ui.addresses import address, link
from stewardship_ui.forms import Form, Sent
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("read quarantine"))]
Mending = Annotated[Caller, Depends(Requires("mend quarantine"))]
Text = Annotated[str, Query(max_length=1_000)]
ROWS = 30
STATUSES = ("open", "retried", "discarded")
FIELD = "column:"
"""What the name of the field of a column begins with, so that none is taken for another field of the form."""


@router.get("/quarantine")
def listed(  # noqa: PLR0913  the state of the page
    request: Request, caller: Reading, *, source: Text = "", of: Annotated[str, Query(alias="type")] = "",
    status: Text = "open", rule: Text = "", file: Text = "", cursor: Text = "",
) -> Response:  # fmt: skip
    """List rejected rows by file and line."""
    status = status if status in STATUSES else "open"
    caller.ensure(source=source or None)
    wanted = Filter(
        source or caller.principal.source, caller.own_type(of or None), status, rule or None, file or None
    )  # fmt: skip
    found = quarantine.page(caller.hub, wanted, cursor=cursor or None, limit=ROWS)
    types = caller.hub.entity_types()
    items = [masking.rejected(caller.principal, types.get(row["entity_type"]), row) for row in found["items"]]
    state = {"source": source, "type": of, "status": status, "rule": rule, "file": file}
    return page(
        request, "quarantine.html", caller, items=items, state=state,
        next_cursor=found["next"], cursor=cursor, statuses=STATUSES, now=now(),
        link=link("/quarantine", state, {"status": "open"}),
        twin=address("/v1/quarantine", {**state, "cursor": cursor, "limit": ROWS}),
    )  # fmt: skip


@router.get("/quarantine/{quarantine_id}")
def one(request: Request, caller: Reading, quarantine_id: str) -> Response:
    """Show a rejected row with its columns as fields, the one that it was rejected for marked."""
    row = _own(caller, quarantine_id)
    shown = masking.rejected(caller.principal, caller.hub.entity_types().get(row["entity_type"]), row)
    columns = _columns(shown)
    may_mend = "mend quarantine" in MAY[caller.principal.role] and row["status"] == "open" and bool(columns)
    return page(
        request, "rejected_row.html", caller, row=shown, columns={name: _text(v) for name, v in columns.items()},
        may_mend=may_mend, may_discard="mend quarantine" in MAY[caller.principal.role] and row["status"] == "open",
        field=FIELD, now=now(), twin=f"/v1/quarantine/{quarantine_id}",
    )  # fmt: skip


@router.post("/quarantine/{quarantine_id}/retry")
def retry(caller: Mending, quarantine_id: str, sent: Sent) -> Response:
    """Take the row in with the fields as they were sent; it stays, with the new reason, when it is refused again."""
    row = _own(caller, quarantine_id)
    quarantine.retry(caller.hub, quarantine_id, given=_changed(row, sent), author=caller.author())
    return _to(f"/quarantine/{quarantine_id}")


@router.post("/quarantine/{quarantine_id}/discard")
def discard(caller: Mending, quarantine_id: str, sent: Sent) -> Response:
    """Never take it in; the row and the reason stay readable."""
    _own(caller, quarantine_id)
    quarantine.discard(caller.hub, quarantine_id, reason=sent.one("reason"), author=caller.author())
    return _to("/quarantine")


def _own(caller: Caller, quarantine_id: str) -> dict[str, Any]:
    row = quarantine.get(caller.hub, quarantine_id)
    caller.ensure(source=row["source"], entity_type=row["entity_type"])
    return row


def _columns(row: dict[str, Any]) -> dict[str, Any]:
    """What can be mended: the columns, of a record sent as JSON its attributes; the rejected one also if it lacks."""
    if not isinstance(row["columns"], dict):
        return {}
    columns = dict(row["columns"])
    attributes = columns.pop("attributes", None)
    found = {**columns, **attributes} if isinstance(attributes, dict) else dict(row["columns"])
    return found if row["column"] is None or row["column"] in found else {**found, row["column"]: None}


def _changed(row: dict[str, Any], sent: Form) -> dict[str, object]:
    """The columns that were sent with something else than they held; what was no text is read as JSON where it is."""
    columns = _columns(row)
    found: dict[str, object] = {}
    for name, before in columns.items():
        field = f"{FIELD}{name}"
        text = sent.given(field)
        if field in sent.fields and text != _text(before).strip():
            found[name] = text if isinstance(before, str) or before is None else _read(text)
    return found


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _to(address: str) -> Response:
    return Response(status_code=303, headers={"Location": address})
