"""Signing in at a provider: OpenID Connect, authorization code with PKCE.

The provider says who it is; the claims and the settings say which role they have. An account is made at the first
sign-in, and belongs to the provider's own identifier of the person for ever: nobody takes over an account by its name.

Source: OpenID Connect Core 1.0 sections 3.1.2 and 3.1.3, RFC 7636 (PKCE), RFC 9207 (issuer in the answer).
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import httpx2
import structlog
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from mdm.errors import Conflict, Forbidden, Unauthorised, Unavailable
from mdm.log import Author
from mdm.services.access import access_changes, accounts, sessions
from mdm.services.hub import Hub
from mdm.services.stewarding.leaving import let_go
from mdm.settings import Settings
from mdm.store import accounts as stored
from mdm.tables import Account

log = structlog.get_logger()
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signatures that only the provider can make: none that rests on a secret which the hub knows too."""
TIMEOUT = 10.0
LEEWAY = 60


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what it has to bring back beside the provider's answer."""

    url: str
    carried: str


def is_set_up(settings: Settings) -> bool:
    """Whether people can sign in at a provider."""
    return bool(settings.oidc_issuer and settings.oidc_client_id)


def begin(hub: Hub, *, redirect_uri: str) -> Begun:
    """Send a person to the provider; raises Unavailable when it cannot be asked how."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    settings, found = hub.settings, _discovered(hub.settings)
    asked = {
        "response_type": "code", "client_id": settings.oidc_client_id, "redirect_uri": redirect_uri,
        "scope": settings.oidc_scopes, "state": state, "nonce": nonce,
        "code_challenge": create_s256_code_challenge(verifier), "code_challenge_method": "S256",
    }  # fmt: skip
    joint = "&" if "?" in found["authorization_endpoint"] else "?"
    return Begun(found["authorization_endpoint"] + joint + urlencode(asked), f"{state}.{nonce}.{verifier}")


def finish(hub: Hub, answer: Mapping[str, str], *, carried: str, redirect_uri: str, at: str) -> str:
    """Take the provider's answer, and open a session: its token, shown this once.

    carried: what `begin` gave the same browser.

    Raises:
        Unauthorised: the answer is not to a question of this browser, or proves nothing.
        Forbidden: the settings give whoever it is no role.
        Conflict: their name is that of another account.
    """
    state, nonce, verifier = carried.split(".") if carried.count(".") == 2 else ("", "", "")
    if not state or not hmac.compare_digest(answer.get("state", "").encode(), state.encode()):
        raise Unauthorised("this sign-in was not begun in this browser, or was given up: begin again")
    if answer.get("iss", hub.settings.oidc_issuer) != hub.settings.oidc_issuer or "code" not in answer:
        raise Unauthorised("the provider did not sign you in")
    found = _discovered(hub.settings)
    sent = {
        "grant_type": "authorization_code", "code": answer["code"], "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }  # fmt: skip
    tokens = _tokens(hub.settings, found, sent)
    keys = KeySet.import_key_set(cast("KeySetSerialization", _json("GET", found["jwks_uri"])))
    claims = proved(hub.settings, tokens.get("id_token"), keys, nonce=nonce, at=at)
    wanted = {hub.settings.oidc_name_claim, hub.settings.oidc_roles_claim}
    if wanted - claims.keys() and "userinfo_endpoint" in found and "access_token" in tokens:
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        more = _json("GET", found["userinfo_endpoint"], headers=bearer)
        claims = {**more, **claims} if more.get("sub") == claims["sub"] else claims
    return _signed_in(hub, claims, at=at)


def proved(settings: Settings, token: Any, keys: KeySet, *, nonce: str, at: str) -> dict[str, Any]:
    """The claims of an ID token; raises Unauthorised unless it was made for this hub and sign-in."""
    moment = int(datetime.fromisoformat(at).timestamp())
    rules = jwt.JWTClaimsRegistry(
        now=moment, leeway=LEEWAY,
        iss={"essential": True, "value": str(settings.oidc_issuer)},
        aud={"essential": True, "value": str(settings.oidc_client_id)},
        nonce={"essential": True, "value": nonce}, exp={"essential": True}, iat={"essential": True},
        sub={"essential": True},
    )  # fmt: skip
    try:
        claims = dict(jwt.decode(str(token), keys, algorithms=ALGORITHMS).claims)
        rules.validate(claims)
    except (JoseError, ValueError) as error:
        log.warning("ID token refused", error=type(error).__name__)
        raise Unauthorised("what the provider sent proves nothing") from None
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else settings.oidc_client_id) != settings.oidc_client_id:
        raise Unauthorised("what the provider sent was meant for another")
    return claims


def role_of(settings: Settings, claims: Mapping[str, Any]) -> str:
    """The role that the first of the settings' groups gives which the person is in; raises Forbidden without one."""
    held = claims.get(settings.oidc_roles_claim) or []
    groups = {held} if isinstance(held, str) else set(map(str, held))
    for group, role in settings.oidc_roles.items():
        if group in groups:
            accounts.ensure_role(role)
            return role
    raise Forbidden("the provider knows you, and gives you no role in this hub: ask who runs it")


