"""The command about how a golden record came about, and what is different between any two of its versions."""

from typing import Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.arguments import AsOf, GoldenId, On
from mdm.cli.output import Json

Document = dict[str, Any]
DECISION = (
    "decision_id", "action", "verdict", "left", "right", "attribute", "value", "until", "undoes", "reason", "actor",
    "approved_by", "recorded_at", "in_force",
)  # fmt: skip
WORDS = {
    "override_set": "a person set it",
    "override_ended": "what a person had set no longer holds",
    "record_came": "the winning record came",
    "record_went": "the winning record went",
    "source_changed_value": "a source changed what it says",
    "other_record_won": "another record wins",
    "rules_changed": "the rules changed",
    "meaning_changed": "a code list, or what is referred to, changed",
    "time_passed": "trust fell as time passed",
}


def history(
    golden_id: GoldenId,
    *,
    as_of: AsOf = None,
    diff: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="FROM TO", help="What changed from one to the other: versions, dates or times, @POSITION, or now."
        ),
    ] = None,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Show how a golden record came about: versions, merges and splits, records that came and went, decisions.

    Example: mdm history cus_0000042 --diff 3 5
    """
    if diff is not None and as_of is not None:
        raise typer.BadParameter("--diff names both its moments; leave out --as-of")
    if on is not None and diff is None:
        raise typer.BadParameter("--on goes with --diff: versions are told as they are")
    from mdm.services.reading.differences import difference
    from mdm.services.reading.golden import history as told

    with session.opened() as hub:
        found = told(hub, golden_id, as_of=as_of) if diff is None else difference(hub, golden_id, *diff, on=on)
    if as_json:
        output.print_json(found)
    elif diff is None:
        _print_history(found)
    else:
        _print_difference(found)


def title(found: Document) -> str:
    """A golden ID with what became of it."""
    words = f"{found['golden_id']} ({found['status']}"
    if "current_id" in found:
        words += f" into {found['current_id']}, shown here"
    if "successors" in found:
        words += f"; successors {', '.join(found['successors'])}"
    return words + (f"), version {found['version']}" if "version" in found else ")")


def _print_history(found: Document) -> None:
    versions = [(str(one["version"]), one["recorded_at"], one["attributes"]) for one in found["versions"]]
    output.print_table(f"{title(found)}: versions", ("version", "recorded", "attributes"), versions)
    moves = [(one["key"], one["golden_id"], str(one["since"]), str(one["until"] or "")) for one in found["moves"]]
    _print_merges(found["merges"])
    output.print_table("Source records", ("key", "golden ID", "since", "until"), moves)
    _print_decisions(found["decisions"])


def _print_difference(found: Document) -> None:
    sides = [found["from"], found["to"]]
    named = [title({"golden_id": found["golden_id"], **side}) for side in sides]
    output.say(f"From {named[0]}, recorded {sides[0]['recorded_at']}")
    output.say(f"to   {named[1]}, recorded {sides[1]['recorded_at']}")
    rows = [
        (name, one["change"], one.get("from"), one.get("to"), *_winners(one), [WORDS[why] for why in one["because"]])
        for name, one in found["attributes"].items()
    ]
    columns = ("attribute", "", "from", "to", "won then", "wins", "because")
    output.print_table("Values" if rows else "No value is different", columns, rows)
    changes = [(fate, one["source"], one["source_id"]) for fate in ("came", "went") for one in found["crosswalk"][fate]]
    if changes:
        output.print_table("Source records", ("", "source", "id"), changes)
    _print_merges(found["merges"])
    _print_decisions(found["decisions"])


def _winners(entry: Document) -> list[str]:
    return [
        ", ".join(dict.fromkeys(_named(place) for place in entry["winners"][side])) or "" for side in ("from", "to")
    ]


def _named(place: Document) -> str:
    return place["decision_id"] if "decision_id" in place else f"{place['source']}:{place['source_id']}"


def _print_merges(merges: list[Document]) -> None:
    if merges:
        columns = ("", "from", "to", "at", "recorded", "records", "decided by")
        rows = [
            (one["event"], one["from"], one["to"], str(one["position"]), one["recorded_at"], one["keys"],
             one["decisions"])
            for one in merges
        ]  # fmt: skip
        output.print_table("Merges and splits", columns, rows)


def _print_decisions(decisions: list[Document]) -> None:
    if decisions:
        rows = [[{**one, **_ends(one)}.get(name) for name in DECISION] for one in decisions]
        output.print_table("Decisions", [name.replace("_", " ") for name in DECISION], rows)


def _ends(decision: Document) -> Document:
    """The ends of the pairs of a bulk decision, to stand where those of others do, and when else a value ends."""
    pairs = decision.get("pairs", [])
    ends: Document = {"left": [left for left, _ in pairs], "right": [right for _, right in pairs]} if pairs else {}
    if decision.get("until_source_changes"):
        ends["until"] = "; ".join([*filter(None, [decision["until"]]), "a source changes"])
    return ends


COMMANDS = (history,)
