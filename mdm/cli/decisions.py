"""Commands that decide: merge, split and override golden records, and undo a decision."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.arguments import KEYS, DryRun, GoldenId, Hold, Reason, Supersede
from mdm.cli.output import Json

if TYPE_CHECKING:
    from mdm.services.deciding.decisions import Decided
    from mdm.services.hub import Hub
    from mdm.services.stewarding.intents import Intent
    from mdm.services.stewarding.preview import Decide, Preview
    from mdm.services.stewarding.proposals import Proposed


def merge(
    golden_ids: Annotated[list[str], typer.Argument(metavar="ID ID...", help="Two golden IDs or more.")],
    *,
    reason: Reason,
    supersede: Supersede = False,
    hold: Hold = 0,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Say that golden records are one thing; the oldest ID stays, the others redirect to it.

    Example: mdm merge cus_0000042 cus_0000077 --reason "same VAT number, confirmed by phone"
    """
    from mdm.services.stewarding.intents import Intent

    if len(golden_ids) < 2:
        raise typer.BadParameter("a merge needs at least two golden IDs", param_hint="ID ID...")
    intent = Intent("merge", {"golden_ids": golden_ids, "reason": reason, "supersede": supersede})
    with session.opened() as hub:
        carry_out(hub, intent, hold=hold, dry_run=dry_run, as_json=as_json)


