"""The five shapes in which sources tell a merge, or do not: whichever comes first, one state in the end."""

import hashlib
from typing import Any

import pytest

from mdm.errors import InvalidInput
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import rebuild, resolving
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.services.intake import records, source_merges
from mdm.services.intake import suspected_merges as suspected
from mdm.services.reading import golden, lookup
from mdm.services.rulebook import rules
from mdm.services.stewarding import tasks
from mdm.store.batches import Origin
from tests.conftest import AUTHOR
from tests.stories.state_language import SITE

SHAPES = ("pointer", "deleted with pointer", "survivor lists losers", "deleted alone", "nothing said")


@pytest.fixture
def sites(hub: Hub) -> Hub:
    rules.apply(hub, SITE, file="site.yaml", author=AUTHOR)
    return hub


def site(key: str, *, version: int = 1, number: str | None = None, street: str | None = None, **said: Any) -> Incoming:
    """A site; one that is said nothing of is deleted."""
    source, source_id = key.split(":")
    values: dict[str, Any] = {"number": number, "street": street}
    given = {name: value for name, value in values.items() if value is not None}
    return Incoming(source, "site", source_id, given, version, None, "put" if given else "delete", **said)


def send(hub: Hub, *items: Incoming) -> None:
    outcomes = records.put_many(hub, list(items), author=AUTHOR, batch=Origin("b"))
    assert {outcome.status for outcome in outcomes} <= {"accepted", "unchanged"}
    resolving.resolve_all(hub, author=AUTHOR)


def bearer(hub: Hub, key: str) -> str:
    source, source_id = key.split(":")
    return str(lookup.xref(hub, Key(source, "site", source_id))["golden_id"])


def unlike(text: str) -> str:
    """A number that is like no other."""
    return str(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()))


def asked(hub: Hub) -> list[list[str]]:
    return [task["records"] for task in tasks.page(hub, kind="source_merge", limit=100)["items"]]


def last_words(shape: str, source: str, number: dict[str, str]) -> list[Incoming]:
    """What the source sends of a, b and c after it merged a into b and b into c."""
    a, b, c = (f"{source}:{one}" for one in "abc")
    if shape == "pointer":
        return [site(a, version=2, number=number["a"], merged_into="b"),
                site(b, version=2, number=number["b"], merged_into="c")]  # fmt: skip
    if shape == "deleted with pointer":
        return [site(a, version=2, merged_into="b"), site(b, version=2, merged_into="c")]
    if shape == "survivor lists losers":
        return [site(a, version=2), site(b, version=2), site(c, version=2, number=number["c"], merged_from=("a", "b"))]
    return [site(a, version=2), site(b, version=2)] if shape == "deleted alone" else []


def test_all_five_shapes_of_a_chain_of_three_end_alike_in_any_order(sites: Hub) -> None:
    ends = set()
    for shape in SHAPES:
        for order in (1, -1):
            source = f"{shape.split()[0]}{order}{len(shape)}"
            number = dict.fromkeys("abc", unlike(source))
            first = [site(f"{source}:{one}", number=number[one]) for one in "abc"]
            for one in [*first, *last_words(shape, source, number)][::order]:
                send(sites, one)
            ids = {bearer(sites, f"{source}:{one}") for one in "abc"}
            found = golden.get(sites, ids.pop())
            assert not ids
            ends.add((found["status"], found["attributes"]["number"] == number["a"], source in str(found["crosswalk"])))
    assert ends == {("active", True, True)}
    assert tasks.page(sites)["items"] == []
    assert rebuild.verify(sites).match


def test_merges_of_unlike_records_end_alike_too_and_those_of_living_ones_are_asked_about(sites: Hub) -> None:
    for shape in SHAPES[:3]:
        for order in (1, -1):
            source = f"{shape.split()[0]}{order}{len(shape)}"
            number = {one: unlike(source + one) for one in "abc"}
            first = [site(f"{source}:{one}", number=number[one]) for one in "abc"]
            for one in [*first, *last_words(shape, source, number)][::order]:
                send(sites, one)
            assert len({bearer(sites, f"{source}:{one}") for one in "abc"}) == 1, (shape, order)
    assert len(asked(sites)) == 4, "two for each chain of living records"
    assert rebuild.verify(sites).match


FIRST = (site("crm:1", number="N1"), site("erp:1", number="N1"), site("crm:2", number="N2"), site("psa:2", number="N2"))


