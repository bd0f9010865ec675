"""Histories that random ones seldom reach, each told line by line and compared with the plain hub."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.laws import small_world
from tests.laws.replay import Driven
from tests.laws.test_resolution_laws import Hubs, settled_as_plain

Tell = Callable[..., Driven]


@pytest.fixture
def told(bare_template: Path, tmp_path: Path) -> Iterator[Tell]:
    """Tells a history to a fresh hub: `told("thing 0 put a=p b=u", "thing 0 same 1", "tick 5", "settle")`."""
    hubs = Hubs(bare_template, tmp_path)

    def tell(*lines: str) -> Driven:
        driven = hubs.new()
        for number, line in enumerate(lines):
            _tell(driven, number, line.split())
        settled_as_plain(driven)
        return driven

    yield tell
    for hub in hubs.made:
        hub.close()


def _tell(driven: Driven, number: int, words: list[str]) -> None:
    match words:
        case ["settle"]:
            settled_as_plain(driven)
        case ["rules", of, variant]:
            driven.apply(of, int(variant))
        case ["tick", day]:
            driven.put(number, ("place", "tick", {"date": f"2026-01-{int(day):02}"}))
        case ["undo", of, line]:
            driven.put(number, (of, "undo", {"undoes": int(line), "reason": ""}))
        case [of, id_, "put" | "patch" | "delete" as mode, *given]:
            driven.put(number, (of, "record", _record(number, id_, mode, given)))
        case [of, id_, "set", *given]:
            driven.put(number, (of, "override", _override(_keys(of, id_)[0], given)))
        case [of, loser, "into", winner]:
            source, _, id_ = _keys(of, loser)[0].split(":")
            body = {"source": source, "source_id": id_, "into": winner, "version": number, "event_time": None}
            driven.put(number, (of, "source_merge", {**body, "batch": "", "line": 0}))
        case [of, left, verdict, right]:
            body = {"verdict": verdict, "left": _keys(of, left), "right": _keys(of, right), "reason": ""}
            driven.put(number, (of, "verdict", {**body, "supersedes": [], "action": "verdict"}))


def _record(number: int, id_: str, mode: str, given: list[str]) -> dict[str, object]:
    values = dict(each.split("=") for each in given)
    day, version = values.pop("on", None), values.pop("version", number)
    time = f"2026-01-{int(day):02}T00:00:00.000000Z" if day else None
    return {
        "source": f"s{1 + int(id_) % 3}", "source_id": id_, "version": int(version), "event_time": time, "mode": mode,
        "batch": "", "line": 0, "attributes": values,
    }  # fmt: skip


def _override(key: str, given: list[str]) -> dict[str, object]:
    """`a=O`, with `until=5` for a day in January and `over=p` for the value that it overruled; `a=` is nothing."""
    values = dict(each.split("=") for each in given)
    until, over = values.pop("until", None), values.pop("over", None)
    [(attribute, value)] = values.items()
    return {
        "record": key, "attribute": attribute, "value": value or None, "until": until and f"2026-01-{int(until):02}",
        "overruled": over and {attribute: [over]}, "reason": "", "supersedes": [],
    }  # fmt: skip


def _keys(of: str, ids: str) -> list[str]:
    return [f"s{1 + int(id_) % 3}:{of}:{id_}" for id_ in ids.split(",")]


def bears(driven: Driven, of: str, ids: str) -> list[int | None]:
    """The golden numbers of these records, counted from the first that any of them bears."""
    golden = driven.found(of, driven.hub).golden
    numbers = [golden.get(key) for key in _keys(of, ids)]
    order = sorted({number for number in numbers if number is not None})
    return [None if number is None else order.index(number) for number in numbers]


def test_the_values_of_a_deleted_record_bar_nothing(told: Tell) -> None:
    driven = told(
        "thing 0 put a=p b=u", "thing 1 put t=ID4711", "thing 0 same 1", "thing 1 delete", "settle",
        "thing 2 put a=p b=u t=ID4712",
    )  # fmt: skip
    assert bears(driven, "thing", "0,1,2") == [0, 0, 0]


def test_the_living_values_of_a_must_linked_group_bar_a_third(told: Tell) -> None:
    driven = told(
        "thing 0 put a=p b=u", "thing 1 put t=ID4711", "thing 0 same 1", "settle", "thing 2 put a=p b=u t=ID4712"
    )
    assert bears(driven, "thing", "0,1,2") == [0, 0, 1]


def test_an_edge_of_a_deleted_record_does_not_strengthen_a_bridge(told: Tell) -> None:
    driven = told(
        "thing 0 put a=p b=u", "thing 1 put a=q b=v", "thing 0 same 1", "thing 1 delete", "settle",
        "thing 2 put a=p b=u t=ID4711", "thing 3 put a=q b=v t=ID4711",
    )  # fmt: skip
    assert bears(driven, "thing", "0,1,2,3") == [0, 0, 1, 1]


def test_two_deleted_records_hang_on_one_and_one_of_them_is_deleted_again(told: Tell) -> None:
    driven = told(
        "thing 0 put a=p b=u", "thing 1 put a=p b=u", "thing 2 put a=p b=u", "settle", "thing 0 delete",
        "thing 1 delete", "settle", "thing 1 delete",
    )  # fmt: skip
    assert bears(driven, "thing", "0,1,2") == [0, 0, 0]


def test_a_deleted_founder_leaves_for_a_stronger_match_and_takes_its_number_along(told: Tell) -> None:
    driven = told(
        "thing 0 put a=p b=u t=ID4711", "thing 1 put a=p b=u", "settle", "thing 0 delete", "settle",
        "thing 2 put t=ID4711",
    )  # fmt: skip
    assert bears(driven, "thing", "0,1,2") == [0, 1, 0]


def test_a_deleted_record_hangs_on_the_smaller_key_of_two_equal_matches_whichever_came_first(told: Tell) -> None:
    driven = told(
        "thing 2 put a=p b=u", "thing 1 put a=p b=u", "thing 1 distinct 2", "thing 0 put a=p b=u", "settle",
        "thing 0 delete",
    )  # fmt: skip
    assert bears(driven, "thing", "0,1,2") == [1, 1, 0]


def test_merges_of_a_chain_are_judged_by_their_keys_whichever_came_first(told: Tell) -> None:
    """Once the first ties the middle of the chain, each end stands with a record of another source, and they wait."""
    driven = told(
        "thing 6 put a=r", "thing 3 put a=q", "thing 0 put a=p", "thing 1 put b=u", "thing 2 put b=v",
        "thing 0 same 1", "thing 6 same 2", "thing 3 into 6", "settle", "thing 0 into 3",
    )  # fmt: skip
    assert bears(driven, "thing", "0,1,3,6,2") == [1, 1, 1, 0, 0]


def test_a_merge_does_not_wait_for_the_sake_of_a_record_that_is_gone(told: Tell) -> None:
    driven = told(
        "thing 3 put a=q", "thing 1 put b=u", "thing 3 same 1", "thing 6 put a=r", "thing 2 put b=v", "thing 6 same 2",
        "thing 1 delete", "settle", "thing 3 into 6",
    )  # fmt: skip
    assert bears(driven, "thing", "3,1,6,2") == [0, 0, 0, 0]


def test_a_merge_that_a_constraint_holds_up_leaves_the_doubt_about_the_pair_as_it_is(told: Tell) -> None:
    """They have one `a`, and a `b` each, which no two records of one source may have."""
    driven = told("rules thing 2", "thing 0 put a=p b=u", "thing 3 put a=p b=v", "thing 0 into 3")
    assert {kind for kind, *_ in driven.found("thing", driven.hub).tasks} == {"constraint", "review"}


def test_a_record_without_values_joins_and_the_feed_says_that_it_did(told: Tell) -> None:
    driven = told("thing 0 put a=p", "thing 1 put", "settle", "thing 0 same 1")
    assert bears(driven, "thing", "0,1") == [0, 0]


def test_a_deletion_is_told_once_by_the_key_that_is_gone(told: Tell) -> None:
    driven = told("thing 0 put a=p", "thing 1 put a=q", "settle", "thing 0 delete", "settle", "thing 0 delete")
    with driven.hub.database.read() as reader:
        told_of = reader.rows(
            "SELECT source_id FROM change JOIN source_record ON id = record_id WHERE kind = 'xref.removed'"
        )
    assert told_of == [("0",)]


def test_a_contradiction_between_records_not_yet_arrived_outlives_new_rules(told: Tell) -> None:
    driven = told("place 0,1 same 2,3,4", "place 2 related 4", "settle", "rules place 1", "settle", "rules place 0")
    assert sum(kind == "contradiction" for kind, *_ in driven.found("place", driven.hub).tasks) == 2


def test_a_piece_is_cut_no_further_than_it_must_be(told: Tell) -> None:
    """Four are too many under the third rules, joined by 4 bits all; two of them by 5 bits, one step of the grid up."""
    driven = told(
        "rules thing 2", "place 0 put a=p", "place 1 put a=q", "thing 0 put a=p b=u place=0",
        "thing 1 put a=p b=u place=1", "thing 2 put a=p", "thing 3 put a=p",
    )  # fmt: skip
    assert bears(driven, "thing", "0,1,2,3") == [0, 0, 1, 2]


def test_a_must_link_that_holds_again_cuts_the_piece_it_was_not_part_of(told: Tell) -> None:
    driven = told(
        "rules thing 2", "thing 0 put a=p", "thing 1 put a=p", "thing 2 put a=p", "thing 3 put a=q",
        "thing 0 same 3", "settle", "undo thing 5", "settle", "undo thing 7",
    )  # fmt: skip
    assert bears(driven, "thing", "0,1,2,3") == [0, 1, 2, 0]


def shown(driven: Driven) -> list[bytes]:
    return [attributes for attributes, _ in driven.found("place", driven.hub).values.values()]


def test_of_two_contents_of_one_version_the_later_counts_whichever_came_first(told: Tell) -> None:
    lines = ("place 0 put a=p b=u on=5 version=1", "settle", "place 0 put a=q b=u on=2 version=1")
    assert shown(told(*lines)) == [b'{"a":"p","b":"u"}']


def test_trust_falls_on_the_day_it_is_due_though_nothing_else_happens(told: Tell) -> None:
    """s2 begins at 96 and loses half in three days; s1 stays at 90."""
    records = ("place 0 put a=p b=u on=1", "place 1 put a=P b=u on=1", "tick 1", "settle")
    assert shown(told(*records)) == [b'{"a":"P","b":"u"}']
    assert shown(told(*records, "tick 2")) == [b'{"a":"p","b":"u"}']


def test_the_greatest_tick_counts_and_not_the_last(told: Tell) -> None:
    records = ("place 0 put a=p b=u on=1", "place 1 put a=P b=u on=1")
    driven = told(*records, "tick 9", "settle", "tick 1", "settle", "place 1 put a=P b=u on=1 t=ID4711")
    assert shown(driven) == [b'{"a":"p","b":"u","t":"ID4711"}']


def test_no_value_of_the_small_world_counts_as_missing() -> None:
    """Kinds take an `x` for "nothing"; histories full of those would reach little."""
    model = small_world.entity_type("thing").matching
    for mood in small_world.MOODS:
        for attribute, domain in (("a", mood.a), ("b", mood.b)):
            assert all(model.kind(attribute).standardise(value) for value in domain if value != "-")


def test_what_people_set_stays_with_its_record_and_in_one_cluster_the_latest_holds(told: Tell) -> None:
    lines = ("place 0 put a=p b=u", "place 1 put a=q b=v", "place 1 set a=O", "place 0 set a=N", "settle")
    assert sorted(shown(told(*lines))) == [b'{"a":"N","b":"u"}', b'{"a":"O","b":"v"}']
    assert shown(told(*lines, "place 0 same 1")) == [b'{"a":"N","b":"u"}']
    assert sorted(shown(told(*lines, "place 0 same 1", "settle", "place 0 distinct 1"))) == [
        b'{"a":"N","b":"u"}', b'{"a":"O","b":"v"}',
    ]  # fmt: skip
    assert shown(told(*lines, "place 0 same 1", "settle", "undo place 3")) == [b'{"a":"O","b":"u"}']


def test_what_people_set_on_a_founder_counts_while_it_hangs_deleted_and_goes_with_it_when_it_returns(
    told: Tell,
) -> None:
    lines = ("place 0 put a=p b=u", "place 1 put a=p b=u", "place 0 set a=O", "settle", "place 0 delete")
    assert shown(told(*lines)) == [b'{"a":"O","b":"u"}']
    assert sorted(shown(told(*lines, "settle", "place 0 patch b=v"))) == [b'{"a":"O","b":"v"}', b'{"a":"p","b":"u"}']


def test_what_people_set_ends_on_its_day_though_nothing_else_happens(told: Tell) -> None:
    lines = ("place 0 put a=p b=u", "tick 2", "place 0 set a=O until=5", "settle", "tick 4", "settle")
    assert shown(told(*lines)) == [b'{"a":"O","b":"u"}']
    assert shown(told(*lines, "tick 5")) == [b'{"a":"p","b":"u"}']


def test_what_people_set_holds_while_what_it_overruled_would_survive(told: Tell) -> None:
    lines = ("place 0 put a=p b=u on=1", "place 0 set a= over=P", "settle")
    assert shown(told(*lines)) == [b'{"b":"u"}']
    assert shown(told(*lines, "place 0 put a=q b=u on=2")) == [b'{"a":"q","b":"u"}']
    assert shown(told(*lines, "place 0 put a=q b=u on=2", "settle", "place 0 put a=p on=3")) == [b"{}"]


def disagreeing(driven: Driven) -> list[str]:
    """The attributes in which some record says something else than its golden record, now."""
    with driven.hub.database.read() as reader:
        return [row[0] for row in reader.rows("SELECT attribute FROM divergence WHERE until IS NULL")]


def test_a_reference_that_people_set_agrees_with_its_records_once_both_lead_to_one_thing(told: Tell) -> None:
    """What the record refers to bears the smaller key and stays as it is: only what was set leads elsewhere."""
    lines = ("place 0 put a=p", "place 1 put b=u", "thing 0 put a=p place=0", "thing 0 set place=s2:place:1", "settle")
    assert disagreeing(told(*lines)) == ["place"]
    assert disagreeing(told(*lines, "place 0 same 1")) == []


def test_trust_that_falls_can_lift_what_people_set(told: Tell) -> None:
    """On the second day s1 is trusted more than s2, and says something else than what was overruled."""
    lines = ("place 0 put a=q b=u on=1", "place 1 put a=p b=u on=1", "place 0 same 1", "place 0 set a=O over=p")
    assert shown(told(*lines, "tick 1")) == [b'{"a":"O","b":"u"}']
    assert shown(told(*lines, "tick 1", "settle", "tick 2")) == [b'{"a":"q","b":"u"}']