def _signed_in(hub: Hub, claims: Mapping[str, Any], *, at: str) -> str:
    provider, subject, role = str(hub.settings.oidc_issuer), str(claims["sub"]), role_of(hub.settings, claims)
    name = accounts.ensure_name(str(claims.get(hub.settings.oidc_name_claim) or subject).casefold())
    by = Author(f"oidc:{provider}", at)
    with hub.database.locked("accounts"), hub.database.write() as writer:
        account = stored.by_subject(writer, provider, subject)
        if account is None:
            if stored.by_name(writer, name) is not None:
                raise Conflict(f"there is an account {name} already, and it is not yours: ask who runs the hub")
            account = Account(
                name=name, display_name=name, password_hash=None, provider=provider, subject=subject, role=role,
                entity_type=None, created_at=at, disabled_at=None,
            )  # fmt: skip
            stored.add(writer, account)
            access_changes.record(
                writer, "account.created", f"user:{name}", author=by, detail={"role": role, "provider": provider}
            )
            log.info("account created", account=name, role=role, actor=by.actor)
        if account.disabled_at is not None:
            raise Unauthorised("this account is disabled")
        if account.role != role:
            said = {"before": account.role, "role": role}
            access_changes.record(writer, "account.role", f"user:{account.name}", author=by, detail=said)
            log.info("role changed", account=account.name, **said, actor=by.actor)
            account.role = role
            stored.end_sessions(writer, account.name)
        account.display_name = str(claims.get("name") or account.display_name)
        log.info("signed in", account=account.name)
        person, session = f"user:{account.name}", sessions.opened(hub, writer, account, at=at)
    let_go(hub, person, author=by)  # the provider may have given another role
    return session


def _discovered(settings: Settings) -> dict[str, Any]:
    """What the provider says of itself; asked each time, as people sign in rarely and keys change."""
    issuer = str(settings.oidc_issuer)
    found = _json("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise Unavailable("the provider calls itself something else than MDM_OIDC_ISSUER")
    missing = {"authorization_endpoint", "token_endpoint", "jwks_uri"} - found.keys()
    if missing:
        raise Unavailable(f"the provider does not say its {', '.join(sorted(missing))}")
    return found


def _tokens(settings: Settings, found: Mapping[str, Any], sent: dict[str, str]) -> dict[str, Any]:
    client = str(settings.oidc_client_id)
    if settings.oidc_client_secret is None:
        return _json("POST", found["token_endpoint"], data={**sent, "client_id": client})
    secret = settings.oidc_client_secret.get_secret_value()
    if "client_secret_basic" in found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
        return _json("POST", found["token_endpoint"], data=sent, auth=(client, secret))
    return _json("POST", found["token_endpoint"], data={**sent, "client_id": client, "client_secret": secret})


def _json(method: str, url: str, **options: Any) -> dict[str, Any]:
    """Ask the provider; its answers are never told to the person, nor logged: they may hold tokens."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise Unavailable("the provider has to be asked over TLS (https)")
    try:
        answer = httpx2.request(method, url, timeout=TIMEOUT, follow_redirects=False, **options)
        document = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise Unavailable(f"the provider cannot be asked ({type(error).__name__})") from None
    if answer.status_code == 400 and method == "POST":
        raise Unauthorised("the provider did not sign you in")
    if answer.status_code != 200 or not isinstance(document, dict):
        raise Unavailable(f"the provider cannot be asked (it answers {answer.status_code})")
    return document
