"""Commands about golden records: what is true, and where it came from."""

from typing import Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.arguments import AsOf, GoldenId, On
from mdm.cli.history import title
from mdm.cli.output import Json
from mdm.errors import NotFound

Document = dict[str, Any]
NAMED = {"version": "version", "event_time": "of"}
"""How it is put what a source names of a version that has not come."""


def golden(golden_id: GoldenId, *, as_of: AsOf = None, on: On = None, as_json: Json = False) -> None:
    """Show a golden record, whatever has happened to its ID.

    Example: mdm golden cus_0000042 --as-of 2026-03-03
    """
    from mdm.services.reading.golden import get

    with session.opened() as hub:
        found = get(hub, golden_id, as_of=as_of, on=on)
        lines = hub.entity_type(found["entity_type"]).lines
    if as_json:
        output.print_json(found)
        return
    output.print_fields(title(found), {name: value for name, value in found["attributes"].items() if name not in lines})
    if "missing" in found:
        output.say(f"Required, and no valid value is there: {', '.join(found['missing'])}")
    for name in lines:
        _print_lines(name, found["attributes"].get(name, []))
    for name, timeline in found.get("dated", {}).items():
        _print_lines(f"{name} by day", timeline)
    print_crosswalk(found["crosswalk"])


def print_crosswalk(crosswalk: list[Document]) -> None:
    """Show the source records behind a golden record, and of which of them a newer version is to be fetched."""
    behind = ("fetch again",) if any("needs_refetch" in one for one in crosswalk) else ()
    rows = [(one["source"], one["source_id"], *(_behind(one) for _ in behind)) for one in crosswalk]
    output.print_table("Crosswalk", ("source", "id", *behind), rows)


def _behind(entry: Document) -> str:
    if "needs_refetch" not in entry:
        return ""
    named = entry["needs_refetch"]
    return " ".join(f"{word} {named[name]}" for name, word in NAMED.items() if name in named) or "yes"


def _print_lines(name: str, lines: list[Document]) -> None:
    days = ("valid_from", "valid_to")
    columns = [*dict.fromkeys(field for line in lines for field in line if field not in days), *days]
    if lines:
        output.print_table(name, columns, [[line.get(field) for field in columns] for line in lines])


def lineage(
    golden_id: GoldenId,
    attribute: Annotated[str | None, typer.Argument(metavar="ATTRIBUTE", help="Only this attribute.")] = None,
    *,
    as_of: AsOf = None,
    on: On = None,
    flips: Annotated[bool, typer.Option("--flips", help="Also what would make each other value survive.")] = False,
    as_json: Json = False,
) -> None:
    """Show where each value came from: winner, losers and why they lost, file and line.

    With --flips also the smallest change of each kind after which another value would survive: undoing a decision,
    more trust in its source, another event time, values withdrawn, more records that say the same, an earlier place.

    Example: mdm lineage cus_0000042 name --flips
    """
    from mdm.services.reading import golden as service
    from mdm.services.reading import value_flips

    with session.opened() as hub:
        told = value_flips.lineage_and_flips if flips else service.lineage
        found = told(hub, golden_id, as_of=as_of, on=on)
    if attribute is not None:
        found["lineage"] = {attribute: _only(found["lineage"], attribute, golden_id)}
    if as_json:
        output.print_json(found)
        return
    rows = [row for name, entry in found["lineage"].items() for row in _lineage_rows(name, entry)]
    output.print_table(
        title(found), ("attribute", "", "source", "id", "value", "event time", "file", "line", "because"), rows
    )
    _print_contradictions(found["lineage"])
    if flips:
        _print_flips(found["lineage"])


def _print_flips(lineage: Document) -> None:
    rows = [
        (name, one["source"], one["source_id"], one["value"], change["words"])
        for name, entry in lineage.items() for one in entry.get("flips", ())
        for change in one["changes"] or [{"words": "no single change makes it"}]
    ]  # fmt: skip
    if rows:
        output.print_table("Would survive instead", ("attribute", "source", "id", "value", "if"), rows)
    else:
        output.say("No source says anything else.")


def _print_contradictions(lineage: Document) -> None:
    """Say where a record has two lines for one day, and where a key has none between its first and its last."""
    entries = [(name, entry) for name, entry in lineage.items() if "gaps" in entry]
    overlaps = [(name, one) for name, entry in entries for one in entry["overlaps"]]
    gaps = [(name, one) for name, entry in entries for one in entry["gaps"]]
    if overlaps:
        columns = ("attribute", "source", "id", "taken", "instead of", "file", "line")
        rows = [_overlap(name, one) for name, one in overlaps]
        output.print_table("Overlaps: a record has several lines for one day", columns, rows)
    if gaps:
        output.print_table(
            "Gaps: no line holds", ("attribute", "key"), [(_with_days(name, one), one["key"]) for name, one in gaps]
        )


def _overlap(name: str, one: Document) -> list[object]:
    places = [f"{name}.{index}" for index in (one["index"], *one["covers"])]
    found = [_with_days(name, one), one["source"], one["source_id"], f"{places[0]}: {output.words(one.get('value'))}"]
    return [*found, places[1:], one.get("file"), str(one.get("line") or "")]


def _with_days(attribute: str, place: Document) -> str:
    """Name an attribute, and of dated lines the days: `lines 2026-01-01 to 2026-07-01`, its last day not included."""
    if "valid_from" not in place:
        return attribute
    return f"{attribute} {place['valid_from'] or '…'} to {place['valid_to'] or '…'}"


def _only(lineage: Document, attribute: str, golden_id: str) -> Any:
    from mdm.entity_types import hint

    if attribute not in lineage:
        raise NotFound(f"{golden_id} has no value for {attribute!r}{hint(attribute, lineage)}")
    return lineage[attribute]


def _lineage_rows(attribute: str, entry: Document) -> list[list[object]]:
    winners = entry["winners"] if "winners" in entry else [entry["winner"]] if "winner" in entry else []
    rows = [_place(attribute, "wins", place, _why(place, entry)) for place in winners]
    return rows + [_place(attribute, "loses", place, place["because"]) for place in entry["losers"]]


def _why(winner: Document, entry: Document) -> str:
    if "decision_id" not in winner:
        return f"strategy {entry['strategy']}" + (f", step {entry['step']}" if "step" in entry else "")
    ends = [f"until {winner['until']}"] if winner.get("until") else []
    ends += ["until the source value changes"] if winner.get("until_source_changes") else []
    set_by = f"{winner['decision_id']} by {winner['actor']} on {winner['recorded_at'][:10]}"
    return ", ".join([f"{set_by}: {winner.get('reason', '')}", *ends])


def _place(attribute: str, fate: str, place: Document, because: str) -> list[object]:
    because += f"; flagged: {', '.join(place['flagged'])}" if "flagged" in place else ""
    told = [place.get(name) for name in ("source", "source_id", "value", "event_time", "file")]
    line = place.get("line")
    return [_with_days(attribute, place), fate, *told, str(line) if line else "", because]


COMMANDS = (golden, lineage)