@pytest.mark.parametrize("late", [False, True])
def test_a_merge_over_two_golden_records_that_others_hold_waits_for_a_steward(sites: Hub, *, late: bool) -> None:
    merge = site("crm:1", number="N1", version=2, merged_into="2")
    send(sites, *([*FIRST, merge] if late else [merge, *FIRST]))
    assert bearer(sites, "crm:1") == bearer(sites, "erp:1") != bearer(sites, "crm:2") == bearer(sites, "psa:2")
    (task,) = tasks.page(sites)["items"]
    assert (task["kind"], task["records"]) == ("source_merge", ["crm:site:1", "crm:site:2"])
    decided = tasks.decide(sites, task["id"], verdict="same", etag=task["etag"], reason="", author=AUTHOR)
    resolving.resolve_all(sites, author=AUTHOR)
    assert len({bearer(sites, one) for one in ("crm:1", "erp:1", "crm:2", "psa:2")}) == 1
    assert asked(sites) == []
    decisions.undo(sites, decided.decision_id, reason="", author=AUTHOR)
    resolving.resolve_all(sites, author=AUTHOR)
    assert asked(sites) == [["crm:site:1", "crm:site:2"]]
    (task,) = tasks.page(sites)["items"]
    tasks.decide(sites, task["id"], verdict="distinct", etag=task["etag"], reason="", author=AUTHOR)
    resolving.resolve_all(sites, author=AUTHOR)
    assert bearer(sites, "crm:1") != bearer(sites, "crm:2")
    assert tasks.page(sites)["items"] == []
    assert rebuild.verify(sites).match


def test_a_merge_is_judged_on_the_clusters_of_now(sites: Hub) -> None:
    send(sites, *FIRST, site("crm:1", number="N1", version=2, merged_into="2"))
    send(sites, site("psa:2", number="N9", version=2))
    assert bearer(sites, "erp:1") == bearer(sites, "crm:2") != bearer(sites, "psa:2"), "only one side has others now"
    assert asked(sites) == [["crm:site:1", "crm:site:2"]]
    send(sites, site("crm:2", number="N1", version=2))
    assert asked(sites) == [], "they are alike now"


def test_a_deleted_loser_follows_its_survivor_and_its_id_keeps_answering(sites: Hub) -> None:
    send(sites, *FIRST)
    before = bearer(sites, "crm:1")
    send(sites, site("crm:1", version=2, merged_into="2"))
    assert bearer(sites, "crm:1") == bearer(sites, "psa:2") != bearer(sites, "erp:1")
    assert golden.get(sites, before)["status"] == "active"
    assert asked(sites) == []


def test_records_merged_in_a_circle_are_asked_about(sites: Hub) -> None:
    send(sites, *(site(f"crm:{one}", number="N1", merged_into=into) for one, into in ("12", "23", "31")))
    assert len({bearer(sites, f"crm:{one}") for one in "123"}) == 1
    assert asked(sites) == [["crm:site:1", "crm:site:3"]]
    assert rebuild.verify(sites).match


def test_a_survivor_with_a_new_id_lists_its_losers_and_their_own_word_stands_above_it(sites: Hub) -> None:
    send(sites, site("crm:1", number="N1"), site("crm:2", number="N2"))
    send(sites, site("crm:9", number="N9", merged_from=("1", "2")), site("crm:1", version=2), site("crm:2", version=2))
    assert len({bearer(sites, f"crm:{one}") for one in "129"}) == 1
    send(sites, site("crm:1", version=3, merged_into="4"), site("crm:4", number="N4"))
    send(sites, site("crm:9", number="N9", version=2, merged_from=("1", "2")))
    assert bearer(sites, "crm:1") == bearer(sites, "crm:4") != bearer(sites, "crm:2") == bearer(sites, "crm:9")


def test_a_record_that_is_only_deleted_is_suspected_until_somebody_says_so(sites: Hub) -> None:
    send(sites, site("crm:1", number="N1", street="Ash"), site("crm:2", number="N2", street="Ash"))
    send(sites, site("erp:3", number="N3", street="Ash"), site("crm:1", version=2), site("crm:8", number="N8"))
    (item,) = suspected.page(sites, "site")["items"]
    assert (item["deleted"], [one["record"] for one in item["like"]]) == ("crm:site:1", ["crm:site:2"])
    assert item["golden_id"] != item["like"][0]["golden_id"]
    source_merges.merge(sites, Key("crm", "site", "1"), "2", author=AUTHOR, wait=True)
    assert suspected.page(sites, "site") == {"items": [], "next": None}
    assert bearer(sites, "crm:1") == bearer(sites, "crm:2")
    with pytest.raises(InvalidInput, match="no cursor"):
        suspected.page(sites, "site", cursor="x")
