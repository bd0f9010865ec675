"""What is true of a golden record, worked out by the plain hub from what its living records say."""

from collections import defaultdict
from typing import Any

from golden_records.contributions import Contribution
from golden_records.effective import Line
from golden_records.survive import survive
from mdm.entity_types import EntityType, Judgement, judge
from mdm.log import canonical
from tests.laws.plain_overrides import overrule
from tests.laws.plain_spelling import spelled


def judged_value(entity_type: EntityType, attribute: str, value: Any, *, exists: bool) -> Judgement:
    kind, rules = entity_type.matching.kind(attribute), entity_type.attributes[attribute].valid
    return judge(kind, rules, value, kind.standardise(value), exists=exists or attribute not in entity_type.references)


def _slices(key: str, value: list[dict[str, Any]], layer: dict[str, Any]) -> list[Line]:
    source, when = key.split(":", maxsplit=1)[0], (layer["event_time"], layer["position"])
    return [
        Line(
            Contribution(key, source, {"value": one["value"]}, one["value"].lower(), True, *when), (),
            one.get("valid_from"), one.get("valid_to"), place,
        )
        for place, one in enumerate(value)
    ]  # fmt: skip


def values_of(entity_type, here, records, table, keys, known, tick, said) -> tuple[bytes, Any, set[str]]:  # type: ignore[no-untyped-def]
    offered: defaultdict[str, list[Contribution]] = defaultdict(list)
    lines: list[Line] = []
    representatives, alive, codes = known
    for key in here:
        source, row = key.split(":")[0], keys.index(key)
        for layer in records[key].layers:
            for attribute, value in layer["attributes"].items():
                if attribute == "e":
                    lines += _slices(key, value, layer)
                    continue
                if attribute in {"c", "d"}:
                    for one in value if attribute == "d" else [value]:
                        code, when = codes.of(source, one), (layer["event_time"], layer["position"])
                        broken = () if code or one == "-" else ("unmapped",)
                        offered[attribute].append(
                            Contribution(key, source, code or one, code, code is not None, *when, broken)
                        )
                    continue
                written = f"{source}:{entity_type.references.get(attribute)}:{value}"
                found = judged_value(entity_type, attribute, value, exists=written in alive)
                if attribute in entity_type.references:
                    value, standard = written, representatives.get(written, f"?{written}")
                else:
                    column = table[attribute]
                    standard = column.cells[column.codes[row]] if column.codes[row] >= 0 else None
                    value = spelled(entity_type.attributes[attribute].kind, value) if found.valid else value
                since = layer["event_time"], layer["position"]
                offered[attribute].append(Contribution(key, source, value, standard, found.valid, *since, found.broken))
    rules = entity_type.survivorship
    dated = {"lines": {"e": lines}, "dated": {"e"}} if lines else {}
    survived = survive(rules, offered, sources=list(rules.trust), today=tick, **dated)
    attributes, lineage = overrule(entity_type, survived, offered, said, tick)
    set_by_people = {name for name, entry in lineage.items() if "decision" in entry.get("winner", {})}
    return canonical(attributes), lineage, survived.conflicts.keys() - set_by_people
