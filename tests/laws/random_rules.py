"""Random changes of rules documents, of every sort: what decides, what survives, and what the attributes are."""

import random
from collections.abc import Callable
from typing import Any

import yaml

Document = dict[str, Any]
KINDS = (
    "code",
    "text",
    "identifier",
    "category",
    "email",
    "number",
    "date",
    "name",
    "boolean",
    "address",
    "person_name",
)


def changed(text: str, rnd: random.Random, *, times: int = 2) -> str:
    """Another document that can stand in the place of this one."""
    document = yaml.safe_load(text)
    for change in rnd.sample(CHANGES, times):
        change(document, rnd)
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)


def _plain(document: Document, *, matters: bool | None = None) -> list[str]:
    """Attributes that are no reference; `matters`: whether matching knows them."""
    known = yaml.safe_dump(document["match"])
    names = [name for name, one in document["attributes"].items() if _is_plain(one)]
    return [name for name in names if matters is None or matters == (f" {name}\n" in known or f"{name}]" in known)]


def _is_plain(attribute: Document) -> bool:
    return attribute["kind"] not in {"reference", "lines"} and not attribute.get("dated")


def _thresholds(document: Document, rnd: random.Random) -> None:
    review = rnd.choice([0.5, 0.7, 0.88, 0.94])
    document["match"]["thresholds"] = {"review": review, "match": rnd.choice([review, 0.95, 0.969, 0.99, 0.9999])}


def _blocking(document: Document, rnd: random.Random) -> None:
    keys = document["match"]["block_on"]
    if len(keys) > 1:
        keys.remove(rnd.choice(keys))


def _conditions(document: Document, rnd: random.Random) -> None:
    for word in ("always", "never"):
        if rnd.random() < 0.5:
            document["match"][word] = []


def _caps(document: Document, rnd: random.Random) -> None:
    document["match"]["block_cap"], document["match"]["piece_limit"] = rnd.choice([2, 3, 99]), rnd.choice([2, 3, 5])


def _comparison(document: Document, rnd: random.Random) -> None:
    compared = document["match"]["compare"]
    if len(compared) > 1:
        compared.remove(rnd.choice(compared))


def _strategies(document: Document, rnd: random.Random) -> None:
    survive = document["survive"]
    strategies = ["most_trusted", "most_recent", "most_frequent", "longest", "first", "min", "union"]
    survive["default"] = rnd.choice(strategies)
    survive["attributes"] = {name: rnd.choice(strategies) for name in _plain(document) if rnd.random() < 0.5}
    # Not every strategy can decide what is dated.
    survive["attributes"] |= {name: "most_recent" for name, one in document["attributes"].items() if one.get("dated")}
    survive["trust"] = {f"s{number}": rnd.randrange(100) for number in (1, 2, 3)}
    decided = {name: survive["attributes"].get(name, survive["default"]) for name in survive.get("conflicts", ())}
    survive["conflicts"] = [name for name, strategy in decided.items() if strategy != "union"]


def _removal(document: Document, rnd: random.Random) -> None:
    gone = rnd.choice([name for name in document["attributes"] if name != "a"])
    del document["attributes"][gone]
    match = document["match"]
    match["block_on"] = [key for key in match["block_on"] if gone not in key]
    match["compare"] = [one for one in match["compare"] if _attribute(one) != gone]
    for word in ("always", "never", "constraints"):
        match[word] = [one for one in match.get(word, ()) if gone not in one.values()]
    _forget(document, gone)


def _forget(document: Document, gone: str) -> None:
    """Survivorship speaks no more of an attribute: not by itself, as a conflict, or in a condition on another."""
    survive = document["survive"]
    survive["conflicts"] = [name for name in survive.get("conflicts", ()) if name != gone]
    survive["attributes"] = {
        name: steps for name, steps in survive.get("attributes", {}).items()
        if name != gone and gone not in _asked(steps)
    }  # fmt: skip


def _asked(steps: Any) -> set[str]:
    """The attributes that the conditions of an attribute's steps ask for."""
    conditions = [
        step.get("when", {}) for step in (steps if isinstance(steps, list) else [steps]) if isinstance(step, dict)
    ]
    return {name for when in conditions for name in [*when.get("equals", {}), *[when.get("has")]] if name is not None}


def _attribute(one: Any) -> str:
    return str(one["attribute"]) if isinstance(one, dict) else str(one)


def _addition(document: Document, rnd: random.Random) -> None:
    name = f"new{rnd.randrange(9)}"
    if name not in document["attributes"]:
        document["attributes"][name] = {"kind": rnd.choice(KINDS)}


def _renaming(document: Document, rnd: random.Random) -> None:
    """An attribute that only survives gets another name; one that had it already keeps what it was called before."""
    for name in rnd.sample(free := _plain(document, matters=False), min(1, len(free))):
        described = document["attributes"].pop(name)
        former = described.get("renamed_from", [])
        described["renamed_from"] = [name, *([former] if isinstance(former, str) else former)]
        document["attributes"][f"{name}x"] = described
        strategy = document["survive"].get("attributes", {}).get(name)
        _forget(document, name)
        if strategy is not None:
            document["survive"]["attributes"][f"{name}x"] = strategy


def _kind(document: Document, rnd: random.Random) -> None:
    """Another kind for an attribute of which neither a level nor a list is named."""
    for name in rnd.sample(free := _plain(document, matters=False), min(1, len(free))):
        document["survive"]["conflicts"] = [one for one in document["survive"].get("conflicts", ()) if one != name]
        document["attributes"][name] = {
            "kind": rnd.choice(KINDS), "many": rnd.random() < 0.4,
            "renamed_from": document["attributes"][name].get("renamed_from", []),
        }  # fmt: skip


CHANGES: list[Callable[[Document, random.Random], None]] = [
    _thresholds, _blocking, _conditions, _caps, _comparison, _strategies, _removal, _addition, _renaming, _kind,
]  # fmt: skip
