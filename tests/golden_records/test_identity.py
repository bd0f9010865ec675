"""A golden ID has one spelling, sorts by age, and always answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden_records.identity import Identity, digits_of_all, golden_id, parse_golden_id, status

POSITIONS = st.integers(0, 32**7 - 1)
PREFIXES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)


@pytest.mark.parametrize(
    ("position", "text"),
    [
        (1, "cus_0000001"),
        (31, "cus_000000z"),
        (32, "cus_0000010"),
        (1_000_000, "cus_000ygj0"),
        (32**7, "cus_10000000"),
    ],
)
def test_a_golden_id_is_the_position_in_crockford_base_32(position, text):
    assert golden_id("cus", position) == text


@given(PREFIXES, st.integers(0, 2**80))
def test_a_golden_id_leads_back_to_its_position(prefix, position):
    assert parse_golden_id(golden_id(prefix, position)) == (prefix, position)


@given(st.lists(POSITIONS) | st.lists(st.integers(0, 2**62)))
def test_the_golden_ids_of_many_are_written_as_each_of_them(positions):
    assert [f"cus_{digits}" for digits in digits_of_all(positions)] == [golden_id("cus", one) for one in positions]


@given(st.from_regex(r"[a-z]{1,3}_[0-9a-zA-Z]{6,9}", fullmatch=True))
def test_no_two_texts_are_one_golden_id(text):
    try:
        prefix, position = parse_golden_id(text)
    except ValueError:
        return
    assert golden_id(prefix, position) == text


@given(POSITIONS, POSITIONS)
def test_golden_ids_sort_as_their_positions(one, other):
    assert (golden_id("cus", one) < golden_id("cus", other)) == (one < other)


@pytest.mark.parametrize(
    "text",
    ["", "cus", "cus_", "cus_1", "cus_000000I", "cus_000000i", "cus_000000u", "cus_00000001", "_0000001",
     "CUS_0000001", "cus-0000001", " cus_0000001", "cus_0000001\n", "cus_0000_01", "cus_000000１",
     "cus_i0000000"],
)  # fmt: skip
def test_any_other_text_is_refused(text):
    with pytest.raises(ValueError, match="not a golden ID"):
        parse_golden_id(text)


def test_a_negative_position_is_refused():
    with pytest.raises(ValueError, match="-1"):
        golden_id("cus", -1)
    with pytest.raises(ValueError, match="-1"):
        digits_of_all([1, -1])


@pytest.mark.parametrize(
    ("bearers", "living", "expected"),
    [
        ({"crm:c:1": 1}, {1}, Identity("active", 1, [])),
        ({"crm:c:1": 1, "crm:c:2": 2}, {1, 2}, Identity("active", 1, [2])),
        ({"crm:c:1": 2}, {2}, Identity("merged", 2, [2])),
        ({"crm:c:1": 3, "crm:c:2": 2}, {2, 3}, Identity("split", None, [2, 3])),
        ({"crm:c:1": 3, "crm:c:2": 2}, {2}, Identity("merged", 2, [2])),
        ({"crm:c:1": 1}, set(), Identity("retired", None, [])),
        ({"crm:c:1": 2}, set(), Identity("retired", None, [])),
        ({}, set(), Identity("retired", None, [])),
    ],
)
def test_an_id_that_was_handed_out_tells_what_became_of_it(bearers, living, expected):
    assert status(1, bearers=bearers, living=living) == expected


@given(st.lists(st.tuples(st.sets(st.integers(1, 6), min_size=1), st.sets(st.integers(1, 6))), min_size=1, max_size=5))
def test_status_agrees_with_a_plain_history_of_clusters(steps):
    """Each step joins some of six records into one cluster, leaves the others apart and deletes some."""
    born: dict[int, set[int]] = {}
    for together, deleted in steps:
        clusters = [together, *({record} for record in range(1, 7) if record not in together)]
        for cluster in clusters:
            born.setdefault(min(cluster), set()).update(cluster)
        now = {record: min(cluster) for cluster in clusters for record in cluster}
        living = {min(cluster) for cluster in clusters if cluster - deleted}
        for golden, bearers in born.items():
            answer = status(golden, bearers={f"crm:c:{one}": now[one] for one in bearers}, living=living)
            holders = {now[one] for one in bearers} & living
            expected = "active" if golden in holders else ["retired", "merged", "split"][min(2, len(holders))]
            assert answer.status == expected
            assert answer.successors == sorted(holders - {golden})
            assert answer.current == (
                golden if expected == "active" else min(holders) if expected == "merged" else None
            )
