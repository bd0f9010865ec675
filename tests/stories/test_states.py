"""What becomes of records and IDs, before and after, one line for each: the cases of identity and verdicts."""

import pytest

from mdm.services.hub import Hub
from tests.stories.state_language import States

TWO = ("crm:1 -> G1 auto", "erp:7 -> G2 auto")
TOGETHER = ("crm:1 -> G1 auto", "erp:7 -> G1 auto")
THREE = (*TWO, "psa:3 -> G3 auto")


@pytest.fixture
def states(hub: Hub) -> States:
    return States(hub)


def test_a_steward_joins_two_and_the_older_id_stays(states: States) -> None:
    states.given(*TWO).when("erp:7 same crm:1").then("crm:1 -> G1 steward", "erp:7 -> G1 steward", "G2 => G1")


def test_undo_parts_them_again_under_their_ids(states: States) -> None:
    states.given(*TWO).when("crm:1 same erp:7", "undo 1").then(*TWO)


def test_an_undone_undo_joins_them_again(states: States) -> None:
    states.given(*TWO).when("crm:1 same erp:7", "undo 1", "undo 2").then(
        "crm:1 -> G1 steward", "erp:7 -> G1 steward", "G2 => G1"
    )


def test_a_steward_parts_what_matches_and_it_stays_parted(states: States) -> None:
    states.given(*TOGETHER).when("crm:1 distinct erp:7", "erp:7 like G1").then(*TWO)


def test_related_records_are_kept_apart(states: States) -> None:
    states.given(*TOGETHER).when("crm:1 related erp:7").then(*TWO)


def test_the_latest_verdict_holds(states: States) -> None:
    states.given(*TWO).when("crm:1 same erp:7", "crm:1 distinct erp:7").then(*TWO)


def test_the_machine_never_parts_what_a_steward_joined(states: States) -> None:
    states.given("crm:1 -> G1 steward", "erp:7 -> G1 steward").when("crm:1 like Elsewhere", "erp:7 like Nowhere").then(
        "crm:1 -> G1 steward", "erp:7 -> G1 steward"
    )


def test_a_changed_record_joins_by_itself_and_its_id_leads_on(states: States) -> None:
    states.given(*TWO).when("erp:7 like G1").then("crm:1 -> G1 auto", "erp:7 -> G1 auto", "G2 => G1")


def test_a_changed_record_leaves_and_a_new_id_is_given_to_the_younger(states: States) -> None:
    states.given(*TOGETHER).when("erp:7 like G9").then(*TWO)


def test_the_older_id_stays_even_when_the_older_record_joins_the_younger(states: States) -> None:
    states.given(*TWO).when("crm:1 like G2").then("crm:1 -> G1 auto", "erp:7 -> G1 auto", "G2 => G1")


def test_the_founder_takes_its_id_with_it(states: States) -> None:
    states.given("crm:1 -> G1 auto", "erp:7 -> G1 auto", "psa:3 -> G1 auto").when("crm:1 like G9").then(
        "crm:1 -> G1 auto", "erp:7 -> G2 auto", "psa:3 -> G2 auto"
    )


def test_a_merge_of_three_leads_two_ids_to_the_oldest(states: States) -> None:
    states.given(*THREE).when("merge G3 G2 G1").then(
        "crm:1 -> G1 steward", "erp:7 -> G1 steward", "psa:3 -> G1 steward", "G2 => G1", "G3 => G1"
    )


def test_a_merge_and_a_later_split_of_one(states: States) -> None:
    states.given(*THREE).when("merge G1 G2", "merge G1 G3", "split G1 erp:7").then(
        "crm:1 -> G1 steward", "psa:3 -> G1 steward", "erp:7 -> G2 auto", "G3 => G1"
    )


