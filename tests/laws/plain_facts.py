"""What facts say that the plain hub goes by: decisions and links in force, and what the words of sources mean."""

from typing import Any

Pair = tuple[str, str]
Facts = list[tuple[int, str, dict[str, Any]]]
"""(position, kind, body)."""


def pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)


def in_force(facts: Facts, wanted: str) -> list[tuple[int, dict[str, Any]]]:
    """The decisions of one kind in force: newest first, one in force voids what it undoes or supersedes."""
    void: set[int] = set()
    kept = []
    for position, kind, body in sorted(facts, key=lambda fact: -fact[0]):
        if kind in {"verdict", "override", "undo"} and position not in void:
            void |= {body["undoes"]} if kind == "undo" else set(body["supersedes"])
            if kind == wanted:
                kept.append((position, body))
    return kept[::-1]


def in_force_links(name: str, facts: Facts) -> tuple[set[Pair], set[Pair], dict[str, str]]:
    """The pairs that hold by crosswalks, the latest of each key and master, or by merges, the newest of each loser.

    Then those of crosswalks alone, and the winner of each loser.
    """
    slots: dict[tuple[str, str], tuple[Any, str | None]] = {}
    for position, kind, body in facts:
        key = f"{body['source']}:{name}:{body['source_id']}" if kind in {"crosswalk", "source_merge"} else ""
        if kind == "crosswalk":
            slot, to = (key, body["master"]), body["master_id"] and f"{body['master']}:{name}:{body['master_id']}"
            rank: tuple[Any, ...] = (position,)
        elif kind == "source_merge":
            slot, to = (key, ""), f"{body['source']}:{name}:{body['into']}"
            rank = (-1 if body["version"] is None else body["version"], body["event_time"] or "", position)
        else:
            continue
        if slot not in slots or slots[slot][0] < rank:
            slots[slot] = rank, to
    held = [(*slot, to) for slot, (_, to) in slots.items() if to is not None]
    imported = {pair(key, to) for key, master, to in held if master}
    return {pair(key, to) for key, _, to in held}, imported, {key: to for key, master, to in held if not master}


class Codes:
    """What the sources mean by the letters: the latest list, and the latest mapping of each value that names one of it."""

    def __init__(self, facts: Facts) -> None:
        self.codes: dict[str, Any] = {}
        self.mapped: dict[tuple[str, str], str | None] = {}
        for _, kind, body in sorted(facts, key=lambda fact: fact[0]):
            if kind == "code_list" and body["code_list"] == "letters":
                self.codes = body["codes"]
            elif kind == "code_mapping" and body["code_list"] == "letters":
                self.mapped |= {(body["source"], value): code for value, code in body["map"].items()}

    def of(self, source: str, value: str) -> str | None:
        mapped = self.mapped.get((source, value.lower()))
        if mapped in self.codes:
            return mapped
        for code, entry in self.codes.items():
            if value.lower() in {code, entry.get("label", code).lower(), *entry.get("aliases", ())}:
                return code
        return None
