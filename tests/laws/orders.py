"""Other orders of a history that give the same state: those that keep the order of facts that do not commute."""

import random

from tests.laws.small_world import Fact


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
