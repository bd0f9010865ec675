"""Random histories of the small world, drawn from a seed or by whoever picks."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from tests.laws.small_world import (
    ALL,
    DECISIONS,
    FOR_ALL,
    KEYS,
    LISTS,
    MASTERS,
    MOODS,
    PLACES,
    SET,
    SPELLINGS,
    WRITTEN,
    Fact,
    Mood,
)


def history(seed: int, *, length: int, kinds: Sequence[str] = ()) -> list[Fact]:
    """A dense random history; only decisions are undone or superseded, a version comes with one content only."""
    pick, mood = random.Random(seed).choice, MOODS[seed % len(MOODS)]
    facts: list[Fact] = []
    stamps: set[tuple[object, ...]] = set()
    while len(facts) < length:
        fact = one_more(pick, facts, mood, kinds or mood.kinds)
        if fact is None:
            continue
        if fact[1] in {"record", "source_merge"}:
            stamp = (*fact[:2], fact[2]["source"], fact[2]["source_id"], fact[2]["version"])
            if stamp in stamps:
                continue
            stamps.add(stamp)
        facts.append(fact)
    return facts


def crowded(facts: list[Fact], rnd: random.Random) -> list[Fact]:
    """The same history where most things refer to one of three places, and most of what people say is about those."""
    for of, kind, body in facts:
        if of == "thing" and kind == "record" and body["mode"] != "delete" and rnd.random() < 0.8:
            body["attributes"]["place"] = PLACES.get(body["source"], "0")
        if of == "place" and kind == "verdict" and rnd.random() < 0.8:
            one, other = (f"{source}:place:{id_}" for source, id_ in rnd.sample(sorted(PLACES.items()), 2))
            body["left"], body["right"] = [one], [other]
    return facts


def one_more(pick: Callable[[Any], Any], facts: list[Fact], mood: Mood, kinds: Sequence[str]) -> Fact | None:
    """Another fact of one of the kinds; None where there is nothing yet that it could be about."""
    kind, key = pick(kinds), pick(ALL)
    of = key.split(":")[1]
    if kind == "record":
        return of, kind, record(pick, facts, mood, key)
    if kind == "master":
        return of, "record", record(pick, facts, mood, pick(MASTERS[of]))
    if kind in OF_ONE:
        return of, kind, OF_ONE[kind](pick, facts, key)
    if kind in FOR_ALL:
        return of, kind, _for_all(pick, facts, kind)
    decisions = [number for number, fact in enumerate(facts) if fact[1] in DECISIONS and fact[0] == of]
    if kind == "undo":
        return (of, "undo", {"undoes": pick(decisions), "reason": ""}) if decisions else None
    others = [other for other in KEYS[of] if other != key]
    right = sorted({pick(others) for _ in range(pick([1, 2, 3]) if kind == "set" else 1)})
    rest = [other for other in [key, *others] if other not in right]
    left = sorted({pick(rest) for _ in range(pick([1, 2, 3]))}) if kind == "set" else [key]
    verdicts = [number for number in decisions if facts[number][1] == "verdict"]
    supersedes = [pick(verdicts)] if verdicts and pick([0, 0, 1]) else []
    said = pick(["same", "same", "distinct", "related"])
    return (
        of,
        "verdict",
        {"verdict": said, "left": left, "right": right, "reason": "", "supersedes": supersedes, "action": kind},
    )


def _override(pick: Callable[[Any], Any], facts: list[Fact], key: str) -> dict[str, Any]:
    """Of some, the end comes with a tick; some hold only while what they overruled survives."""
    arrived = [f"{body['source']}:{of}:{body['source_id']}" for of, kind, body in facts if kind == "record"]
    key = pick([key, *[one for one in arrived if one.split(":")[1] == key.split(":")[1]]])
    of = key.split(":")[1]
    attribute = pick([*"aaabbtcd", *(["place"] if of == "thing" else [])])
    earlier = [
        number
        for number, (each, kind, body) in enumerate(facts)
        if (each, kind, body.get("attribute")) == (of, "override", attribute)
    ]
    latest = max((int(body["date"][-2:]) for _, kind, body in facts if kind == "tick"), default=1)
    named = sorted({attribute, pick([attribute, attribute, "a"])})
    overruled = {name: _survivor(pick, facts, key, name) for name in named}
    return {
        "record": key, "attribute": attribute, "value": pick([None, *SET[attribute]]),
        "until": pick([None, None, f"2026-01-{min(latest + pick([0, 1, 3, 6]), 28):02}"]),
        "overruled": pick([None, dict(sorted(overruled.items()))]), "reason": "",
        "supersedes": [pick(earlier)] if earlier and pick([0, 0, 1]) else [],
    }  # fmt: skip


def _survivor(pick: Callable[[Any], Any], facts: list[Fact], key: str, attribute: str) -> list[Any]:
    """What may survive of an attribute when somebody overrules it: what a record said last, or now and then nothing."""
    source, of, source_id = key.split(":")
    said = [
        body["attributes"].get(attribute)
        for each, kind, body in facts
        if (each, kind, body.get("source_id")) == (of, "record", source_id) and body["mode"] != "delete"
    ]
    value = said[-1] if said and pick([1, 1, 1, 0]) else None
    if attribute == "place" and value is not None:
        return [f"{source}:place:{value}"]
    return value if isinstance(value, list) else [] if value is None else [value]


def _for_all(pick: Callable[[Any], Any], facts: list[Fact], kind: str) -> dict[str, Any]:
    if kind == "tick":
        return {"date": _date(pick, facts)}
    if kind == "code_list":
        return {"code_list": "letters", "codes": pick(LISTS)}
    mapped = {pick("jklm"): pick(["k", "l", "m", None]) for _ in "12"}
    return {"code_list": "letters", "source": pick(["s1", "s2", "s3"]), "map": mapped}


def _crosswalk(pick: Callable[[Any], Any], facts: list[Fact], key: str) -> dict[str, Any]:
    """Half of the rows replace an earlier one or take it back; now and then one links two records of old masters."""
    _, of, _ = key.split(":")
    earlier = [body for each, kind, body in facts if (each, kind) == (of, "crosswalk")]
    if earlier and pick([0, 1]):
        row = pick(earlier)
        ids = [one.split(":")[2] for one in MASTERS[of] if one.startswith(f"{row['master']}:")]
        return {**row, "master_id": pick([None, pick([id_ for id_ in ids if _is_other(row, id_)] or [None])])}
    master, _, master_id = pick(MASTERS[of]).split(":")
    others = [other for other in MASTERS[of] if other != f"{master}:{of}:{master_id}"]
    source, _, source_id = pick([key] * 8 + [pick(others)]).split(":")
    return {
        "source": source, "source_id": source_id, "master": master, "master_id": master_id,
        "version": None, "event_time": None, "batch": "", "line": 0,
    }  # fmt: skip


def _is_other(row: dict[str, Any], master_id: str) -> bool:
    return (row["source"], row["source_id"]) != (row["master"], master_id)


def _source_merge(pick: Callable[[Any], Any], facts: list[Fact], key: str) -> dict[str, Any]:
    """Into another record of the same source; chains and cycles come about by themselves."""
    source, of, source_id = key.split(":")
    own = [other.split(":")[2] for other in KEYS[of] if other.startswith(f"{source}:") and other != key]
    sent = [body["version"] for _, kind, body in facts if kind == "source_merge"]
    return {
        "source": source, "source_id": source_id, "into": pick(own),
        "version": pick([pick(range(9)), max(sent, default=0) + 1]), "event_time": None, "batch": "", "line": 0,
    }  # fmt: skip


OF_ONE = {"crosswalk": _crosswalk, "source_merge": _source_merge, "override": _override}


def record(pick: Callable[[Any], Any], facts: list[Fact], mood: Mood, key: str) -> dict[str, Any]:
    """A version of one record."""
    source, of, source_id = key.split(":")
    mode, day = pick(mood.modes), pick([None, 1, 2, 5, 9])
    sent = [
        body["version"]
        for each, kind, body in facts
        if (each, kind, body.get("source_id")) == (of, "record", source_id)
    ]
    return {
        # half of the versions come late
        "source": source, "source_id": source_id, "version": pick([pick(range(20)), max(sent, default=0) + 1]),
        "event_time": day and f"2026-01-{day:02}T00:00:00.000000Z", "mode": mode, "batch": "", "line": 0,
        "attributes": {} if mode == "delete" else _attributes(pick, mood, key),
    }  # fmt: skip


def _date(pick: Callable[[Any], Any], facts: list[Fact]) -> str:
    """A little later than the latest, so that trust falls step by step; now and then an earlier day."""
    latest = max((int(body["date"][-2:]) for _, kind, body in facts if kind == "tick"), default=1)
    return f"2026-01-{pick([min(latest + pick([1, 2, 4]), 28)] * 3 + [pick(range(1, 29))]):02}"


def _attributes(pick: Callable[[Any], Any], mood: Mood, key: str) -> dict[str, Any]:
    source, of, source_id = key.split(":")
    if source in {"m", "n"}:
        return {}
    a = ("pP", "qQ", "rR")[int(source_id) // 3] if pick(mood.at_home) else mood.a
    values: dict[str, Any] = {}
    for attribute, domain, often in (
        ("a", a, mood.given),
        ("b", mood.b, mood.given),
        ("t", ["ID4711", "ID4712"], mood.t),
    ):
        if pick(often):
            value = pick(domain)
            values[attribute] = None if value == "-" else value
    if values.get("a") is not None:  # nothing is drawn, so that histories are full of what they were full of
        values["n"], values["w"] = SPELLINGS[values["a"].lower()][int(source[1]) - 1]
    if pick(mood.c):
        values["c"] = pick(WRITTEN)
    if mood.c != (0,) and pick([0, 0, 1]):
        values["d"] = sorted({pick(WRITTEN), pick(WRITTEN)})
    if mood.e != (0,) and pick(mood.e):
        values["e"] = [_slice(pick) for _ in range(pick([1, 2, 3]))]
    if of == "thing" and pick([0, 1]):
        values["place"] = pick(KEYS["place"][:4]).split(":")[2]
    return values


def _slice(pick: Callable[[Any], Any]) -> dict[str, Any]:
    start, days = pick(range(1, 25)), pick([2, 5, 9])
    found = {
        "value": pick("uUvV"),
        "valid_from": f"2026-01-{start:02}",
        "valid_to": f"2026-01-{min(start + days, 31):02}",
    }
    open_ = pick([None, "valid_from", "valid_to"])
    return {name: part for name, part in found.items() if name != open_}
