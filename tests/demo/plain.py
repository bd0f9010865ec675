"""The demo firm's rows under the hub's own names, for tests that read files without a mapping."""

import csv
from pathlib import Path

from mdm.demo.firm import Firm

COLUMNS = (
    *("id", "name", "tax_id", "email", "phone"),
    *(f"address.{part}" for part in ("street", "city", "region", "postcode", "country")),
    *("website", "legal_entity", "updated"),
)


def write_customers(made: Firm, folder: Path) -> list[str]:
    """Write the customers of each system as csv and give the names of the files, in the order of the firm's."""
    names = []
    for load in made.loads:
        if load.entity_type == "customer" and not load.is_changes:
            names.append(f"{load.name}.csv")
            with (folder / names[-1]).open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(COLUMNS)
                writer.writerows([_cell(row, column) for column in COLUMNS] for row in made.files[load.name])
    return names


def _cell(row: dict[str, object], column: str) -> str:
    attribute, _, part = column.partition(".")
    value = row.get(attribute, "")
    if isinstance(value, dict):
        return str(value.get(part, ""))
    return "; ".join(value) if isinstance(value, list) else str(value)
