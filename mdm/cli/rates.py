"""The commands about rates: which one is in force and why, and what is wrong with dated lines."""

from typing import Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.arguments import AsOf
from mdm.cli.history import title
from mdm.cli.output import Json

Document = dict[str, Any]
HELP = "What is wrong with dated lines: check."
app = typer.Typer()
NO_RATE = 1
Card = Annotated[
    str,
    typer.Argument(
        metavar="CARD", help="A card, or whom the rate is for: a golden ID, or a source key source:type:id."
    ),
]
Day = Annotated[str, typer.Argument(metavar="DATE", help="The day, such as 2026-03-01.")]


def rate(  # noqa: PLR0913  what can be asked for
    card: Card,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="The role, as a code, its label or an alias.")],
    currency: Annotated[str, typer.Argument(metavar="CURRENCY", help="The currency, such as EUR.")],
    on: Day,
    *,
    grade: Annotated[str | None, typer.Option(help="The grade, where lines differ by it.")] = None,
    unit: Annotated[str | None, typer.Option(help="The unit, where lines differ by it.")] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show the rate in force on a day and why; exit 1 where there is none, or several are meant.

    CARD may be a rate card, or a customer or legal entity: then the nearest card that has a rate answers.

    Example: mdm rate cus_0000042 manager EUR 2026-03-01 --unit hour
    """
    fields = {"role": role, "currency": currency, "grade": grade, "unit": unit}
    _answer(card, {name: value for name, value in fields.items() if value is not None}, on, as_of, as_json=as_json)


def tax_rate(  # noqa: PLR0913  what can be asked for
    card: Card,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="The code of the tax rule, such as A1.")],
    on: Day,
    *,
    country: Annotated[str | None, typer.Option(help="Only the rules of this country.")] = None,
    of: Annotated[str, typer.Option(metavar="TYPE", help="The entity type of the tax rules.")] = "tax_rule",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show the tax rate in force on a day and why; exit 1 where there is none, or several are meant.

    CARD may be a tax rule, or a legal entity (or a customer of one): then its rule for the item answers.

    Example: mdm tax-rate le_0000042 A1 2026-03-01
    """
    fields = {"code": item} | ({} if country is None else {"country": country})
    _answer(card, fields, on, as_of, of=of, as_json=as_json)


def _answer(
    about: str, fields: dict[str, str], on: str, as_of: str | None, *, as_json: bool, of: str | None = None
) -> None:
    from mdm.services.pricing import rates
    from mdm.services.pricing.rate_question import Question

    with session.opened() as hub:
        found = rates.rate(hub, Question(about, fields, on, of), as_of=as_of)
    if as_json:
        output.print_json(found)
    else:
        _print(found)
    if found["outcome"] != "found":
        raise typer.Exit(NO_RATE)


def _print(found: Document) -> None:
    if found["status"] != "active":
        output.say(title(found))
    asked = ", ".join(f"{name} {value}" for name, value in found["asked"].items())
    if found["outcome"] == "found":
        line, card = found["rate"], found["card"]
        unit = f" per {line['unit']}" if line.get("unit") else ""
        output.say(f"{line['amount']}{unit} on {found['on']} ({asked})")
        output.say(f"{_days(line)}, from {card['golden_id']} {output.words(card['label'])} ({found['holder']})")
        rows = [_place("wins", found["winner"], f"strategy {found['strategy']}")]
        rows += [_place("loses", one, one["because"]) for one in found["losers"]]
        output.print_table("Why", ("", "amount", "source", "id", "file", "line", "because"), rows)
    elif found["outcome"] == "several":
        choices = [
            (one["card"]["golden_id"], one["card"]["label"], one["rate"]["amount"], one["rate"]["key"],
             _days(one["rate"])) for one in found["choices"]
        ]  # fmt: skip
        words = f"Several are meant ({found['holder']}): say more, or mend what contradicts"
        output.print_table(words, ("card", "label", "amount", "key", "days"), choices)
    else:
        output.say(f"No rate on {found['on']} ({asked})")
    if found["path"]:
        steps = [
            (one["holder"], one["golden_id"], one["label"], one["cards"], one["outcome"], _because(one))
            for one in found["path"]
        ]
        output.print_table("Looked for", ("", "golden ID", "label", "cards", "outcome", "because"), steps)


def _place(fate: str, place: Document, because: str) -> list[object]:
    told = [place.get(name) for name in ("amount", "source", "source_id", "file")]
    return [fate, *told, str(place.get("line") or ""), because]


def _days(line: Document) -> str:
    return f"{line['valid_from'] or '…'} to {line['valid_to'] or '…'}"


def _because(step: Document) -> str:
    words = [step.get("because", "")]
    words += [f"one ended on {step['ended']}"] if step.get("ended") else []
    words += [f"one begins on {step['begins']}"] if step.get("begins") else []
    return "; ".join(words)


@app.command()
def check(  # noqa: PLR0913  what can be asked for
    card: Annotated[
        str | None, typer.Argument(metavar="CARD", help="Only this card: a golden ID, or a source key.")
    ] = None,
    *,
    kind: Annotated[str | None, typer.Option(help="Only overlap, gap, conflict or expired.")] = None,
    entity_type: Annotated[str | None, typer.Option("--type", help="Only this entity type.")] = None,
    source: Annotated[str | None, typer.Option(help="Only what this system has a part in.")] = None,
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day by which lines are over; today unless given.")
    ] = None,
    cursor: Annotated[str | None, typer.Option(help="Go on from here: `next` of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most findings to show.")] = 100,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show overlaps, gaps, conflicts between systems with the amounts at odds, and lines that are over.

    Example: mdm rates check --kind conflict --type rate_card
    """
    from mdm.services.pricing import line_findings
    from mdm.settings import now

    wanted = line_findings.Wanted(card, kind, entity_type, source, on or now()[:10], cursor, limit)
    with session.opened() as hub:
        found = line_findings.findings(hub, wanted, as_of=as_of)
    if as_json:
        output.print_json(found)
        return
    rows = [
        (one["golden_id"], one["label"], one["kind"], one["key"], _days(one), [_said(part) for part in one["said"]])
        for one in found["items"]
    ]
    if rows:
        output.print_table("Dated lines", ("golden ID", "label", "", "key", "days", "said"), rows)
    else:
        output.say("Nothing is wrong with any dated line")
    if found["next"]:
        output.say(f"There are more: --cursor {found['next']}")


def _said(part: Document) -> str:
    amounts = " ".join(output.words(amount) for amount in part["amounts"].values())
    return f"{part['source']}:{part['source_id']} {amounts} ({part['fate']})"


COMMANDS = (rate, tax_rate)
