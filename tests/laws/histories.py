"""Random histories of a small world: places, things that refer to places, and codes, with mess of every sort."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from mdm.entity_types import EntityType, parse

MODEL = """
entity_type: {name}
id_prefix: {prefix}
attributes:
  a: {{kind: code}}
  b: {{kind: code, valid: {b_valid}}}
  t: {{kind: identifier}}
  c: {{kind: code, list: letters}}
  d: {{kind: code, list: letters, many: true}}
  e: {{kind: code, dated: true}}
  n: {{kind: number}}
  w: {{kind: date}}
{more}
match:
  block_on: {block_on}
  compare:
    - {{attribute: a, levels: [{{level: same, m: 0.8, u: 0.05}}, {{level: different, m: 0.1, u: 0.8}}]}}
    - {{attribute: b, levels: [{{level: same, m: {b_same}, u: 0.1}}, {{level: different, m: 0.2, u: 0.4}}]}}
    - {{attribute: c, levels: [{{level: same, m: 0.8, u: 0.1}}, {{level: different, m: 0.2, u: 0.8}}]}}
{compare}
  always: [{{same: t}}]
  never: [{{different: t}}]
  constraints: {constraints}
  prior: 0.5
  thresholds: {{match: {match}, review: {review}}}
  block_cap: {cap}
  piece_limit: {limit}
survive:
  default: most_frequent
  attributes: {decided}
  trust: {trust}
  conflicts: {conflicts}
