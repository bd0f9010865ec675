"""Deciding about golden records by sending a form: held for a while, and taken back by one key meanwhile."""

from urllib.parse import urlencode

from starlette.responses import Response

from mdm.api.caller import Caller
from mdm.services.stewarding import proposals
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.proposals import Proposed


def carried_out(caller: Caller, intent: Intent, address: str, *, hold: int) -> Response:
    """Decide as every decision made at the desk, held for some seconds, and lead to an address that tells of it."""
    found = proposals.decide(caller.hub, intent, author=caller.author(), hold=hold)
    held = f"?{urlencode({'held': found.document['proposal_id']})}" if isinstance(found, Proposed) else ""
    return Response(status_code=303, headers={"Location": address + held})