def test_a_verdict_on_one_pair_leaves_the_rest_of_a_merge(states: States) -> None:
    states.given(*THREE).when("merge G1 G2 G3", "psa:3 distinct crm:1", "psa:3 distinct erp:7").then(
        "crm:1 -> G1 steward", "erp:7 -> G1 steward", "psa:3 -> G3 auto", "G2 => G1"
    )


def test_an_earlier_merge_is_undone_below_a_later_one(states: States) -> None:
    states.given(*THREE).when("merge G1 G2", "merge G1 G3", "undo 1").then(
        "crm:1 -> G1 steward", "psa:3 -> G1 steward", "erp:7 -> G1 steward", "G2 => G1", "G3 => G1"
    )


def test_an_id_whose_records_went_two_ways_is_split(states: States) -> None:
    states.given(*THREE, "hcm:4 -> G4 auto").when("merge G3 G4", "undo 1", "psa:3 like G1", "hcm:4 like G2").then(
        "crm:1 -> G1 auto", "psa:3 -> G1 auto", "erp:7 -> G2 auto", "hcm:4 -> G2 auto", "G3 => G1 + G2", "G4 => G2"
    )


def test_a_deleted_record_alone_retires_its_id(states: States) -> None:
    states.given(*TWO).when("erp:7 gone").then("crm:1 -> G1 auto", "G2 => none")


def test_a_revived_record_has_its_id_back(states: States) -> None:
    states.given(*TWO).when("erp:7 gone", "erp:7 like G2").then(*TWO)


def test_a_deleted_founder_still_gives_the_id(states: States) -> None:
    states.given(*TOGETHER).when("crm:1 gone").then("erp:7 -> G1 auto")


def test_a_doubtful_pair_waits_for_a_steward(states: States) -> None:
    states.given(*TWO).when("crm:1 near Ash", "erp:7 near Ash").then(*TWO, "crm:1 ? erp:7")


@pytest.mark.parametrize("verdict", ["distinct", "related"])
def test_a_verdict_closes_the_doubt(states: States, verdict: str) -> None:
    states.given(*TWO).when("crm:1 near Ash", "erp:7 near Ash", f"crm:1 {verdict} erp:7").then(*TWO)


def test_undo_opens_the_doubt_again(states: States) -> None:
    states.given(*TWO).when("crm:1 near Ash", "erp:7 near Ash", "crm:1 same erp:7", "undo 1").then(
        *TWO, "crm:1 ? erp:7"
    )


def test_a_doubt_ends_by_itself_when_the_values_do(states: States) -> None:
    states.given(*TWO).when("crm:1 near Ash", "erp:7 near Ash", "erp:7 near Oak").then(*TWO)


def test_stewards_who_contradict_each_other_over_three_are_told(states: States) -> None:
    states.given(*THREE).when("crm:1 same erp:7", "erp:7 same psa:3", "crm:1 distinct psa:3").then(
        "crm:1 -> G1 steward", "erp:7 -> G1 steward", "psa:3 -> G3 auto", "G2 => G1", "erp:7 ! psa:3"
    )


def test_a_source_that_merges_its_own_records_joins_them_and_a_steward_is_asked(states: States) -> None:
    states.given("crm:1 -> G1 auto", "crm:2 -> G2 auto").when("crm:2 merged into crm:1").then(
        "crm:1 -> G1 source", "crm:2 -> G1 source", "G2 => G1", "crm:1 << crm:2"
    )


def test_a_source_that_merges_what_other_systems_hold_apart_joins_nothing(states: States) -> None:
    four = ("crm:1 -> G1 auto", "erp:7 -> G1 auto", "crm:2 -> G2 auto", "psa:3 -> G2 auto")
    states.given(*four).when("crm:2 merged into crm:1").then(*four, "crm:1 << crm:2")


def test_a_source_never_overrules_a_steward(states: States) -> None:
    states.given("crm:1 -> G1 auto", "crm:2 -> G2 auto").when("crm:1 distinct crm:2", "crm:2 merged into crm:1").then(
        "crm:1 -> G1 auto", "crm:2 -> G2 auto"
    )