"""
KEYS = {of: [f"s{1 + i % 3}:{of}:{i}" for i in range(count)] for of, count in (("place", 6), ("thing", 8))}
ALL = KEYS["place"] + KEYS["thing"]
MASTERS = {of: [f"{name}:{of}:{i}" for name, count in (("m", 3), ("n", 1)) for i in range(count)] for of in KEYS}
"""The records of two old masters, which have no values of their own."""
# The last says only otherwise than the first who is the same.
VARIANTS = (
    {"b_valid": "[]", "place_valid": "[]", "constraints": "[]",
     "cap": 3, "limit": 5, "match": 0.969, "review": 0.88, "b_same": 0.4,
     "trust": "{s1: 90, s2: {value: 96, half_life: 3d}, s3: {value: 50, half_life: 10d}}",
     "decided": "{a: most_trusted, b: most_recent}", "conflicts": "[a, t]"},
    {"b_valid": "{pattern: '[^V]', grade: ignore}", "place_valid": "{reference_exists: true, grade: ignore}",
     "constraints": "[{different: a}]",
     "cap": 2, "limit": 4, "match": 0.984, "review": 0.94, "b_same": 0.4,
     "trust": "{s1: {value: 40, half_life: 2d}, s2: {value: 96, half_life: 5d}, s3: 50}",
     "decided": "{a: [{strategy: most_trusted, when: {source: [s1, s2], fresher_than: 4d}},"
     " {strategy: most_recent, when: {has: c}}, longest],"
     " b: [{strategy: most_recent, when: {fresher_than: 6d}}, shortest]}", "conflicts": "[a, b]"},
    {"b_valid": "{pattern: '[a-z]'}", "place_valid": "{reference_exists: true}",
     "constraints": "[{different: b, of_one_source: true}, {different: d}]",
     "cap": 99, "limit": 3,
     "match": 0.94, "review": 0.79, "b_same": 0.8, "trust": "{s1: 90, s2: 90, s3: 90}",
     "decided": "{a: {strategy: most_trusted, when: {equals: {b: [U, v]}}},"
     " b: [{strategy: most_frequent, when: {fresher_than: 3d}}, most_trusted],"
     " d: [{strategy: union, when: {source: s1}}, union]}", "conflicts": "[a, b, t]"},
    {"b_valid": "[]", "place_valid": "[]", "constraints": "[]",
     "cap": 99, "limit": 8, "match": 0.79, "review": 0.6, "b_same": 0.8,
     "trust": "{s1: {value: 20, half_life: 3d}, s2: {value: 24, half_life: 3d}, s3: 20}",
     "decided": "{a: most_trusted, b: {strategy: first, when: {source: [s1, s3]}}}", "conflicts": "[a, b, c, t]"},
    {"b_valid": "[]", "place_valid": "[]", "constraints": "[{different: t}]",
     "cap": 2, "limit": 4, "match": 0.9, "review": 0.7, "b_same": 0.6,
     "trust": "{s1: 90, s2: {value: 96, half_life: 3d}, s3: {value: 50, half_life: 10d}}",
     "decided": "{a: most_trusted, b: most_recent}", "conflicts": "[a, t]"},
)  # fmt: skip
BLOCK_ON = {
    "place": "[[a], [a, b], [b], [t], [c], [a, c]]",
    "thing": "[[a], [a, b], [a, b, place], [b], [b, place], [t], [place], [place, a], [c]]",
}
PLACE_LEVELS = "{level: same, m: 0.8, u: 0.1}, {level: different, m: 0.2, u: 0.8}"
# Nobody knows `j`; each version of the list knows two of the others in another way.
WRITTEN = "kKlL-jJ"
LISTS = (
    {"k": {}, "l": {"aliases": ["m"]}},
    {"k": {"aliases": ["l"]}, "m": {}},
    {"l": {"label": "K"}, "m": {}},
)
FOR_ALL = {"tick", "code_list", "code_mapping"}
DECISIONS = {"verdict", "override", "undo"}
SET: dict[str, list[Any]] = {
    "a": ["O", "p"], "b": ["O", "u"], "t": ["ID4713"], "c": ["k", "o"], "d": [[], ["k", "o"]],
    "place": ["s1:place:0", "s2:place:1"], "n": ["1.234,50", 7], "w": ["1.3.2020", "2021-05-01"],
}  # fmt: skip
"""What people set on each attribute."""
SPELLINGS: dict[str, tuple[tuple[Any, str], ...]] = {
    "p": (("1.234,50", "01.03.2020"), ("1234.5", "2020-03-01"), (1234.5, "1 March 2020")),
    "q": (("1,250", "03/04/2020"), ("1250", "03.04.2020"), (1250, "2020-04-03")),
    "r": (("0,125", "1.5.2021"), ("0.1250", "2021-05-01"), ("0.125", "2021-05-01")),
}
"""The number and the date that go with each value of `a`, as the first, the second and the third source write them."""
PLACES = {"s1": "0", "s2": "1", "s3": "2"}
"""A place of each source."""
Fact = tuple[str, str, dict[str, Any]]
"""Entity type, kind and body; an undo names the number of its target in the history. Some kinds are for all types."""


def rules(of: str, variant: int = 0) -> str:
    """The rules document of one of the two entity types, in one of its variants."""
    thing, chosen = of == "thing", VARIANTS[variant]
    return MODEL.format(
        name=of, prefix="thg" if thing else "plc", **chosen,
        block_on=BLOCK_ON[of],
        more=f"  place: {{kind: reference, to: place, valid: {chosen['place_valid']}}}" if thing else "",
        compare=f"    - {{attribute: place, levels: [{PLACE_LEVELS}]}}" if thing else "",
    )  # fmt: skip


@cache
def entity_type(of: str, variant: int = 0) -> EntityType:
    """The same, parsed."""
    return parse(rules(of, variant), file=f"{of}.yaml")


@dataclass(frozen=True, slots=True)
class Mood:
    """What a history is full of: kinds of facts, modes of records, values, and how often each is given.

    `c` is how often one has a value of the code list, `e` how often dated values. At home a record has the value `a`
    of its neighbours by number, one of each source.
    """

    kinds: tuple[str, ...]
    modes: tuple[str, ...]
    a: str
    b: str
    given: tuple[int, ...]
    at_home: tuple[int, ...] = (0,)
    t: tuple[int, ...] = (0, 0, 0, 1)
    c: tuple[int, ...] = (0,)
    e: tuple[int, ...] = (0,)


# Capitals are the same value written otherwise, so that it shows who wins. Each mood reaches what the others
# seldom do, measured over two hundred seeds: anything, blocks at the cap, the deleted that hang, contradictions,
# trust that falls, links from outside among many matches, and among few where stewards say otherwise, values that
# are mapped, values that people set where others disagree, clusters that hang by a thread and are tied by stewards.
MOODS = (
    Mood(
        ("record",) * 14 + ("verdict",) * 4 + ("set", "undo", "undo", "tick"),
        ("put",) * 5 + ("patch",) * 2 + ("delete",) * 2, "pPq-", "uUv-", (1, 1, 0),
    ),
    Mood(
        ("record",) * 26 + ("verdict", "undo", "tick"),
        ("put",) * 6 + ("patch",) * 2 + ("delete",) * 3, "pPpPq", "uUvV-", (1, 1, 1, 1, 0),
    ),
    Mood(
        ("record",) * 22 + ("verdict", "set", "undo", "tick"),
        ("put",) * 6 + ("patch",) + ("delete",) * 6, "pPqQr", "uUuUv", (1, 1, 1, 1, 0), at_home=(1, 1, 1, 0),
    ),
    Mood(
        ("record",) * 14 + ("verdict",) * 6 + ("set",) * 2 + ("undo",) * 2 + ("tick",),
        ("put",) * 5 + ("patch",) + ("delete",) * 2, "pPqQrR", "uUuv-", (1, 1, 1, 0), at_home=(1, 1, 0), t=(0, 1),
    ),
    Mood(
        ("record",) * 18 + ("verdict", "verdict", "undo") + ("tick",) * 5,
        ("put",) * 8 + ("patch",) * 2 + ("delete",), "pPqQrR", "uUuUv", (1, 1, 1, 1, 0), at_home=(1, 1, 1, 0),
        t=(0, 0, 1), e=(1, 1, 0),
    ),
    Mood(
        ("record",) * 16 + ("crosswalk",) * 6 + ("source_merge",) * 5 + ("master",) * 3 + ("verdict",) * 3
        + ("set", "undo", "tick"),
        ("put",) * 5 + ("patch",) + ("delete",) * 3, "pPqQr", "uUuv-", (1, 1, 1, 0), at_home=(1, 1, 0), t=(0, 0, 1),
    ),
    Mood(
        ("record",) * 10 + ("crosswalk",) * 5 + ("source_merge",) * 5 + ("master",) + ("verdict",) * 6 + ("set",) * 2
        + ("undo",) * 2,
        ("put",) * 4 + ("delete",), "pq-", "uv-", (1, 0, 0), t=(0, 0, 0, 1),
    ),
    Mood(
        ("record",) * 18 + ("verdict", "verdict", "undo", "tick", "code_list") + ("code_mapping",) * 6,
        ("put",) * 6 + ("patch",) + ("delete",) * 2, "pPqQ", "uUv-", (1, 1, 0), at_home=(1, 0), c=(1, 1, 1, 0),
    ),
    Mood(
        ("record",) * 14 + ("override",) * 9 + ("verdict",) * 3 + ("set",) + ("undo",) * 3 + ("tick",) * 3,
        ("put",) * 6 + ("patch",) + ("delete",), "pPqr", "uv-", (1, 1, 1, 0), at_home=(1, 0), t=(0, 1), c=(1, 1, 0),
    ),
    Mood(
        ("record",) * 30 + ("verdict",) * 8 + ("undo", "tick"), ("put",) * 8 + ("delete",) * 2, "pq", "uv",
        (1, 1, 1, 1, 0), at_home=(1, 1, 1, 0), t=(0,), c=(1, 0, 0),
    ),
)  # fmt: skip


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


def commuting(one: Fact, other: Fact, *, undoes: bool) -> bool:
    """Whether two facts give the same state in either order (DESIGN: what does not commute)."""
    if undoes:
        return False
    if one[1] == other[1] == "verdict":
        mine, theirs = ({frozenset((x, y)) for x in body["left"] for y in body["right"]} for body in (one[2], other[2]))
        return not mine & theirs
    if one[1] == other[1] == "override":
        return one[0] != other[0] or one[2]["attribute"] != other[2]["attribute"]
    if one[1] == other[1] == "crosswalk":
        return any(one[2][name] != other[2][name] for name in ("source", "source_id", "master"))
    if one[1] == other[1] == "code_mapping":
        return one[2]["source"] != other[2]["source"] or not one[2]["map"].keys() & other[2]["map"].keys()
    return not one[1] == other[1] == "code_list"


def shuffled(facts: list[Fact], seed: int) -> list[int]:
    """A random order of the facts, by number, that keeps the order of those that do not commute."""
    rnd, left, order = random.Random(seed), list(range(len(facts))), []
    while left:
        free = [n for i, n in enumerate(left) if all(_free(facts, n, before) for before in left[:i])]
        chosen = rnd.choice(free)
        left.remove(chosen)
        order.append(chosen)
    return order


def _free(facts: list[Fact], number: int, before: int) -> bool:
    names = lambda body: {body.get("undoes"), *body.get("supersedes", ())}  # noqa: E731
    undoes = before in names(facts[number][2]) or number in names(facts[before][2])
    return commuting(facts[number], facts[before], undoes=undoes)
