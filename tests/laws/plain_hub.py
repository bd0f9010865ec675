"""A hub in plain Python: everything worked out from the facts, every time, with no store and no increments.

It is the oracle of the laws. It shares with the product only the pure functions whose own tests hold
them (standardise, blocking keys, scores, `cluster`, `survive`), not how a commit finds what to redo.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

import numpy as np

from matching import score
from matching.block import blocking_keys
from matching.cluster import cluster
from matching.constraints import claims
from matching.rules import ALWAYS_WEIGHT
from matching.standardise import standardise
from mdm.entity_types import EntityType
from mdm.log import canonical
from tests.laws.plain_facts import Codes, Facts, Pair, in_force, in_force_links, pair
from tests.laws.plain_merges import judged
from tests.laws.plain_records import record
from tests.laws.plain_tasks import weak_bridges
from tests.laws.plain_values import judged_value, values_of


@dataclass
class State:
    """What stands: clusters of living keys with their values and lineage, golden numbers, edges, tasks."""

    golden: dict[str, int] = field(default_factory=dict)
    values: dict[frozenset[str], tuple[bytes, Any]] = field(default_factory=dict)
    edges: dict[Pair, int] = field(default_factory=dict)
    tasks: dict[tuple[str, ...], int | None] = field(default_factory=dict)
    representatives: dict[str, str] = field(default_factory=dict)
    alive: set[str] = field(default_factory=set)


def state(
    entity_type: EntityType,
    facts: Facts,
    representatives: dict[str, str],
    alive: set[str],
    tick: str | None,
) -> State:
    """Work out one entity type from (position, kind, body) of all its facts.

    representatives, alive: the smallest member key of what each key of another type leads to, and which of them live.
    """
    name = entity_type.entity_type
    versions: defaultdict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for position, kind, body in facts:
        if kind == "record":
            versions[f"{body['source']}:{name}:{body['source_id']}"].append((position, body))
    records = {key: record(those) for key, those in versions.items()}
    keys = sorted(records)
    codes = Codes(facts)
    seen = [_seen(entity_type, key, records[key].values, (representatives, alive, codes)) for key in keys]
    table = standardise(
        entity_type.matching,
        {attribute: [values.get(attribute) for values in seen] for attribute in entity_type.attributes},
    )
    verdicts = _verdicts(facts)
    linked, imported, into = in_force_links(name, facts)
    links = {ends for ends in linked if ends not in verdicts}
    found = State()
    living = {key for key in keys if not records[key].deleted}
    found.edges = _edges(entity_type, keys, living, table)
    clusters, skipped, cut, held, asked = _clusters(
        entity_type, keys, living, table, found.edges, verdicts, links, (imported, into)
    )
    of = {key: members for members in clusters for key in members}
    hung: defaultdict[frozenset[str], set[str]] = defaultdict(set)
    for members in clusters:
        target = _target(entity_type, members, living, set(keys), found.edges, verdicts, of)
        if target is not None:
            hung[target] |= members
    everyone = {key for those in hung.values() for key in those}
    for members in clusters:
        final = (members | hung[members]) & set(keys)
        if not final or members <= everyone:
            continue
        number = min(records[key].first_position for key in final)
        found.golden.update(dict.fromkeys(final, number))
        found.representatives.update(dict.fromkeys(final, min(final)))
        here = sorted(final & living)
        if here:
            found.alive |= final
            known = (representatives, alive, codes)
            said = [one for one in in_force(facts, "override") if one[1]["record"] in final]
            values = values_of(entity_type, here, records, table, keys, known, tick, said)
            found.values[frozenset(here)] = values[:2]
            founder = next(key for key in final if records[key].first_position == number)
            found.tasks |= {("conflict", founder, name): None for name in values[2]}
    for members in clusters:
        found.tasks |= weak_bridges(entity_type, members, living, found.edges, verdicts, links)
    found.tasks |= {("constraint", *ends, _said(entity_type, by)): None for ends, by in held.items()}
    found.tasks |= _doubtful(entity_type, living, found.edges, verdicts, of, cut, held)
    found.tasks = {task: weight for task, weight in found.tasks.items() if task[0] != "review" or task[1:] not in asked}
    told = [{of[one], of[other]} for one, other in held]
    asked = {ends for ends in asked if {of[ends[0]], of[ends[1]]} not in told}
    found.tasks |= {("source_merge", *ends): found.edges.get(ends) for ends in asked}
    found.tasks |= dict.fromkeys((("contradiction", *ends) for ends in skipped), None)
    found.tasks |= {("oversized", name): None} if any(cut.values()) else {}
    for key in living:
        found.tasks |= _unmapped(key, records[key].values, codes)
    return found


def _verdicts(facts: Facts) -> dict[Pair, str]:
    """What the last verdict in force says of each pair."""
    return {
        pair(one, other): body["verdict"]
        for _, body in in_force(facts, "verdict")
        for one, other in body.get("pairs") or product(body["left"], body["right"])
        if one != other
    }


def _unmapped(key: str, values: Mapping[str, Any], codes: "Codes") -> dict[tuple[str, ...], None]:
    """The tasks about words of one record that no code list knows."""
    source = key.split(":", 1)[0]
    said = (value for value in [values.get("c"), *values.get("d", ())] if value not in {None, "-"})
    return {("unmapped_code", source, value.lower()): None for value in said if codes.of(source, value) is None}


def _doubtful(entity_type, living, edges, verdicts, of, cut, held) -> dict[tuple[str, ...], int]:  # type: ignore[no-untyped-def]
    """Edges between living records of two clusters, unless a verdict, a cut or a constraint's own task speaks of them."""
    explained = [{of[one], of[other]} for one, other in held]
    found: dict[tuple[str, ...], int] = {}
    for (one, other), weight in edges.items():
        if {one, other} <= living and of[one] is not of[other] and (one, other) not in verdicts:
            asked = weight >= entity_type.matching.match_weight and {of[one], of[other]} in explained
            if not asked and not (cut.get(one) and cut.get(other) and cut[one] is not cut[other]):
                found["review", one, other] = weight
    return found


