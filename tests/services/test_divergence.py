"""Divergence: which source records say something else than their golden record, since when, and what they should."""

from typing import Any

import pytest

from golden_records import divergence as pure
from matching import columns
from mdm.errors import InvalidInput, NotFound
from mdm.ingest import Incoming
from mdm.services import rebuild, resolving
from mdm.services.deciding import decisions, overrides
from mdm.services.feed import changes
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.rulebook import code_lists as codes
from mdm.services.rulebook import rules
from mdm.services.watching import divergence, hierarchy_mismatches
from mdm.services.watching.divergence import Wanted
from tests.conftest import AUTHOR

OFFICE = """
entity_type: office
id_prefix: ofc
attributes:
  name:    {kind: text, required: true}
  city:    {kind: text}
  email:   {kind: email, many: true}
  address: {kind: address}
  role:    {kind: code, list: roles}
  above:   {kind: reference, to: office}
  rates:   {kind: lines, key: [role], of: {role: {kind: code, list: roles}, rate: {kind: money, required: true}}}
  lead:    {kind: text, dated: true}
  under:   {kind: reference, to: office, dated: true}
match: {block_on: [[name]], compare: [name], always: [{same: name}]}
survive: {default: most_trusted, trust: {erp: 90, crm: 80, psa: 70}}
"""

DAYS = ("2025-12-31", "2026-01-01", "2026-02-01")


@pytest.fixture
def offices(hub: Hub) -> Hub:
    rules.apply(hub, OFFICE, file="office.yaml", author=AUTHOR)
    return hub


def put(hub: Hub, key: str, mode: Any = "put", name: str = "Nord", **said: Any) -> str:
    source, number = key.split(":")
    attributes = {"name": name, **said} if mode == "put" else said
    incoming = Incoming(source, "office", number, attributes, None, None, mode)
    found = records.put(hub, incoming, author=AUTHOR, wait=True).golden_id
    resolving.resolve_all(hub, author=AUTHOR)
    assert found is not None
    return found


def told(hub: Hub, **wanted: Any) -> list[tuple[str, str, Any, Any]]:
    items = divergence.page(hub, Wanted(entity_type="office", **wanted))["items"]
    return [(one["attribute"], one["source"], one["value"], one["take"]) for one in items]


def events(hub: Hub) -> list[tuple[str, list[tuple[str, str]]]]:
    items = changes.page(hub, after=0, limit=1000)["items"]
    told = [(one["type"], one["data"]["divergence"]) for one in items if one["type"].startswith("mdm.divergence.")]
    return [(kind.rpartition(".")[2], [(each["attribute"], each["key"]) for each in said]) for kind, said in told]


def test_a_source_disagrees_until_it_says_the_same_in_whatever_words(offices: Hub) -> None:
    golden_id = put(offices, "erp:1", city="Hamburg", email=["a@nord.example"])
    assert divergence.of_one(offices, golden_id)["items"] == []
    put(offices, "crm:2", city="Bremen", email=["b@nord.example"])
    put(offices, "psa:3", city="  HAMBURG ")
    put(offices, "psa:4")
    assert told(offices) == [("city", "crm", "Bremen", "Hamburg")]
    since = divergence.of_one(offices, golden_id)["items"][0]["since"]
    put(offices, "crm:2", city="Kiel")
    [item] = divergence.of_one(offices, golden_id)["items"]
    assert (item["since"], item["value"], item["golden_value"]) == (since, "Kiel", "Hamburg")
    assert told(offices, source="psa") == told(offices, attribute="name") == []
    put(offices, "crm:2", city="Hamburg")
    assert told(offices) == []
    assert events(offices) == [("opened", [("city", "crm:office:2")]), ("closed", [("city", "crm:office:2")])]
    assert rebuild.verify(offices).match


def test_what_is_missing_is_incomplete_and_does_not_diverge(offices: Hub) -> None:
    put(offices, "erp:1", city="Hamburg", address={"street": "Hafenstr. 1", "city": "Hamburg", "postcode": "20457"})
    put(offices, "crm:2", city=None, address={"city": "Hamburg"})
    put(offices, "psa:3", city="n/a", address={"street": "Hafenstrasse 1", "postcode": "20457"})
    assert told(offices) == []
    put(offices, "psa:3", address={"street": "Hafenstrasse 7", "postcode": "20457"})
    assert [(attribute, source) for attribute, source, *_ in told(offices)] == [("address", "psa")]


