"""Commands that decide: merge and split golden records, and undo a decision."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.arguments import KEYS, GoldenId, Reason, Supersede
from mdm.cli.output import Json

if TYPE_CHECKING:
    from mdm.services.decisions import Decided


def merge(
    golden_ids: Annotated[list[str], typer.Argument(metavar="ID ID...", help="Two golden IDs or more.")],
    *,
    reason: Reason,
    supersede: Supersede = False,
    as_json: Json = False,
) -> None:
    """Say that golden records are one thing; the oldest ID stays, the others redirect to it.

    Example: mdm merge cus_0000042 cus_0000077 --reason "same VAT number, confirmed by phone"
    """
    from mdm.services import decisions

    if len(golden_ids) < 2:
        raise typer.BadParameter("a merge needs at least two golden IDs", param_hint="ID ID...")
    with session.opened() as hub:
        decided = decisions.merge(hub, golden_ids, reason=reason, author=session.author(), supersede=supersede)
    show_decided(decided, as_json=as_json)


def split(
    golden_id: GoldenId,
    keys: Annotated[list[Any], KEYS],
    *,
    reason: Reason,
    supersede: Supersede = False,
    as_json: Json = False,
) -> None:
    """Say that some source records of a golden record are another thing.

    Example: mdm split cus_0000042 psa:customer:P-17 --reason "the sister company in Graz"
    """
    from mdm.services import decisions

    with session.opened() as hub:
        decided = decisions.split(hub, golden_id, keys, reason=reason, author=session.author(), supersede=supersede)
    show_decided(decided, as_json=as_json)


def undo(
    decision_id: Annotated[str, typer.Argument(metavar="DECISION", help="A decision, such as dec_1234.")],
    *,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Take a decision back: everything becomes what it would be without it.

    Example: mdm undo dec_1234 --reason "wrong Graz"
    """
    from mdm.services import decisions

    with session.opened() as hub:
        decided = decisions.undo(hub, decision_id, reason=reason, author=session.author())
    show_decided(decided, as_json=as_json)


def show_decided(decided: "Decided", *, as_json: bool) -> None:
    """Print a decision as HTTP gives it: its id, the golden records concerned, and IDs that redirect."""
    if as_json:
        output.print_json({
            "decision_id": decided.decision_id, "golden_ids": decided.golden_ids, "redirects": decided.redirects,
            "seq": decided.position,
        })  # fmt: skip
        return
    output.say(f"Decided: {decided.decision_id} (take it back with `mdm undo {decided.decision_id}`)")
    output.say(f"Golden records: {', '.join(decided.golden_ids)}")
    for old, current in decided.redirects.items():
        output.say(f"{old} now leads to {current}")


COMMANDS = (merge, split, undo)
