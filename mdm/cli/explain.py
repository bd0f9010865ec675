"""Commands that explain: why two records match or not, and how the records of a golden ID became one."""

from typing import Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.arguments import END, AsOf, GoldenId
from mdm.cli.output import Json

Document = dict[str, Any]


def why(
    left: Annotated[str, END],
    right: Annotated[str, END],
    *,
    chart: Annotated[
        str | None, typer.Option(metavar="FILE", help="Also draw it as a waterfall, a page for a browser: .html")
    ] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show the evidence for a pair of source records, whether they match or not, and what brings them together.

    For a golden ID the likeliest pair of its records of now is shown; `pairs` of --json lists the others.

    What people decided about the pair is told with the evidence on which they did. Last comes the smallest change that
    would give the pair another outcome: the fewest attributes at other levels, then the least change of weight.

    Example: mdm why crm:customer:0015g erp:customer:100042 --chart why.html
    """
    from mdm.services.reading import between, explain

    output.ensure_one_answer(chart, as_json=as_json)
    with session.opened() as hub:
        asked = between.asked(hub, left, right)
        if chart is None:
            found = explain.why(hub, asked.left, asked.right, as_of=as_of)
        else:
            found = explain.chart(hub, asked.left, asked.right, file=chart, as_of=as_of)
    found |= {"pairs": asked.pairs}
    if as_json:
        output.print_json(found)
        return
    with output.beside(chart):
        output.say(f"{found['left']} and {found['right']}")
        show_evidence(found)
        _show_flips(found)
        if chart is not None:
            output.say(f"Written: {chart}")


def show_evidence(evidence: Document) -> None:
    """Print the weights that sum to the whole, what they mean, and whether the two are ever compared."""
    rows = [("", "prior", "", f"{evidence['prior']:+.3f}")]
    rows += [(one["attribute"], one["level"], one["words"], f"{one['weight']:+.3f}") for one in evidence["comparisons"]]
    rows.append(
        (
            "",
            evidence["outcome"],
            f"probability {evidence['match_probability']:.4f}",
            f"{evidence['match_weight']:+.3f}",
        )
    )
    output.print_table("Evidence, in bits", ("attribute", "level", "in words", "weight"), rows)
    if evidence["keys"]:
        output.say(f"Blocking keys in common: {output.words(evidence['keys'])}")
    if evidence["candidate"] is False:
        _show_blocking(evidence)
    for one in evidence.get("decisions", ()):
        _show_decision(one)


def _show_flips(found: Document) -> None:
    """Say what would give the pair another outcome, and what would keep it as it is all the same."""
    rows = [
        (flip["outcome"], one["attribute"], one["level"], f"{one['to']} ({one['words']})",
         f"{one['weight']:+.3f} to {one['to_weight']:+.3f}", f"{flip['match_weight']:+.3f}")
        for flip in found["flips"] for one in flip["changes"]
    ]  # fmt: skip
    columns = ("would be", "if", "were not", "but", "weight", "in all")
    output.print_table("The smallest changes that would flip it", columns, rows)
    for flip in found["flips"]:
        if not flip["changes"]:
            output.say(f"No change of a few attributes would make it {flip['outcome']}.")
    for one in found["in_the_way"]:
        output.say(f"In the way: {one['words']}.")


def _show_decision(decision: Document) -> None:
    """Say who decided what of a pair, and on what evidence."""
    holds = "" if decision["in_force"] else ", no longer in force"
    who = f"{decision['actor']} at {decision['recorded_at']} ({decision['decision_id']}{holds})"
    output.say(f"{who} decided: {decision['verdict']}. {decision['reason']}")
    then = decision["evidence"]
    if then is not None:
        lines = ", ".join(f"{one['attribute']} {one['level']} {one['weight']:+.3f}" for one in then["comparisons"])
        output.say(f"  Evidence then: {then['outcome']}, {then['match_weight']:+.3f} bits ({lines})")


def _show_blocking(evidence: Document) -> None:
    """Say why the two never meet, rule by rule."""
    output.say("No blocking rule brings the two together, so they are never compared, whatever their weight.")
    rules = [(rule["rule"], rule["words"]) for rule in evidence["blocking"]]
    output.print_table("What would have brought them together", ("rule", "what is in the way"), rows=rules)


def how(golden_id: GoldenId, *, as_json: Json = False) -> None:
    """Show the steps by which the records of a golden ID became one, and which of them holds the least.

    Example: mdm how cus_0000042
    """
    from mdm.services.reading.how import how as service

    with session.opened() as hub:
        found = service(hub, golden_id)
    if as_json:
        output.print_json(found)
        return
    leads = f", shown is {found['current_id']}" if "current_id" in found else ""
    size = f"{len(found['members']):,} records, {len(found['steps']):,} steps"
    output.print_table(
        f"{found['golden_id']} ({found['status']}{leads}): {size}",
        ("step", "left", "right", "tied by", "weight", "edges", "because"),
        [_step(step) for step in found["steps"]],
    )
    output.say(weakest_words(found))
    for one in found["hanging"]:
        output.say(f"{one['key']} is deleted and hangs on {one['on']}")


def _step(step: Document) -> list[object]:
    tie = step["tie"]
    weight = "" if tie["weight"] is None else f"{tie['weight']:+.3f}"
    ends = f"{tie['left']} and {tie['right']}"
    return [step["step"], _side(step["left"]), _side(step["right"]), ends, weight, step["edges"], tie["words"]]


def _side(side: Document) -> str:
    return str(side["key"]) if "key" in side else f"step {side['step']}: {side['records']:,} records"


def weakest_words(found: Document) -> str:
    """Name the weakest bridge, or say why there is none."""
    if not found["steps"]:
        return "A single record: nothing had to be joined."
    if found["weakest"] is None:
        return "No weakest bridge: only decisions hold these records together."
    step = found["steps"][found["weakest"] - 1]
    tie, edges = step["tie"], step["edges"]
    across = "a single edge" if edges == 1 else f"{edges:,} edges, the strongest of them"
    return (
        f"Weakest bridge: step {step['step']}, {across} with {tie['weight']:+.3f} bits ({tie['words']}). "
        f"Without it {step['left']['records']:,} and {step['right']['records']:,} records would stand apart."
    )


COMMANDS = (why, how)
