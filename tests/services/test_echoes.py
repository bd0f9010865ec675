"""What comes back of the hub's own writes is no news."""

from typing import Any

import pytest

from mdm.entity_types import shipped
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import rebuild, resolving
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import golden, lookup
from mdm.services.rulebook import rules
from tests.conftest import AUTHOR

SOURCES = "sources: {crm: {written_back: true, origins: [hub-integration]}}\n"
TAX = "DE136695976"


@pytest.fixture
def written(hub: Hub) -> Hub:
    rules.apply(hub, shipped()["customer"] + SOURCES, file="customer.yaml", author=AUTHOR)
    send(hub, "crm", 1, name="Nordlicht", tax_id=TAX, email=["b@nordlicht.example"])
    send(hub, "erp", 1, name="Nordlicht Bau GmbH", tax_id=TAX, email=["a@nordlicht.example"])
    send(hub, "psa", 1, name="Nordlicht Bau GmbH", tax_id=TAX)
    return hub


def send(hub: Hub, source: str, version: int, *, mode: Any = "put", origin: str | None = None, **values: Any) -> str:
    item = Incoming(source, "customer", "1", values, version, None, mode, origin=origin)
    return records.put(hub, item, author=AUTHOR, wait=True).status


def standing(hub: Hub) -> dict[str, Any]:
    resolving.resolve_all(hub, author=AUTHOR)
    return golden.get(hub, lookup.xref(hub, Key("crm", "customer", "1"))["golden_id"], include=("lineage",))


def test_a_write_that_is_tagged_as_the_hubs_is_dropped_and_one_of_somebody_else_is_not(written: Hub) -> None:
    before = standing(written)
    assert send(written, "crm", 2, origin="hub-integration", name="Anything", tax_id=TAX) == "unchanged"
    assert standing(written) == before
    assert send(written, "crm", 2, origin="anna", name="Nordlicht AG", tax_id=TAX) == "accepted"


def test_what_equals_what_the_hub_published_is_dropped_in_whole_or_in_part(written: Hub) -> None:
    before = standing(written)
    published = before["attributes"]
    assert published["email"] != sorted(published["email"], reverse=True)
    back = {**published, "email": published["email"][::-1]}
    assert send(written, "crm", 2, **back) == "unchanged"
    assert send(written, "crm", 3, name="Nordlicht Bau GmbH", tax_id=TAX) == "unchanged"
    assert send(written, "crm", 4, mode="patch", name="Nordlicht Bau GmbH") == "unchanged"
    assert standing(written) == before, "no newer contribution"
    assert send(written, "crm", 5, name="Nordlicht Bau GmbH", tax_id=TAX, website="nordlicht.example") == "accepted"


TYPED = (
    "  hired: {kind: date}\n  hours: {kind: number}\n  fee: {kind: money}\n  active: {kind: boolean}\n"
    "  leave: {kind: date, many: true}\n"
)


@pytest.mark.parametrize("back", [
    {"hired": "01.03.2020", "hours": 1234.5, "fee": {"amount": 1250, "currency": "EUR"}, "active": True,
     "leave": ["31.12.2025", "24.12.2025"]},
    {"hired": "2020-03-01", "hours": "1234.5", "fee": "1250 EUR", "active": "true",
     "leave": ["2025-12-24", "2025-12-31"]},
])  # fmt: skip
def test_what_a_source_stores_in_a_spelling_of_its_own_comes_back_as_an_echo(hub: Hub, back: dict[str, Any]) -> None:
    document = shipped()["customer"].replace("attributes:\n", f"attributes:\n{TYPED}", 1) + SOURCES
    rules.apply(hub, document, file="customer.yaml", author=AUTHOR)
    said = {"hired": "1 March 2020", "hours": "1.234,50", "fee": "€ 1.250,00", "active": "ja",
            "leave": ["2025-12-24", "2025-12-31"]}  # fmt: skip
    send(hub, "crm", 1, name="Nordlicht Bau GmbH", tax_id=TAX)
    send(hub, "erp", 1, name="Nordlicht Bau GmbH", tax_id=TAX, **said)
    before = standing(hub)
    assert send(hub, "crm", 2, name="Nordlicht Bau GmbH", tax_id=TAX, **back) == "unchanged"
    assert standing(hub) == before
    assert send(hub, "crm", 3, name="Nordlicht Bau GmbH", tax_id=TAX, **{**back, "hours": 1}) == "accepted"


def test_an_echo_of_an_earlier_version_is_one_too(written: Hub) -> None:
    published = standing(written)["attributes"]
    send(written, "erp", 2, name="Nordlicht Bau AG", tax_id=TAX)
    send(written, "psa", 2, name="Nordlicht Bau AG", tax_id=TAX)
    assert standing(written)["attributes"] != published
    assert send(written, "crm", 2, **published) == "unchanged"


def test_a_source_that_is_not_written_to_may_agree_and_a_new_record_or_a_deletion_is_always_news(written: Hub) -> None:
    published = standing(written)["attributes"]
    assert send(written, "psa", 2, **published) == "accepted"
    item = Incoming("crm", "customer", "2", published, 1, None, "put", origin="hub-integration")
    assert records.put(written, item, author=AUTHOR, wait=True).status == "accepted", "so that its key is known"
    assert send(written, "crm", 2, mode="delete", origin="hub-integration") == "accepted"
    assert rebuild.verify(written).match