def test_people_disagree_with_sources_and_a_lone_record_too(offices: Hub) -> None:
    golden_id = put(offices, "erp:1", city="Hamburg", email=["a@nord.example"])
    overrides.override(offices, overrides.Wanted(golden_id, "city", "Lübeck"), reason="moved", author=AUTHOR)
    resolving.resolve_all(offices, author=AUTHOR)
    assert told(offices) == [("city", "erp", "Hamburg", "Lübeck")]
    put(offices, "erp:1", city="lübeck")
    assert told(offices) == []


def test_references_are_compared_by_what_they_mean_and_taken_by_the_sources_own_id(offices: Hub) -> None:
    put(offices, "erp:90", name="Sued")
    put(offices, "crm:91", name="Sued")
    put(offices, "erp:80", name="West")
    put(offices, "psa:1", above="crm:office:91")
    put(offices, "erp:2", above="90")
    assert told(offices) == [], "the same office by two ids"
    put(offices, "crm:3", above="erp:office:80")
    put(offices, "psa:4", above="80")
    assert told(offices) == [("above", "crm", "erp:office:80", "91")], "what leads nowhere disagrees with nothing"
    assert [
        one["attribute"] for one in hierarchy_mismatches.mismatches(offices, hierarchy_mismatches.Wanted())["items"]
    ] == ["above"]
    put(offices, "psa:4", above="erp:office:80")
    item = divergence.page(offices, Wanted(source="psa"))["items"][0]
    assert (item["take"], item["because"]) == (None, "psa has no office that is erp:office:90")
    put(offices, "crm:3", above="3")
    assert [source for _, source, *_ in told(offices)] == ["psa"], "what names itself says that nothing is above it"
    put(offices, "psa:80", name="Sued")
    put(offices, "erp:80", name="Sued")
    assert told(offices) == [], "both mean one office now"
    assert rebuild.verify(offices).match


def test_what_a_source_has_no_id_for_is_told_of_dated_references_too(offices: Hub) -> None:
    put(offices, "erp:90", name="Sued")
    put(offices, "psa:80", name="West")
    put(offices, "erp:80", name="West")
    put(
        offices, "erp:1", under=[{"value": "90", "valid_to": "2026-01-01"}, {"value": "80", "valid_from": "2026-01-01"}]
    )
    put(offices, "psa:9", name="Ost")
    put(offices, "psa:4", under="9")
    item = divergence.page(offices, Wanted(source="psa"))["items"][0]
    assert [(one["value"], one["valid_from"], one["valid_to"]) for one in item["take"]] == [
        (None, None, "2026-01-01"), ("80", "2026-01-01", None),
    ]  # fmt: skip
    assert item["because"] == "psa has no office that is erp:office:90"


def test_a_reference_that_a_person_set_is_compared_though_no_record_says_it(offices: Hub) -> None:
    put(offices, "erp:80", name="West")
    put(offices, "psa:90", name="Sued")
    golden_id = put(offices, "erp:1", above="80")
    wanted = overrides.Wanted(golden_id, "above", "psa:office:90")
    set_ = overrides.override(offices, wanted, reason="moved", author=AUTHOR)
    resolving.resolve_all(offices, author=AUTHOR)
    assert [told_of[:3] for told_of in told(offices)] == [("above", "erp", "80")]
    put(offices, "erp:80", name="Sued")
    assert told(offices) == [], "both mean one office now"
    put(offices, "erp:80", name="West")
    assert [told_of[:3] for told_of in told(offices)] == [("above", "erp", "80")]
    assert rebuild.verify(offices).match
    decisions.undo(offices, set_.decision_id, reason="was wrong", author=AUTHOR)
    resolving.resolve_all(offices, author=AUTHOR)
    assert told(offices) == []


def test_divergence_of_an_attribute_that_no_type_has_is_refused_rather_than_none(offices: Hub) -> None:
    for only in (None, "office"):
        with pytest.raises(NotFound, match="no attribute 'abov'; the nearest is 'above'"):
            divergence.page(offices, Wanted(entity_type=only, attribute="abov"))
    with pytest.raises(NotFound, match="no attribute 'tax_id'"):
        divergence.page(offices, Wanted(entity_type="office", attribute="tax_id"))


