"""A reference for the columnar engine: block, compare and score one pair after another in plain Python."""

from fractions import Fraction
from itertools import combinations, product

import numpy as np

from matching.block import rule_key_words
from matching.columns import PART, Table
from matching.kinds import KINDS
from matching.rule_keys import MAX_KEYS
from matching.rules import ALWAYS_WEIGHT, Condition, MatchAttribute, MatchModel, MatchRules, match_model
from matching.score import DISTINCT, MATCH, NEVER, REVIEW

Record = dict[str, object]


def small_model(**changes: object) -> MatchModel:
    """Make a model of several kinds, one of them with many values."""
    attributes = {
        "name": MatchAttribute(kind="company_name"),
        "tax_id": MatchAttribute(kind="identifier"),
        "email": MatchAttribute(kind="email", many=True),
        "country": MatchAttribute(kind="country"),
        "founded": MatchAttribute(kind="date"),
    }
    rules: dict[str, object] = {
        "block_on": [["tax_id"], ["email"], ["name.tokens", "country"], ["email.domain", "founded.year"]],
        "compare": ["name", {"attribute": "email", "weight": 0.5}, "country", "founded"],
        "always": [{"same": "tax_id"}],
        "never": [{"different": "tax_id"}],
    }
    return match_model("customer", attributes, MatchRules.model_validate(rules | changes))


def key_words(model: MatchModel, table: Table, row: int) -> dict[int, str]:
    """Say the blocking keys of one record in words, whatever rule they are of."""
    return {key: words for keys in rule_key_words(model, table)[row] for key, words in keys.items()}


COMMON: list[dict[str, object]] = [
    {
        "attribute": "country",
        "frequencies": {
            "records": 100,
            "common": [{"DE": 50}],
            "steps": [{"m": 0.2, "u": 0.05}, {"one_in": 4, "m": 0.8, "u": 0.95}],
        },
    },
    {
        "attribute": "email",
        "frequencies": {
            "records": 640,
            "common": [{f"info{PART}acme.example": 160, f"sales{PART}acme.example": 40}],
            "steps": [
                {"m": 0.3, "u": 0.01},
                {"one_in": 16, "m": 0.3, "u": 0.09},
                {"one_in": 4, "m": 0.4, "u": 0.9},
            ],
        },
    },
]
"""Comparisons of a country and of e-mail addresses whose frequencies are known."""


def values_of(model: MatchModel, record: Record, name: str) -> list[str]:
    """Standardise one attribute of one record to its distinct values."""
    value = record.get(name)
    single = value if isinstance(value, list) else [value]
    return sorted({clean for one in single if (clean := model.kind(name).standardise(one))})


def keys_of(model: MatchModel, record: Record) -> set[tuple[object, ...]]:
    """Give the keys of one record as tuples instead of hashes."""
    keys: list[tuple[object, ...]] = []
    for number, rule in enumerate(model.blocking):
        choices = []
        for part in rule:
            give = model.kind(part.attribute).parts[part.part]
            found = {text for value in values_of(model, record, part.attribute) for text in give(value)}
            choices.append(sorted(found, key=lambda text: (-len(text), text)))
        keys += [(number, *chosen) for chosen in product(*choices)]
    return set(keys[:MAX_KEYS])


def pairs_of(model: MatchModel, records: list[Record], cap: int) -> list[tuple[int, int]]:
    """Give the candidate pairs, block by block."""
    blocks: dict[tuple[object, ...], list[int]] = {}
    for row, record in enumerate(records):
        for key in keys_of(model, record):
            blocks.setdefault(key, []).append(row)
    return sorted({pair for rows in blocks.values() if len(rows) <= cap for pair in combinations(rows, 2)})


def levels_of(model: MatchModel, left: Record, right: Record) -> list[int]:
    """Compare two records attribute by attribute."""
    levels = []
    for name in model.compared:
        pairs = product(values_of(model, left, name), values_of(model, right, name))
        levels.append(min((level_of(model, name, one, other) for one, other in pairs), default=0))
    return levels


def level_of(model: MatchModel, name: str, one: str, other: str) -> int:
    """Compare two values; where frequencies are known, the best level is one of as many as there are steps."""
    level = int(KINDS[model.attributes[name].kind].compare([one], [other])[0])
    frequencies = model.kind(name).frequencies
    if frequencies is None:
        return level
    if level > 1:
        return level + len(frequencies.steps) - 1
    share = max(share_of(model, name, value) for value in (one, other))
    return 1 + sum(share * step.one_in >= 1 for step in frequencies.steps if step.one_in is not None)


def share_of(model: MatchModel, name: str, value: str) -> Fraction:
    """Say how large a share of the records has a value, at most where it is not listed."""
    kind, share = model.kind(name), Fraction(1)
    assert kind.frequencies is not None
    parts = value.split(PART) if kind.independent_parts else [value]
    for part, common in zip(parts, kind.frequencies.common, strict=True):
        share *= Fraction(common.get(part, 9), kind.frequencies.records) if part else 1
    return share


def holds(model: MatchModel, condition: Condition, left: Record, right: Record) -> bool:
    """Judge one condition on two records."""
    for name in condition.attributes:
        kind = model.kind(name)
        one, other = ({v for v in values_of(model, side, name) if kind.valid(v)} for side in (left, right))
        if condition.word == "different":
            one, other = ({word for v in side for word in kind.alike_by(v)} for side in (one, other))
        if not one or not other or (condition.word == "same") == one.isdisjoint(other):
            return False
    return True


def score_of(model: MatchModel, left: Record, right: Record) -> tuple[int, int]:
    """Give the weight and the outcome of two records."""
    if any(holds(model, condition, left, right) for condition in model.rules.never):
        return NEVER, DISTINCT
    if any(holds(model, condition, left, right) for condition in model.rules.always):
        return ALWAYS_WEIGHT, MATCH
    weight = model.prior_weight
    for name, level in zip(model.compared, levels_of(model, left, right), strict=True):
        weight += int(model.weights[name][level])
    outcome = MATCH if weight >= model.match_weight else REVIEW if weight >= model.review_weight else DISTINCT
    return weight, outcome


def columns(records: list[Record], names: list[str]) -> dict[str, list[object]]:
    """Turn records into raw columns."""
    return {name: [record.get(name) for record in records] for name in names}


def rows(*numbers: int) -> np.ndarray:
    """Give row numbers as the engine wants them."""
    return np.array(numbers, dtype=np.int64)
