"""What overrides make of the values of one cluster, in plain Python: the oracle of the laws, and no code of the hub."""

from collections.abc import Collection, Mapping
from typing import Any

from golden_records.contributions import Contribution
from golden_records.survive import Survived
from mdm.entity_types import EntityType
from tests.laws.plain_spelling import spelled

Said = tuple[int, dict[str, Any]]


def overrule(
    entity_type: EntityType,
    survived: Survived,
    offered: Mapping[str, list[Contribution]],
    said: list[Said],
    tick: str | None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Attributes and lineage under the overrides (position, body) in force that name a member."""
    attributes, lineage = dict(survived.attributes), dict(survived.lineage)
    for name in sorted({body["attribute"] for _, body in said}):
        holding = [
            (position, body["value"])
            for position, body in said
            if body["attribute"] == name
            and (body["until"] is None or tick is None or tick < body["until"])
            and _as_then(entity_type, survived, offered, body["overruled"])
        ]
        if holding:
            position, value = max(holding, key=lambda one: one[0])
            attributes.pop(name, None)
            if value not in (None, []):
                attributes[name] = spelled(entity_type.attributes[name].kind, value)
            lineage[name] = _lineage(position, lineage.get(name), entity_type.survivorship.steps(name)[0].strategy)
    return dict(sorted(attributes.items())), lineage


def _as_then(
    entity_type: EntityType,
    survived: Survived,
    offered: Mapping[str, list[Contribution]],
    then: Mapping[str, Collection[Any]] | None,
) -> bool:
    for name, values in (then or {}).items():
        kept = survived.attributes.get(name, [])
        kept = kept if isinstance(kept, list) else [kept]
        forms = [{_form(entity_type, name, value, offered.get(name, [])) for value in each} for each in (kept, values)]
        if forms[0] != forms[1]:
            return False
    return True


def _form(entity_type: EntityType, name: str, value: Any, offered: list[Contribution]) -> str:
    """References agree where their targets do, as far as anybody still has them; codes by themselves."""
    if name in entity_type.references:
        return next((str(one.standardised) for one in offered if one.value == value), value)
    if name in {"c", "d"}:
        return str(value)
    return entity_type.matching.kind(name).standardise(value) or str(value)


def _lineage(position: int, entry: Any, strategy: str) -> dict[str, Any]:
    entry = entry or {"losers": [], "strategy": strategy}
    lost = [entry["winner"]] if "winner" in entry else entry.get("winners", [])
    losers = [{**place, "because": "overridden"} for place in lost] + entry["losers"]
    rest = {name: part for name, part in entry.items() if name != "winners"}
    return {**rest, "winner": {"decision": position}, "losers": losers}