def test_codes_are_taken_by_the_sources_own_word(offices: Hub) -> None:
    mapping = '{"code_list": "roles", "source": "psa", "map": {"Ber. I": "consultant", "Ber. II": "senior_consultant"}}'
    codes.apply(offices, mapping, file="codes.yaml", author=AUTHOR)
    put(offices, "erp:1", role="consultant")
    put(offices, "psa:2", role="Ber. I")
    put(offices, "crm:3", role="nobody knows this")
    assert told(offices) == []
    put(offices, "psa:2", role="Ber. II")
    assert told(offices) == [("role", "psa", "Ber. II", "Ber. I")]


def test_dated_lines_and_values_disagree_on_the_days_on_which_they_do(offices: Hub) -> None:
    line = {"role": "consultant", "rate": "900", "valid_from": "2026-01-01", "valid_to": "2027-01-01"}
    put(offices, "erp:1", rates=[line], lead=[{"value": "Ada", "valid_from": "2026-01-01", "valid_to": None}])
    put(offices, "crm:2", rates=[{**line, "rate": "900.00", "valid_from": "2025-01-01"}], lead="ADA")
    assert told(offices) == []
    put(offices, "psa:3", rates=[{**line, "rate": "950", "valid_from": "2025-06-01", "valid_to": "2026-03-01"}])
    [(attribute, source, value, take)] = told(offices)
    assert (attribute, source) == ("rates", "psa")
    assert [(one["rate"], one["valid_from"], one["valid_to"]) for one in value] == [
        ("950", "2025-06-01", "2026-01-01"), ("950", "2026-01-01", "2026-03-01"),
    ]  # fmt: skip
    assert [one["valid_from"] for one in take] == ["2025-06-01", "2026-01-01"]
    assert {one["role"] for one in take} == {"consultant"}
    put(offices, "psa:3", lead=[{"value": "Grace", "valid_from": "2026-05-01", "valid_to": None}])
    [(attribute, _, value, take)] = told(offices)
    assert (attribute, [one["value"] for one in value], [one["value"] for one in take]) == ("lead", ["Grace"], ["Ada"])
    assert rebuild.verify(offices).match


def test_what_is_dated_disagrees_on_a_day_or_does_not_and_the_rest_as_ever(offices: Hub) -> None:
    line = {"role": "consultant", "rate": "900", "valid_from": "2026-01-01", "valid_to": "2027-01-01"}
    lead = [
        {"value": "Ada", "valid_from": "2026-01-01", "valid_to": "2026-06-01"},
        {"value": "Grace", "valid_from": "2026-06-01"},
    ]
    golden_id = put(offices, "erp:1", rates=[line, {**line, "role": "partner"}], lead=lead, city="Hamburg")
    put(offices, "crm:2", rates=[{**line, "rate": "950", "valid_to": "2026-03-01"}], lead="Ada", city="Bremen")

    def on(day: str) -> dict[str, tuple[Any, Any, Any]]:
        items = divergence.of_one(offices, golden_id, on=day)["items"]
        assert divergence.page(offices, Wanted(), on=day)["items"] == items
        assert list(divergence.export(offices, Wanted(), on=day)) == items
        return {one["attribute"]: (one["value"], one["golden_value"], one["take"]) for one in items}

    assert set(on("2025-12-31")) == {"city"}
    told = on("2026-02-28")
    assert set(told) == {"city", "rates"}
    assert [(one["role"], one["rate"]) for one in told["rates"][0]] == [("consultant", "950")]
    assert [(one["role"], one["rate"]) for one in told["rates"][1]] == [("consultant", "900"), ("partner", "900")]
    assert [one["rate"] for one in told["rates"][2]] == ["900"]
    assert set(on("2026-03-01")) == {"city"}
    told = on("2026-06-01")
    assert told["city"] == ("Bremen", "Hamburg", "Hamburg")
    assert ([one["value"] for one in told["lead"][0]], told["lead"][1]) == (["Ada"], "Grace")
    with pytest.raises(InvalidInput, match="on takes a day"):
        divergence.of_one(offices, golden_id, on="soon")
    pages, cursor = [], None
    while True:
        page = divergence.page(offices, Wanted(limit=1, cursor=cursor), on="2026-06-01")
        assert len(page["items"]) <= 1
        pages, cursor = [*pages, *(one["attribute"] for one in page["items"])], page["next"]
        if cursor is None:
            break
    assert pages == ["city", "lead"]


