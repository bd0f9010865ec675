"""A reference for the columnar engine: block, compare and score one pair after another in plain Python."""

from itertools import combinations, product

import numpy as np

from matching.block import MAX_KEYS
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
        pairs = list(product(values_of(model, left, name), values_of(model, right, name)))
        compare = model.kind(name).compare
        levels.append(min((int(compare([one], [other])[0]) for one, other in pairs), default=0))
    return levels


def holds(model: MatchModel, condition: Condition, left: Record, right: Record) -> bool:
    """Judge one condition on two records."""
    for name in condition.attributes:
        valid = model.kind(name).valid
        one, other = ({v for v in values_of(model, side, name) if valid(v)} for side in (left, right))
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
