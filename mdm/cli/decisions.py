"""Commands that decide: merge, split and override golden records, and undo a decision."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.arguments import KEYS, DryRun, GoldenId, Reason, Supersede
from mdm.cli.output import Json

if TYPE_CHECKING:
    from mdm.services.decisions import Decided
    from mdm.services.preview import Decide, Preview


def merge(
    golden_ids: Annotated[list[str], typer.Argument(metavar="ID ID...", help="Two golden IDs or more.")],
    *,
    reason: Reason,
    supersede: Supersede = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Say that golden records are one thing; the oldest ID stays, the others redirect to it.

    Example: mdm merge cus_0000042 cus_0000077 --reason "same VAT number, confirmed by phone"
    """
    from mdm.services import decisions

    if len(golden_ids) < 2:
        raise typer.BadParameter("a merge needs at least two golden IDs", param_hint="ID ID...")
    _carry_out(
        lambda hub, author: decisions.merge(hub, golden_ids, reason=reason, author=author, supersede=supersede),
        dry_run=dry_run,
        as_json=as_json,
    )


def split(
    golden_id: GoldenId,
    keys: Annotated[list[Any], KEYS],
    *,
    reason: Reason,
    supersede: Supersede = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Say that some source records of a golden record are another thing.

    Example: mdm split cus_0000042 psa:customer:P-17 --reason "the sister company in Graz"
    """
    from mdm.services import decisions

    _carry_out(
        lambda hub, author: decisions.split(hub, golden_id, keys, reason=reason, author=author, supersede=supersede),
        dry_run=dry_run,
        as_json=as_json,
    )


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
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="The first day on which it no longer holds.")
    ] = None,
    until_source_changes: Annotated[
        bool, typer.Option("--until-source-changes", help="Only while what it overrules would still survive.")
    ] = False,
    supersede: Supersede = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Set an attribute of a golden record, whatever the sources say, until it is undone or ends.

    Example: mdm override cus_0000042 name "Acme Holding GmbH" --reason "commercial register" --until 2026-12-31
    """
    from mdm.services import overrides

    wanted = overrides.Wanted(golden_id, attribute, _read(value), until, until_source_changes)
    _carry_out(
        lambda hub, author: overrides.override(hub, wanted, reason=reason, author=author, supersede=supersede),
        dry_run=dry_run,
        as_json=as_json,
    )


def _read(value: str) -> Any:
    """A value as typed: JSON where it is a list or an object, otherwise the text itself."""
    import orjson

    try:
        return orjson.loads(value) if value[:1] in {"[", "{"} else value
    except orjson.JSONDecodeError:
        return value


def undo(
    decision_id: Annotated[str, typer.Argument(metavar="DECISION", help="A decision, such as dec_1234.")],
    *,
    reason: Reason = "",
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Take a decision back: everything becomes what it would be without it.

    Example: mdm undo dec_1234 --reason "wrong Graz"
    """
    from mdm.services import decisions

    _carry_out(
        lambda hub, author: decisions.undo(hub, decision_id, reason=reason, author=author),
        dry_run=dry_run,
        as_json=as_json,
    )


def _carry_out(decide: "Decide", *, dry_run: bool, as_json: bool) -> None:
    """Decide and show what it did, or only show what it would do."""
    from mdm.services.preview import preview

    with session.opened() as hub:
        if dry_run:
            _show_preview(preview(hub, decide, author=session.author()), as_json=as_json)
        else:
            show_decided(decide(hub, session.author()), as_json=as_json)


def _show_preview(found: "Preview", *, as_json: bool) -> None:
    if as_json:
        output.print_json({
            "dry_run": True, "decision_id": None, "golden_ids": found.golden_ids, "redirects": found.redirects,
            "changes": found.changes, "seq": None,
        })  # fmt: skip
        return
    output.say("Nothing was written. This would come of it:")
    output.say(f"Golden records: {', '.join(found.golden_ids)}")
    for old, current in found.redirects.items():
        output.say(f"{old} would lead to {current}")
    rows = [row for one in found.changes if one["type"].startswith("mdm.golden.") for row in _differences(one)]
    output.print_table("Values that would change", ("golden ID", "attribute", "before", "after"), rows)


def _differences(change: dict[str, Any]) -> list[list[object]]:
    before, after = ((change[side] or {}).get("attributes", {}) for side in ("before", "after"))
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return [[change["golden_id"], name, before.get(name), after.get(name)] for name in names]


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


COMMANDS = (merge, split, override, undo)
