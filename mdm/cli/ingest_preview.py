"""Shows the first rows of files as they would be taken in, and those that would be rejected."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from mdm.cli import output, session

if TYPE_CHECKING:
    from mdm.ingest.reading import Found
    from mdm.services.intake.ingest import Preview, Summary
    from mdm.services.intake.preparing import File, Item


def show(files: "Sequence[File]", rows: int, *, as_json: bool) -> None:
    """Print what would become of the first rows of each file; exits 1 where one would be rejected."""
    from mdm.services.intake.ingest import preview

    with session.opened() as hub:
        previews = [preview(hub, file, rows=rows) for file in files]
    listed = [[_row(item) for item in one.items] for one in previews]
    if as_json:
        output.print_json({"files": [_document(*pair) for pair in zip(previews, listed, strict=True)]})
    else:
        for one, shown in zip(previews, listed, strict=True):
            _print(one, shown)
    rejected = sum(row["status"] == "rejected" for shown in listed for row in shown)
    if rejected:
        count = sum(map(len, listed))
        output.complain(f"mdm: {rejected:,} of the {count:,} rows shown would be refused; nothing was written")
        raise typer.Exit(1)


def unusual(found: "Found | Summary") -> str:
    """Say how a file was read where it is not the plainest csv: its sheet, encoding, delimiter, header."""
    told = [
        f"sheet {found.sheet}" if found.sheet else "",
        f"encoding {found.encoding}" if found.encoding not in (None, "utf-8") else "",
        f"parted by {_PARTED.get(found.delimiter, found.delimiter)}" if found.delimiter not in (None, ",") else "",
        f"header in line {found.header_line}" if found.header_line not in (None, 1) else "",
    ]
    return ", ".join(part for part in told if part)


_PARTED = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def _document(preview: "Preview", rows: "list[dict[str, object]]") -> dict[str, object]:
    found = {name: getattr(preview.found, name) for name in ("encoding", "delimiter", "sheet", "header_line")}
    return {"file": preview.file, "rows": rows, "more": preview.more, **found}


def _print(preview: "Preview", rows: "list[dict[str, object]]") -> None:
    """Print one line a row: its values by name, or the column, the reason and the rule."""
    lines = []
    for row in rows:
        if row["status"] == "rejected":
            what = f"rejected: {row['detail']} ({row['rule']})"
        else:
            marks = [
                f"{name}: {output.words(row[name])}" for name in ("version", "event_time") if row[name] is not None
            ]
            said = next((word for word in ("deleted", "changed") if row.get(word)), None)
            values = [said or output.words(row["attributes"])]
            values += [f"merged into {row['merged_into']}"] if "merged_into" in row else []
            values += [f"merged from {', '.join(row['merged_from'])}"] if "merged_from" in row else []  # type: ignore[arg-type]
            what = ", ".join([*marks, *values])
        lines.append((row["line"], row.get("source_id", ""), what))
    output.print_table(f"{preview.file}, as it would be stored", ("line", "id", "values"), lines)
    if told := unusual(preview.found):
        output.say(f"Read as: {told}.")
    output.say("There are more rows. Nothing was written." if preview.more else "Nothing was written.")


def _row(item: "Item") -> dict[str, object]:
    from mdm.ingest import Rejected

    if isinstance(item, Rejected):
        return {
            "line": item.line, "status": "rejected", "column": item.column, "value": item.value, "rule": item.rule,
            "detail": item.detail,
        }  # fmt: skip
    return {
        "line": item.line, "status": "accepted", "source_id": item.source_id, "version": item.version,
        "event_time": item.event_time, "deleted": item.mode == "delete", "attributes": item.attributes,
        **({"changed": True} if item.mode == "changed" else {}),
        **({"merged_into": item.merged_into} if item.merged_into is not None else {}),
        **({"merged_from": list(item.merged_from)} if item.merged_from else {}),
    }  # fmt: skip