def _said(entity_type: EntityType, numbers: list[int]) -> str:
    constraints = [entity_type.match.constraints[number] for number in numbers]
    return canonical([one.model_dump(mode="json", exclude_defaults=True) for one in constraints]).decode()


def _seen(
    entity_type: EntityType, key: str, values: dict[str, Any], known: tuple[dict[str, str], set[str], Codes]
) -> dict[str, Any]:
    source = key.split(":", maxsplit=1)[0]
    representatives, alive, codes = known
    for attribute, value in values.items():
        written = f"{source}:{entity_type.references.get(attribute)}:{value}"
        if attribute in {"c", "d", "e"}:
            continue
        if attribute in entity_type.references:
            values[attribute] = representatives.get(written)
        if not judged_value(entity_type, attribute, value, exists=written in alive).evidence:
            values[attribute] = None
    if "c" in values:
        values["c"] = codes.of(source, values["c"])
    values["e"] = [one["value"] for one in values.get("e", ())]
    values["d"] = [code for code in (codes.of(source, value) for value in values.get("d", ())) if code]
    return values


def _edges(entity_type: EntityType, keys: list[str], living: set[str], table: Any) -> dict[Pair, int]:
    rows, hashes = blocking_keys(entity_type.matching, table)
    blocks: defaultdict[int, list[str]] = defaultdict(list)
    for row, key in zip(rows.tolist(), hashes.tolist(), strict=True):
        blocks[key].append(keys[row])
    candidates = set()
    for members in blocks.values():
        alive = sum(key in living for key in members)
        for ends in combinations(sorted(members), 2):
            count = alive if set(ends) <= living else len(members)
            if count <= entity_type.match.block_cap:
                candidates.add(ends)
    if not candidates:
        return {}
    place = {key: row for row, key in enumerate(keys)}
    ordered = sorted(candidates)
    left = np.array([place[one] for one, _ in ordered], dtype=np.int64)
    right = np.array([place[other] for _, other in ordered], dtype=np.int64)
    kept = score.edges(entity_type.matching, table, left, right)
    return {
        (keys[one], keys[other]): weight
        for one, other, weight in zip(kept.left.tolist(), kept.right.tolist(), kept.weights.tolist(), strict=True)
    }


