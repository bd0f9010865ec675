"""Admin: who may call the hub and as what, people and keys, what each role may, and every change of it."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api import browser
from mdm.api.caller import Caller, Requires
from mdm.auth import ACTIONS, MAY, PEOPLE, ROLES, SEES
from mdm.errors import Conflict, NotFound
from mdm.services import spreadsheet
from mdm.services.access import access_changes, accounts, keys, sessions
from mdm.services.access.accounts import Person
from mdm.settings import now
from mdm.store.access_changes import Wanted
from stewardship_ui.addresses import address, link
from stewardship_ui.forms import Sent
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import csv_file, page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("read access"))]
Managing = Annotated[Caller, Depends(Requires("manage access"))]
Anybody = Annotated[Caller, Depends(Requires("look up"))]
Text = Annotated[str, Query(max_length=100)]
Day = Annotated[str, Query(max_length=10)]
ROWS = 50
SWITCHES = {"disable": accounts.disable, "enable": accounts.enable}
PRIVACY = ("public", "internal", "contact", "personal", "financial")


@router.get("/admin")
def people(request: Request, caller: Reading) -> Response:
    """List accounts, with a way to add one."""
    return page(
        request, "admin_people.html", caller, tab="people", items=accounts.listed(caller.hub), roles=PEOPLE,
        types=caller.hub.entity_types(), now=now(), twin="/v1/users",
    )  # fmt: skip


@router.post("/admin/people")
def add(caller: Managing, sent: Sent) -> Response:
    """Make an account."""
    person = Person(
        sent.one("name"), sent.one("role"), sent.given("entity_type") or None, sent.given("display_name") or None
    )
    accounts.add(caller.hub, person, password=sent.one("password"), author=caller.author())
    return _to(f"/admin/people/{quote(person.name, safe='')}")


@router.get("/admin/people/{name}")
def person(request: Request, caller: Reading, name: str) -> Response:
    """Show an account: its role, what it is narrowed to, and what was changed about it."""
    found = accounts.get(caller.hub, name)
    return page(
        request, "admin_person.html", caller, tab="people", person=found, roles=PEOPLE,
        types=caller.hub.entity_types(), changes=access_changes.about(caller.hub, f"user:{name}"), now=now(),
        own=caller.actor == f"user:{name}", twin=f"/v1/users/{quote(name, safe='')}",
    )  # fmt: skip


@router.post("/admin/people/{name}/{change}")
def change_person(caller: Managing, name: str, change: str, sent: Sent) -> Response:
    """Change an account in one way: its rights (role and narrowing), its password, disabled or enabled."""
    author, of, before = caller.author(), sent.given("entity_type") or None, accounts.get(caller.hub, name)
    if change == "rights":
        if sent.one("role") != before["role"]:
            accounts.set_role(caller.hub, name, sent.one("role"), author=author)
        if of != before["entity_type"]:
            accounts.narrow(caller.hub, name, of, author=author)
    elif change == "password":
        accounts.set_password(caller.hub, name, sent.one("password"), author=author)
    elif change in SWITCHES:
        SWITCHES[change](caller.hub, name, author=author)
    else:
        raise NotFound(f"an account cannot be changed by {change!r}")
    return _to(f"/admin/people/{quote(name, safe='')}")


@router.get("/admin/keys")
def listed_keys(request: Request, caller: Reading) -> Response:
    """List keys, with a way to make one and to revoke each."""
    return _keys(request, caller)


@router.post("/admin/keys")
def make_key(request: Request, caller: Managing, sent: Sent) -> Response:
    """Make a key, and show it this once."""
    made = keys.create(
        caller.hub, role=sent.one("role"), source=sent.given("source") or None,
        entity_type=sent.given("entity_type") or None, expires=sent.given("expires") or None, author=caller.author(),
    )  # fmt: skip
    return _keys(request, caller, made=made)


@router.post("/admin/keys/{key_id}/revoke")
def revoke_key(caller: Managing, key_id: str) -> Response:
    """Take a key out of use for good."""
    keys.revoke(caller.hub, key_id, author=caller.author())
    return _to("/admin/keys")


@router.get("/admin/roles")
def roles(request: Request, caller: Reading) -> Response:
    """Show what each role may do and which values it sees."""
    return page(
        request, "admin_roles.html", caller, tab="roles", roles=ROLES, people=PEOPLE, actions=ACTIONS, may=MAY,
        sees=SEES, privacy=PRIVACY,
    )  # fmt: skip


@router.get("/admin/changes")
def changes(  # noqa: PLR0913  the state of the page
    request: Request, caller: Reading, *, actor: Text = "", subject: Text = "", action: Text = "", since: Day = "",
    until: Day = "", cursor: Text = "",
) -> Response:  # fmt: skip
    """List changes of accounts, keys and views, newest first."""
    state = {"actor": actor, "subject": subject, "action": action, "since": since, "until": until}
    found = access_changes.page(caller.hub, _wanted(state), cursor=cursor or None, limit=ROWS)
    asked = {**state, "cursor": cursor, "limit": str(ROWS)}
    return page(
        request, "admin_changes.html", caller, tab="changes", items=found["items"], next_cursor=found["next"],
        cursor=cursor, state=state, actions=access_changes.ACTIONS, now=now(), link=link("/admin/changes", state),
        twin=address("/v1/access-changes", asked),
    )  # fmt: skip


@router.get("/admin/changes.csv")
def changes_as_table(
    caller: Reading, *, actor: Text = "", subject: Text = "", action: Text = "", since: Day = "", until: Day = "",
) -> Response:  # fmt: skip
    """All of these changes, as a table for a spreadsheet."""
    wanted = _wanted({"actor": actor, "subject": subject, "action": action, "since": since, "until": until})
    columns = ("number", "recorded_at", "actor", "action", "subject", "detail", "correlation_id")
    rows = ([one[name] for name in columns] for one in access_changes.export(caller.hub, wanted))
    return csv_file("access-changes.csv", spreadsheet.table(columns, rows))


@router.post("/admin/view-as")
def view_as(request: Request, caller: Managing, sent: Sent) -> Response:
    """Look at the hub as another role does, changing nothing, until it is stopped."""
    token = browser.token_of(request)
    if caller.principal.sort != "user" or token is None:
        raise Conflict("only who is signed in can look at the hub as another role; a key has the role it has")
    sessions.view_as(caller.hub, token, sent.one("role"), author=caller.author())
    return _to("/")


@router.post(browser.STOP_VIEWING)
def stop_viewing(request: Request, caller: Anybody) -> Response:
    """Look at the hub as oneself again."""
    if token := browser.token_of(request):
        sessions.stop_viewing(caller.hub, token, author=caller.author())
    return _to("/admin/roles")


def _keys(request: Request, caller: Caller, *, made: dict[str, Any] | None = None) -> Response:
    items = keys.listed(caller.hub)[::-1]
    items.sort(key=lambda one: one["revoked_at"] is not None)
    return page(
        request, "admin_keys.html", caller, tab="keys", items=items, roles=ROLES, types=caller.hub.entity_types(),
        made=made, now=now(), twin="/v1/keys",
    )  # fmt: skip


def _wanted(state: dict[str, str]) -> Wanted:
    return Wanted(**{name: value or None for name, value in state.items()})


def _to(address: str) -> Response:
    return Response(status_code=303, headers={"Location": address})
