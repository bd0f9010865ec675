"""The current record is the fold of its versions, in whatever order they arrived."""

from itertools import permutations
from typing import Any

import pytest

from mdm.resolution.fold import fold, values_of


def version(
    mode: str, attributes: dict[str, Any], *, number: int | None = None, day: int | None = None
) -> dict[str, Any]:
    time = None if day is None else f"2026-01-{day:02}T00:00:00.000000Z"
    return {"mode": mode, "attributes": attributes, "version": number, "event_time": time}


def test_a_put_replaces_everything() -> None:
    folded = fold([(1, version("put", {"a": 1, "b": 2})), (2, version("put", {"a": 3}))])
    assert values_of(folded.layers) == {"a": 3}


def test_a_patch_lies_on_top_and_takes_away_what_it_sets_to_null() -> None:
    folded = fold([(1, version("put", {"a": 1, "b": 2})), (2, version("patch", {"b": None, "c": 4}))])
    assert values_of(folded.layers) == {"a": 1, "c": 4}


def test_a_tombstone_leaves_what_stood_before_underneath_and_a_patch_revives_it() -> None:
    versions = [(1, version("put", {"a": 1})), (2, version("delete", {}))]
    assert fold(versions).deleted
    revived = fold([*versions, (3, version("patch", {"b": 2}))])
    assert not revived.deleted
    assert values_of(revived.layers) == {"a": 1, "b": 2}


def test_each_value_keeps_position_and_event_time_of_the_version_that_set_it() -> None:
    folded = fold([(4, version("put", {"a": 1, "b": 2}, day=3)), (9, version("patch", {"b": 5}, day=4))])
    assert folded.layers == [
        {"position": 4, "event_time": "2026-01-03T00:00:00.000000Z", "attributes": {"a": 1}},
        {"position": 9, "event_time": "2026-01-04T00:00:00.000000Z", "attributes": {"b": 5}},
    ]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_late_version_folds_in_where_it_belongs(order: tuple[int, ...]) -> None:
    versions = [
        version("put", {"a": "first"}, number=1),
        version("patch", {"b": "second"}, number=2),
        version("delete", {}, number=3),
        version("patch", {"a": "fourth"}, number=10),
    ]
    folded = fold([(position, versions[which]) for position, which in enumerate(order, 1)])
    assert values_of(folded.layers) == {"a": "fourth", "b": "second"}
    assert not folded.deleted


def test_a_missing_event_time_is_older_than_any() -> None:
    folded = fold([(1, version("put", {"a": "dated"}, day=1)), (2, version("put", {"a": "undated"}))])
    assert values_of(folded.layers) == {"a": "dated"}


def test_the_first_position_is_where_the_record_was_first_heard_of() -> None:
    assert fold([(7, version("put", {}, number=2)), (9, version("put", {}, number=1))]).first_position == 7
