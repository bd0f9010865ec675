"""What a browser brings: the cookie of a session, the token that its forms carry, and whether a page of ours sent it.

Source: RFC 6265bis (`__Host-` cookies), Fetch Metadata (`Sec-Fetch-Site`), OWASP's cheat sheet on forged requests.
"""

import re
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from starlette.responses import Response

from mdm.errors import Forbidden, InvalidInput
from mdm.services.access import sessions
from mdm.services.access.sessions import Session

COOKIE = "__Host-mdm"
"""Sent back only to the host that set it, over TLS or to this machine itself, and seen by no script."""
TOKEN_HEADER, TOKEN_FIELD = "x-csrf-token", "csrf_token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
STOP_VIEWING = "/view-as/stop"
"""Where an admin who looks at the hub as another role stops doing so: all that they may send meanwhile."""
FIELDS = 1_000
_WITHIN = re.compile(r"/(?!/)[\w\-.~%!$&'()*+,;=:@/?]*", re.ASCII)


def token_of(request: Request) -> str | None:
    """The token of a session that the browser carries, if any."""
    return request.cookies.get(COOKIE) or None


def carry(response: Response, token: str) -> None:
    """Have the browser carry a session's token until it is closed; the hub itself ends sessions earlier."""
    response.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="lax")


def drop(response: Response) -> None:
    """Have the browser forget its session."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def ensure_own(request: Request, session: Session) -> None:
    """Raise Forbidden unless a request that changes something came from a page of this very session."""
    if request.method in SAFE:
        return
    ensure_same_site(request)
    if session.viewing_as is not None and request.url.path != STOP_VIEWING:
        raise Forbidden(f"you look at the hub as a {session.viewing_as} does: nothing can be changed until you stop")
    given = request.headers.get(TOKEN_HEADER) or fields(request).get(TOKEN_FIELD, "")
    if not sessions.is_csrf_token(session, given):
        raise Forbidden(
            f"the request lacks the token of this session: load the page again and repeat it (header"
            f" X-CSRF-Token, or field {TOKEN_FIELD} of a form)"
        )


def ensure_same_site(request: Request) -> None:
    """Raise Forbidden when the browser says that a page of another site sent it."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        # `none` is a person who loads a form again. A browser that says so needs no more looking at.
        strange = site not in {"same-origin", "none"}
    else:
        strange = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if strange:
        raise Forbidden("the request came from a page of another site")


def fields(request: Request) -> dict[str, str]:
    """The fields of a form that was sent; of several with one name the last."""
    body: bytes = request.scope.get("form", b"")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS))
    except ValueError:
        raise InvalidInput(f"the form is not UTF-8, or has more than {FIELDS:,} fields") from None


def path_within(written: str | None) -> str:
    """The address within the hub to go on to: the one that was asked for, or home where it leads elsewhere."""
    # Anything odd is refused, because browsers read some odd addresses as those of another host.
    return written if written and _WITHIN.fullmatch(written) else "/"
