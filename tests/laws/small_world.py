"""What happens in a small world: places, things that refer to them, and codes, under rules with mess of every sort."""

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
