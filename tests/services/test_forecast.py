"""What a forecast says is what the days then bring."""

import random

import pytest

from mdm.errors import InvalidInput
from mdm.services import resolving
from mdm.services.deciding import overrides
from mdm.services.deciding.overrides import Wanted
from mdm.services.hub import Hub
from mdm.services.reading import forecast, golden
from tests.conftest import AUTHOR
from tests.laws import histories
from tests.laws.replay import Driven
from tests.laws.test_resolution_laws import Hubs, both_tiers, hubs  # noqa: F401
from tests.services.test_conflicts import put, shop, tick  # noqa: F401

LAST = 28


def test_it_names_the_day_the_values_and_the_reason_of_each_change(shop: Hub) -> None:  # noqa: F811
    put(shop, "crm", "1", name="Kiosk", phone="new", day=1)
    id_ = put(shop, "erp", "1", name="Kiosk", phone="old", day=1)
    tick(shop, "2026-01-02")
    wanted = Wanted(id_, "city", "Bonn", until="2026-02-01")
    overrides.override(shop, wanted, reason="", author=AUTHOR)
    found = forecast.of_one(shop, id_)
    assert (found["since"], found["until"]) == ("2026-01-02", "2027-01-02")
    assert found["changes"] == [
        {"date": "2026-01-11", "attribute": "phone", "from": "new", "to": "old",
         "because": "no value meets the condition of step 1 any more"},
        {"date": "2026-02-01", "attribute": "city", "from": "Bonn", "to": None, "because": "the override has ended"},
    ]  # fmt: skip
    assert forecast.of_one(shop, id_, until="2026-01-20")["changes"] == found["changes"][:1]
    listed = forecast.page(shop, entity_type="shop")
    assert [one["changes"] for one in listed["items"]] == [found["changes"]]
    assert golden.get(shop, id_)["attributes"]["phone"] == "new"


def test_trust_that_falls_says_so(shop: Hub) -> None:  # noqa: F811
    put(shop, "crm", "1", name="Kiosk", vat="DE136695976", day=1)
    id_ = put(shop, "psa", "1", name="Kiosk", vat="DE811907980", day=1)
    tick(shop, "2026-01-02")
    [change] = forecast.of_one(shop, id_, until="2027-01-01")["changes"]
    assert (change["attribute"], change["from"], change["to"]) == ("vat", "DE136695976", "DE811907980")
    assert change["because"] == "less trusted"
    tick(shop, change["date"])
    assert golden.get(shop, id_)["attributes"]["vat"] == change["to"]


@pytest.mark.parametrize("until", ["2025-12-31", "soon"])
def test_a_day_that_is_over_or_none_is_refused(shop: Hub, until: str) -> None:  # noqa: F811
    id_ = put(shop, "crm", "1", name="Kiosk", day=1)
    tick(shop, "2026-01-02")
    with pytest.raises(InvalidInput, match="until"):
        forecast.of_one(shop, id_, until=until)


def test_before_the_first_day_it_asks_until_when(shop: Hub) -> None:  # noqa: F811
    put(shop, "crm", "1", name="Kiosk", phone="new", day=1)
    id_ = put(shop, "erp", "1", name="Kiosk", phone="old", day=1)
    with pytest.raises(InvalidInput, match="no day has passed"):
        forecast.of_one(shop, id_)
    assert forecast.of_one(shop, id_, until="2026-02-01")["changes"][0]["date"] == "2026-01-11"


def test_pages_go_on_until_all_have_been_looked_at(shop: Hub) -> None:  # noqa: F811
    ids = [put(shop, "crm", name, name=name, phone="new", day=1) for name in ("Kiosk", "Bakery", "Florist")]
    for name in ("Kiosk", "Florist"):
        put(shop, "erp", name, name=name, phone="old", day=1)
    tick(shop, "2026-01-02")
    seen, cursor = [], None
    while True:
        page = forecast.page(shop, cursor=cursor, limit=1)
        seen += [one["golden_id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [ids[0], ids[2]]


@both_tiers(range(4), *range(4, 12))
def test_the_days_bring_what_the_forecast_says(hubs: Hubs, seed: int) -> None:  # noqa: F811
    """Every value of every golden record on every day that passes, and no change that was not forecast."""
    driven, rnd = hubs.new(seed * 7), random.Random(seed)
    for number, fact in enumerate(histories.history(seed * 7, length=40)):
        driven.put(number, fact)
    driven.settle()
    values, coming = _values(driven), _forecast(driven)
    today = resolving.latest_tick(driven.hub)
    day = int(today[-2:]) if today else 0
    while (day := day + rnd.choice([1, 1, 2, 5])) <= LAST:
        resolving.tick(driven.hub, f"2026-01-{day:02}", author=AUTHOR)
        driven.settle()
        for date, id_, attribute, value in coming:
            if date <= f"2026-01-{day:02}":
                values[id_].pop(attribute, None)
                values[id_] |= {} if value is None else {attribute: value}
        coming = [one for one in coming if one[0] > f"2026-01-{day:02}"]
        assert _values(driven) == values


def _values(driven: Driven) -> dict[str, dict[str, object]]:
    return {one["golden_id"]: one["attributes"] for one in golden.page(driven.hub, limit=1000)["items"]}


def _forecast(driven: Driven) -> list[tuple[str, str, str, object]]:
    if resolving.latest_tick(driven.hub) == f"2026-01-{LAST}":
        return []
    items = forecast.page(driven.hub, until=f"2026-01-{LAST}", limit=1000)["items"]
    told = [(one["date"], item["golden_id"], one["attribute"], one["to"]) for item in items for one in item["changes"]]
    return sorted(told, key=lambda one: one[0])