def test_what_disagrees_moves_with_merges_and_goes_with_deletions(offices: Hub) -> None:
    put(offices, "erp:1", city="Hamburg")
    put(offices, "crm:2", name="Nord Zwei", city="Bremen")
    put(offices, "psa:3", name="Nord Zwei", city="Kiel")
    assert told(offices) == [("city", "psa", "Kiel", "Bremen")]
    put(offices, "crm:2", city="Bremen")
    assert told(offices) == [("city", "crm", "Bremen", "Hamburg")]
    put(offices, "psa:3", city="Kiel")
    assert [(source, take) for _, source, _, take in told(offices)] == [("crm", "Hamburg"), ("psa", "Hamburg")]
    first = divergence.page(offices, Wanted(limit=1))
    rest = divergence.page(offices, Wanted(limit=1, cursor=first["next"]))
    assert [one["source"] for one in [*first["items"], *rest["items"]]] == ["crm", "psa"]
    assert rest["next"] is None
    put(offices, "psa:3", mode="delete")
    put(offices, "erp:1", mode="delete")
    assert told(offices) == []
    assert rebuild.verify(offices).match


def test_both_pure_packages_part_values_alike() -> None:
    assert pure.PART == columns.PART


def _seen(hub: Hub, **asked: Any) -> list[dict[str, Any]]:
    items = divergence.page(hub, Wanted(entity_type="office"), **asked)["items"]
    kept = ("golden_id", "attribute", "source", "source_id", "since", "recorded_at", "label", "golden_value", "value")
    return [
        {name: one[name] for name in kept} for one in items
    ]  # fmt: skip


def test_what_stood_at_any_moment_is_told_again_as_it_was_and_counted_by_day(offices: Hub) -> None:
    rates = [{"role": "manager", "rate": "120"}]
    steps: list[tuple[str, dict[str, Any]]] = [
        ("erp:1", {"city": "Hamburg", "rates": rates}), ("crm:2", {"city": "Bremen"}),
        ("crm:2", {"city": "Kiel", "rates": [{**rates[0], "rate": "118"}]}), ("psa:3", {"city": "Bonn", "above": "x"}),
        ("erp:9", {"name": "Alm"}), ("erp:1", {"above": "erp:office:9"}), ("crm:2", {"mode": "delete"}),
        ("erp:1", {"city": "Bonn"}), ("erp:8", {"name": "Firn"}),
        ("erp:1", {"lead": [{"value": "Ada", "valid_from": "2026-01-01"}], "under": "erp:office:8"}),
        ("psa:3", {"lead": "Grace", "under": [{"value": "erp:office:9", "valid_from": "2026-02-01"}]}),
        ("erp:8", {"name": "Alm"}), ("psa:3", {"lead": "Ada"}), ("erp:1", {"rates": rates, "city": "Bonn"}),
        ("crm:2", {"city": "Ulm", "above": "crm:office:7"}), ("crm:7", {"name": "Tal"}),
    ]  # fmt: skip
    then, on_days = [], []
    for key, said in steps:
        put(offices, key, **said)
        with offices.database.read() as reader:
            (at,) = reader.one("SELECT max(position) FROM log") or (0,)
        then.append((at, _seen(offices)))
        on_days.append([_seen(offices, on=day) for day in DAYS])
    assert {len(items) for _, items in then} > {0, 1, 2}
    for at, items in then:
        assert _seen(offices, as_of=at) == items
    for (at, _), expected in zip(then, on_days, strict=True):
        assert [_seen(offices, as_of=at, on=day) for day in DAYS] == expected
    assert {len(items) for days in on_days for items in days} > {0, 1, 2}
    one = then[2][1][0]["golden_id"]
    told_then = divergence.of_one(offices, one, as_of=then[2][0])["items"]
    assert [each["attribute"] for each in told_then] == [each["attribute"] for each in then[2][1]]
    assert not any("take" in each for each in told_then)
    (day,) = divergence.counts(offices, Wanted(entity_type="office"))["items"]
    assert day["open"] == day["opened"] - day["closed"] == len(then[-1][1])
    assert divergence.counts(offices, Wanted(source="psa"), since="2999-01-01") == {"items": []}
    assert divergence.counts(offices, Wanted(source="psa", attribute="city"))["items"][0]["opened"] == 1
