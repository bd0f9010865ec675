"""Which golden records a verdict `same` would make one."""

from collections.abc import Iterable

Pair = tuple[int, int]


def joined(pairs: Iterable[Pair]) -> list[set[int]]:
    """The sets of numbers that pairs tie together, of more than one each."""
    lead: dict[int, int] = {}

    def find(one: int) -> int:
        while (above := lead.setdefault(one, one)) != one:
            lead[one] = lead[above]
            one = lead[one]
        return one

    for one, other in pairs:
        lead[find(one)] = find(other)
    groups: dict[int, set[int]] = {}
    for one in lead:
        groups.setdefault(find(one), set()).add(one)
    return [group for _, group in sorted(groups.items()) if len(group) > 1]
