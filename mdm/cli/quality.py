"""The command about data quality: how complete, valid, unique, recent and consistent what each source sends is."""

from typing import Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.output import Json

Document = dict[str, Any]
MEASURES = ("completeness", "validity", "uniqueness", "timeliness", "divergence", "golden_completeness")
COLUMNS = (
    "entity type", "source", "attribute", "records", "complete", "valid", "unique", "recent", "median age, days",
    "divergent", "golden complete",
)  # fmt: skip


def quality(
    *,
    entity_type: Annotated[str | None, typer.Option("--type", help="Only this entity type.")] = None,
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    attribute: Annotated[str | None, typer.Option(help="Only this attribute, in each source.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Also what was kept at each tick since.")] = None,
    days: Annotated[int | None, typer.Option(min=0, max=36_500, help="How old is recent (default 365).")] = None,
    as_json: Json = False,
) -> None:
    """Show how good the data of each source is: shares in percent, and how old it is.

    Without --source or --attribute, each attribute over all sources, and each source as a whole.

    Example: mdm quality --type customer --source crm --since 2026-01-01
    """
    from mdm.resolution.tallies import RECENT_DAYS
    from mdm.services.watching import quality as service

    wanted = service.Wanted(entity_type, source, attribute, since, RECENT_DAYS if days is None else days)
    with session.opened() as hub, output.progress("Measuring"):
        found = service.quality(hub, wanted)
    if as_json:
        output.print_json(found)
        return
    narrowed = source is not None or attribute is not None
    shown = [item for item in found["items"] if narrowed or None in {item["source"], item["attribute"]}]
    output.print_table("Data quality", COLUMNS, [_row(item) for item in shown])
    kept = [item for item in found.get("history", ()) if narrowed or item["source"] is item["attribute"] is None]
    if since is not None:
        output.print_table("Before each day", ("day", *COLUMNS), [[item["tick"], *_row(item)] for item in kept])


def _row(item: Document) -> list[object]:
    timely = item["timeliness"]
    shares = {name: _percent(item[name]) for name in MEASURES}
    age = "" if timely is None or timely["median_age_days"] is None else timely["median_age_days"]
    names = [item["entity_type"], item["source"] or "all", item["attribute"] or "all"]
    first = [shares[name] for name in MEASURES[:4]]
    return [*names, item["records"], *first, age, *(shares[name] for name in MEASURES[4:])]


def _percent(share: Document | None) -> str:
    return "" if share is None else f"{share['basis_points'] // 100}.{share['basis_points'] % 100:02} %"


COMMANDS = (quality,)
