"""Makes columns of the members of objects, as jsonl and parquet have them: `address.city` beside `name`."""

from collections.abc import Mapping, Sequence

Cells = Sequence[object]


def with_members(columns: Mapping[str, Cells]) -> dict[str, Cells]:
    """Give columns such as `address.city` for those of objects, at any depth; cells that are none stay where they are.

    A record has None where its cell is no object, or lacks the member.
    """
    found: dict[str, Cells] = {}
    for name, cells in columns.items():
        members = dict.fromkeys(member for cell in cells if isinstance(cell, dict) for member in cell)
        if not members:
            found[name] = cells
            continue
        others = [None if isinstance(cell, dict) else cell for cell in cells]
        if any(cell is not None for cell in others):
            found[name] = others
        objects = [cell if isinstance(cell, dict) else {} for cell in cells]
        found |= with_members({f"{name}.{member}": [one.get(member) for one in objects] for member in members})
    return found