def split(  # noqa: PLR0913  a command's options are its parameters
    golden_id: GoldenId,
    keys: Annotated[list[Any], KEYS],
    *,
    reason: Reason,
    with_what_it_brought: Annotated[
        bool,
        typer.Option("--with-what-it-brought", help="Also what hangs together with the rest only through them."),
    ] = False,
    supersede: Supersede = False,
    hold: Hold = 0,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Say that some source records of a golden record are another thing.

    Example: mdm split cus_0000042 psa:customer:P-17 --reason "the sister company in Graz"
    """
    from mdm.services.deciding.brought import brought
    from mdm.services.stewarding.intents import Intent

    parts = {
        "golden_id": golden_id, "keys": [str(key) for key in keys], "reason": reason,
        "with_what_it_brought": with_what_it_brought, "supersede": supersede,
    }  # fmt: skip
    with session.opened() as hub:
        if dry_run and not as_json and (found := brought(hub, golden_id, keys)):
            leaves = "leaves too" if with_what_it_brought else "would leave too with --with-what-it-brought"
            output.say(f"Brought in by what is named, so that it {leaves}: {', '.join(map(str, found))}")
        carry_out(hub, Intent("split", parts), hold=hold, dry_run=dry_run, as_json=as_json)


def override(  # noqa: PLR0913  a decision has these parts
    golden_id: GoldenId,
    attribute: Annotated[str, typer.Argument(metavar="ATTRIBUTE", help="The attribute to set.")],
    value: Annotated[
        str,
        typer.Argument(
            metavar="VALUE", help='Its value; several as ["a", "b"], parts as {"city": "Graz"}, "" is none.'
        ),
    ],
    *,
    reason: Reason,
    valid_from: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Of a dated attribute: the first day it is about.")
    ] = None,
    valid_to: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="The first day that it is not about any more.")
    ] = None,
    valid_through: Annotated[
        str | None, typer.Option("--through", metavar="DATE", help="The last day that it is about.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="The first day on which it no longer holds.")
    ] = None,
    until_source_changes: Annotated[
        bool, typer.Option("--until-source-changes", help="Only while what it overrules would still survive.")
    ] = False,
    supersede: Supersede = False,
    hold: Hold = 0,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Set an attribute of a golden record, whatever the sources say, until it is undone or ends.

    Example: mdm override cus_0000042 name "Acme Holding GmbH" --reason "commercial register" --until 2026-12-31
    """
    from mdm.services.stewarding.intents import Intent

    parts = {
        "golden_id": golden_id, "attribute": attribute, "value": _read(value), "until": until,
        "valid_from": valid_from, "valid_to": valid_to, "valid_through": valid_through,
        "until_source_changes": until_source_changes, "reason": reason, "supersede": supersede,
    }  # fmt: skip
    with session.opened() as hub:
        carry_out(hub, Intent("override", parts), hold=hold, dry_run=dry_run, as_json=as_json)


def _read(value: str) -> Any:
    """A value as typed: JSON where it is a list or an object, otherwise the text itself."""
    import orjson

    try:
        return orjson.loads(value) if value[:1] in {"[", "{"} else value
    except orjson.JSONDecodeError:
        return value


def undo(
    decision_id: Annotated[
        str, typer.Argument(metavar="DECISION", help="A decision or a proposal, such as dec_1234 or pro_1234.")
    ],
    *,
    reason: Reason = "",
    hold: Hold = 0,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Take a decision back: everything becomes what it would be without it. A proposal that is open is withdrawn.

    Example: mdm undo dec_1234 --reason "wrong Graz"
    """
    from mdm.services.stewarding import proposals
    from mdm.services.stewarding.intents import Intent

    with session.opened() as hub:
        if dry_run:
            undone = decision_id
            if proposals.is_proposal_id(decision_id):
                undone = proposals.get(hub, decision_id)["decision_id"]
            if undone is None:
                raise typer.BadParameter(f"{decision_id} has no effect that could be taken back", param_hint="DECISION")
            intent = Intent("undo", {"decision_id": undone, "reason": reason})
            carry_out(hub, intent, dry_run=True, as_json=as_json)
        else:
            found = proposals.take_back(hub, decision_id, reason=reason, author=session.author(), hold=hold)
            show_decided(found, as_json=as_json)


def carry_out(hub: "Hub", intent: "Intent", *, hold: int = 0, dry_run: bool, as_json: bool) -> None:
    """Decide, hold or propose, and show what it did; or only show what it would do."""
    from mdm.services.stewarding import intents, proposals

    if dry_run:
        preview_of(hub, lambda tried, author: intents.carry_out(tried, intent, author), as_json=as_json)
    else:
        show_decided(proposals.decide(hub, intent, author=session.author(), hold=hold), as_json=as_json)


def preview_of(hub: "Hub", decide: "Decide", *, as_json: bool) -> None:
    """Show what a decision would do."""
    from mdm.services.stewarding.preview import preview

    _show_preview(preview(hub, decide, author=session.author()), as_json=as_json)


def _show_preview(found: "Preview", *, as_json: bool) -> None:
    if as_json:
        output.print_json({
            "dry_run": True, "decision_id": None, "golden_ids": found.golden_ids, "redirects": found.redirects,
            "needs": found.needs, "changes": found.changes, "seq": None,
        })  # fmt: skip
        return
    output.say("Nothing was written. This would come of it:")
    output.say(f"Golden records: {', '.join(found.golden_ids)}")
    for old, current in found.redirects.items():
        output.say(f"{old} would lead to {current}")
    for need in found.needs:
        output.say(f"A second person would have to approve it: {need}")
    rows = [row for one in found.changes if one["type"].startswith("mdm.golden.") for row in _differences(one)]
    output.print_table("Values that would change", ("golden ID", "attribute", "before", "after"), rows)


def _differences(change: dict[str, Any]) -> list[list[object]]:
    before, after = ((change[side] or {}).get("attributes", {}) for side in ("before", "after"))
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    rows: list[list[object]] = [[change["golden_id"], name, before.get(name), after.get(name)] for name in names]
    was, will = ((change[side] or {}).get("dated", {}) for side in ("before", "after"))
    changed = sorted(name for name in was.keys() | will.keys() if was.get(name) != will.get(name))
    return rows + [[change["golden_id"], f"{name} by day", *map(_by_day, (was, will), [name] * 2)] for name in changed]


def _by_day(dated: dict[str, Any], name: str) -> list[str]:
    return [
        f"{output.words(one['value'])} {output.days(one['valid_from'], one['valid_to'])}".strip()
        for one in dated.get(name, ())
    ]


def show_decided(decided: "Decided | Proposed", *, as_json: bool) -> None:
    """Print a decision as HTTP gives it: its id, the golden records concerned, and IDs that redirect."""
    from mdm.services.stewarding.bulk_decisions import DecidedMany
    from mdm.services.stewarding.proposals import Proposed

    if isinstance(decided, Proposed):
        show_proposed(decided.document, as_json=as_json)
        return
    many = {"tasks": decided.tasks, "left_out": decided.left_out} if isinstance(decided, DecidedMany) else {}
    if as_json:
        output.print_json({
            "decision_id": decided.decision_id, "golden_ids": decided.golden_ids, "redirects": decided.redirects,
            "seq": decided.position, **many,
        })  # fmt: skip
        return
    output.say(f"Decided: {decided.decision_id} (take it back with `mdm undo {decided.decision_id}`)")
    if isinstance(decided, DecidedMany):
        show_many(decided.tasks, decided.left_out)
        return
    output.say(f"Golden records: {', '.join(decided.golden_ids)}")
    for old, current in decided.redirects.items():
        output.say(f"{old} now leads to {current}")


def show_many(tasks: int, left_out: list[dict[str, Any]]) -> None:
    """Print how many tasks a bulk decision is about, and which it leaves out."""
    output.say(f"Tasks: {tasks:,}" + (f", and {len(left_out):,} left out:" if left_out else ""))
    for one in left_out:
        output.say(f"  {one['id']}: {one['because']}")


def show_proposed(document: dict[str, Any], *, as_json: bool) -> None:
    """Print what stands of a decision that is not in force: when it will be, or who has to approve it."""
    if as_json:
        output.print_json(document)
        return
    id_ = document["proposal_id"]
    if document["status"] == "held":
        carried_out = "then the server or `mdm worker` carries it out"
        output.say(f"Held: {id_} until {document['due']}; {carried_out} (take it back with `mdm undo {id_}`)")
    elif document["status"] == "proposed":
        output.say(f"Proposed: {id_} (a second person approves it with `mdm proposals approve {id_}`)")
        for need in document["needs"]:
            output.say(f"Because of: {need}")
    else:
        output.say(f"{document['status'].replace('_', ' ').capitalize()}: {id_}")


COMMANDS = (merge, split, override, undo)
