"""Who may call the hub: accounts of people, keys of programs, and every change of either."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from mdm.api.access_bodies import KeyBody, NarrowBody, PasswordBody, PersonBody, RoleBody
from mdm.api.answers import answer, described
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute, SecretRoute
from mdm.api.parameters import Cursor, Limit
from mdm.services.access import access_changes, accounts, keys
from mdm.services.access.accounts import Person
from mdm.store.access_changes import Wanted

router = APIRouter(prefix="/v1", tags=["access"], route_class=JsonRoute)
secrets_router = APIRouter(prefix="/v1", tags=["access"], route_class=SecretRoute)
Reading = Annotated[Caller, Depends(Requires("read access"))]
Managing = Annotated[Caller, Depends(Requires("manage access"))]
Account = Annotated[str, Path(description="What the person signs in with.", max_length=64, examples=["anna"])]
KeyId = Annotated[str, Path(description="The id of a key, as the list shows it.", max_length=64, examples=["5f0c"])]
Word = Annotated[str | None, Query(max_length=100)]
Day = Annotated[str | None, Query(max_length=10, examples=["2026-03-01"])]
ONE = {
    "name": "anna", "display_name": "Anna Berg", "role": "steward", "entity_type": None,
    "created_at": "2026-03-01T09:30:00.000000Z", "disabled_at": None, "provider": None,
}  # fmt: skip
KEY = {
    "id": "5f0c9a7b3d2e", "role": "source", "source": "crm", "entity_type": None,
    "created_at": "2026-03-01T09:30:00.000000Z", "revoked_at": None, "expires_at": "2030-01-01T00:00:00.000000Z",
    "last_used_at": None,
}  # fmt: skip
MADE = {"id": "5f0c9a7b3d2e", "key": "mdm_5f0c9a7b3d2e_...", "role": "source", "expires_at": KEY["expires_at"]}
CHANGE = {
    "number": 12, "recorded_at": "2026-03-01T09:30:00.000000Z", "actor": "user:ada", "action": "account.role",
    "subject": "user:anna", "detail": {"before": "steward", "role": "approver"}, "correlation_id": "4bf92f35",
}  # fmt: skip


@router.get("/users", summary="List the accounts of people", **described({"items": [ONE], "next": None}))
def people(caller: Reading) -> Response:
    """By name; `disabled_at` says which may sign in no longer, `provider` where they sign in, if not here."""
    return answer({"items": accounts.listed(caller.hub), "next": None})


@secrets_router.post("/users", summary="Make an account", **described(ONE, 404, 409, 413, 415))
def add(caller: Managing, body: PersonBody) -> Response:
    """The person signs in with the password; only a slow hash of it is kept. Takes no Idempotency-Key."""
    person = Person(body.name, body.role, body.entity_type, body.display_name)
    return answer(accounts.add(caller.hub, person, password=body.password, author=caller.author()))


@router.get("/users/{name}", summary="Read an account", **described(ONE, 404))
def one(caller: Reading, name: Account) -> Response:
    """Without what they sign in with."""
    return answer(accounts.get(caller.hub, name))


@router.post("/users/{name}:disable", summary="Disable an account", **described(ONE, 404, 409))
def disable(caller: Managing, name: Account) -> Response:
    """The person is signed out at once; what they did stays signed with their name. 409 for the caller's own."""
    return answer(accounts.disable(caller.hub, name, author=caller.author()))


@router.post("/users/{name}:enable", summary="Enable an account", **described(ONE, 404))
def enable(caller: Managing, name: Account) -> Response:
    """The person may sign in again."""
    return answer(accounts.enable(caller.hub, name, author=caller.author()))


@router.post("/users/{name}:set-role", summary="Give an account another role", **described(ONE, 404, 409, 413, 415))
def set_role(caller: Managing, name: Account, body: RoleBody) -> Response:
    """The person is signed out everywhere. 409 for the caller's own."""
    return answer(accounts.set_role(caller.hub, name, body.role, author=caller.author()))


@router.post("/users/{name}:narrow", summary="Narrow an account", **described(ONE, 404, 409, 413, 415))
def narrow(caller: Managing, name: Account, body: NarrowBody) -> Response:
    """To an entity type, or to none. The person is signed out everywhere. 409 for the caller's own."""
    return answer(accounts.narrow(caller.hub, name, body.entity_type, author=caller.author()))


@secrets_router.post(
    "/users/{name}:set-password", summary="Give an account another password", **described(ONE, 404, 409, 413, 415)
)  # fmt: skip
def set_password(caller: Managing, name: Account, body: PasswordBody) -> Response:
    """The person is signed out everywhere. Takes no Idempotency-Key."""
    accounts.set_password(caller.hub, name, body.password, author=caller.author())
    return answer(accounts.get(caller.hub, name))


@router.get("/keys", summary="List the keys", **described({"items": [KEY], "next": None}))
def listed(caller: Reading) -> Response:
    """Oldest first and without their secrets."""
    return answer({"items": keys.listed(caller.hub), "next": None})


@secrets_router.post("/keys", summary="Make a key", **described(MADE, 404, 413, 415))
def create(caller: Managing, body: KeyBody) -> Response:
    """`key` is told this once, and only its hash is kept. Takes no Idempotency-Key: a lost key is revoked."""
    made = keys.create(
        caller.hub, role=body.role, source=body.source, entity_type=body.entity_type, expires=body.expires,
        author=caller.author(),
    )  # fmt: skip
    return answer(made)


@router.post("/keys/{key_id}:revoke", summary="Revoke a key", **described(KEY, 404))
def revoke(caller: Managing, key_id: KeyId) -> Response:
    """From the next request on it no longer works, and never again."""
    return answer(keys.revoke(caller.hub, key_id, author=caller.author()))


@router.get(
    "/access-changes", summary="List changes of accounts and keys", **described({"items": [CHANGE], "next": None})
)  # fmt: skip
def changes(  # noqa: PLR0913  what can be asked for
    caller: Reading, *, actor: Word = None, subject: Word = None, action: Word = None, since: Day = None,
    until: Day = None, cursor: Cursor = None, limit: Limit = 100,
) -> Response:  # fmt: skip
    """Newest first: who made which change of what, and when. `number` has no gaps, and no entry is ever altered."""
    wanted = Wanted(actor, subject, action, since, until)
    return answer(access_changes.page(caller.hub, wanted, cursor=cursor, limit=limit))