def _components(nodes: set[str], joined: list[Pair]) -> list[frozenset[str]]:
    of = {node: {node} for node in nodes}
    for one, other in joined:
        if one in of and other in of and of[one] is not of[other]:
            of[one] |= of[other]
            for node in of[other]:
                of[node] = of[one]
    return [frozenset(members) for members in {id(members): members for members in of.values()}.values()]


def _clusters(
    entity_type: EntityType,
    keys: list[str],
    living: set[str],
    table: Any,
    edges: dict[Pair, int],
    verdicts: dict[Pair, str],
    links: set[Pair],
    merging: tuple[set[Pair], dict[str, str]],
) -> tuple[list[frozenset[str]], list[Pair], dict[str, frozenset[str] | None], dict[Pair, list[int]], set[Pair]]:
    model, limit = entity_type.matching, entity_type.match.piece_limit
    stewards = {ends for ends, verdict in verdicts.items() if verdict == "same"}
    musts = [*stewards, *links]
    match = {ends: weight for ends, weight in edges.items() if weight >= model.match_weight and set(ends) <= living}
    grid = [*range(model.match_weight, ALWAYS_WEIGHT, 1_000), ALWAYS_WEIGHT, 10**9]
    nodes = set(keys) | {key for ends in musts for key in ends}
    never = score.never_values(model, table)
    place = {key: row for row, key in enumerate(keys)}
    claimed = claims(model, table, [key.split(":")[0] for key in keys])
    clusters, skipped, cut, held, asked = [], [], {}, {}, set()
    todo = [(nodes, 0)]
    while todo:
        members, step = todo.pop()
        for piece in _components(members, [e for e, weight in match.items() if weight >= grid[step]] + musts):
            if len(piece) > limit and step < len(grid) - 1:
                todo.append((set(piece), step + 1))
                continue
            cut.update(dict.fromkeys(piece, piece if step else None))
            ids = sorted(piece)
            index = {key: number for number, key in enumerate(ids)}
            inside = lambda ends, index=index: ends[0] in index and ends[1] in index  # noqa: E731
            by = lambda without, ids=ids, index=index, inside=inside: cluster(  # noqa: E731
                ids,
                [(index[e[0]], index[e[1]], weight) for e, weight in match.items() if inside(e)],
                musts=[(index[e[0]], index[e[1]], e in stewards) for e in musts if inside(e) and e not in without],
                cannot={(index[e[0]], index[e[1]]) for e, v in verdicts.items() if v != "same" and inside(e)},
                never=[[those[place[key]] if key in living else frozenset() for key in ids] for those in never],
                constraints=[[those[place[key]] if key in living else None for key in ids] for those in claimed],
            )
            apart, doubts = judged(
                piece, merging[1], links, imported=merging[0], living=living,
                distinct={ends for ends, v in verdicts.items() if v != "same"},
                clusters=lambda merges, by=by, ids=ids: [
                    frozenset(ids[number] for number in group) for group in by(merges).clusters
                ],
            )  # fmt: skip
            result = by(apart)
            clusters += [frozenset(ids[number] for number in group) for group in result.clusters]
            skipped += [pair(ids[one], ids[other]) for one, other in result.skipped]
            held_here = {pair(ids[one], ids[other]): said for (one, other), said in result.held_apart.items()}
            held |= held_here
            asked |= doubts - held_here.keys()
    return clusters, skipped, cut, held, asked


def _target(entity_type, members, living, arrived, edges, verdicts, of) -> frozenset[str] | None:  # type: ignore[no-untyped-def]
    """Where a cluster of deleted records hangs: on its strongest living match that no verdict keeps apart."""
    if members & living or not members & arrived:
        return None
    best = []
    for (one, other), weight in edges.items():
        for mine, theirs in ((one, other), (other, one)):
            if mine in members and theirs in living and weight >= entity_type.matching.match_weight:
                apart = any(verdicts.get(pair(a, b), "same") != "same" for a in members for b in of[theirs])
                if not apart:
                    best.append((-weight, (one, other), theirs))
    return of[min(best)[2]] if best else None
