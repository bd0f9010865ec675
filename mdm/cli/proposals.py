"""Commands about proposals: decisions that are held, or wait for a second person."""

from typing import Annotated, Literal

import typer

from mdm.cli import output, session
from mdm.cli.arguments import DryRun, Reason
from mdm.cli.decisions import preview_of, show_decided, show_proposed
from mdm.cli.output import Json

HELP = "Decisions that are held or wait for a second person: list, show, approve, refuse, withdraw."
app = typer.Typer()
ProposalId = Annotated[str, typer.Argument(metavar="PROPOSAL", help="A proposal, such as pro_1234.")]
Status = Literal["open", "held", "proposed", "carried_out", "refused", "withdrawn", "overtaken"]


@app.command("list")
def listed(
    *,
    entity_type: Annotated[str | None, typer.Option("--type", help="Only this entity type.")] = None,
    status: Annotated[Status, typer.Option(help="Open ones, or those of which this became.")] = "open",
    cursor: Annotated[str | None, typer.Option(help="Go on from here: `next` of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most to list.")] = 20,
    as_json: Json = False,
) -> None:
    """List proposals, newest first.

    Example: mdm proposals list --status proposed
    """
    from mdm.services.stewarding import proposals

    with session.opened() as hub:
        page = proposals.page(hub, entity_type=entity_type, status=status, cursor=cursor, limit=limit)
    if as_json:
        output.print_json(page)
        return
    columns = ("proposal_id", "status", "action", "entity_type", "proposer", "proposed_at", "due", "needs")
    rows = [[one[name] for name in columns] for one in page["items"]]
    output.print_table("Proposals", [name.replace("_", " ") for name in columns], rows)
    if page["next"]:
        output.say(f"There are more: --cursor {page['next']}")


@app.command()
def show(proposal_id: ProposalId, *, as_json: Json = False) -> None:
    """Show one proposal: what is to be decided, why a second person has to approve it, and what became of it.

    Example: mdm proposals show pro_1234
    """
    from mdm.services.stewarding import proposals

    with session.opened() as hub:
        found = proposals.get(hub, proposal_id)
    if as_json:
        output.print_json(found)
        return
    output.print_fields(found["proposal_id"], {**found, **{f"its {name}": one for name, one in found["parts"].items()},
                                               "parts": None})  # fmt: skip


@app.command()
def approve(
    proposal_id: ProposalId,
    *,
    reason: Annotated[str | None, typer.Option(help="Why, for whoever asks later.")] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Approve what somebody else has proposed: it is checked again, and carried out.

    Example: mdm proposals approve pro_1234 --reason "looked up in the register"
    """
    from mdm.services.stewarding import proposals

    with session.opened() as hub:
        if dry_run:
            preview_of(
                hub,
                lambda tried, author: proposals.approve(tried, proposal_id, reason=reason, author=author),
                as_json=as_json,
            )
            return
        decided = proposals.approve(hub, proposal_id, reason=reason, author=session.author())
    show_decided(decided, as_json=as_json)


@app.command()
def refuse(proposal_id: ProposalId, *, reason: Reason, as_json: Json = False) -> None:
    """Refuse what somebody else has proposed; who proposed it can see why.

    Example: mdm proposals refuse pro_1234 --reason "two firms of one group"
    """
    from mdm.services.stewarding import proposals

    with session.opened() as hub:
        found = proposals.refuse(hub, proposal_id, reason=reason, author=session.author())
    show_proposed(found, as_json=as_json)


@app.command()
def withdraw(
    proposal_id: ProposalId,
    *,
    reason: Annotated[str | None, typer.Option(help="Why, for whoever asks later.")] = None,
    as_json: Json = False,
) -> None:
    """Withdraw what you have proposed, before it has any effect.

    Example: mdm proposals withdraw pro_1234
    """
    from mdm.services.stewarding import proposals

    with session.opened() as hub:
        found = proposals.withdraw(hub, proposal_id, reason=reason, author=session.author())
    show_proposed(found, as_json=as_json)
