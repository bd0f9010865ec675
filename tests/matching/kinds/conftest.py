"""What the tests of kinds share: the level of a pair, by name."""

from collections.abc import Callable

import pytest

from matching.kinds import KINDS

LevelOf = Callable[[str, object, object], str]


@pytest.fixture(scope="session")
def level_of() -> LevelOf:
    """Give a function from a kind's name and two source values to the name of their level."""

    def level(kind_name: str, one: object, other: object) -> str:
        kind = KINDS[kind_name]
        left, right = kind.standardise(one), kind.standardise(other)
        assert left is not None
        assert right is not None
        there, back = kind.compare([left, right], [right, left])
        assert there == back, "a comparison must not depend on the side"
        return kind.levels[there - 1].name

    return level
