"""The views for reports: documented columns, the same on both databases, and nothing that a reader may not see."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from mdm.ingest.incoming import Incoming
from mdm.services import reports
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import golden
from mdm.services.rulebook import rules
from mdm.services.setup import initialise
from mdm.settings import Settings
from mdm.tables.views import VIEWS
from tests.conftest import AUTHOR

ALL = "SELECT * FROM {}"
RULES = """
entity_type: shop
id_prefix: shp
attributes:
  name: {kind: text}
  open: {kind: boolean}
  tags: {kind: code, many: true}
  address: {kind: address}
  margin: {kind: number, privacy: financial}
  email: {kind: email, privacy: contact}
  prices: {kind: lines, of: {item: {kind: code}, price: {kind: money}, cost: {kind: money, privacy: financial}}}
match: {block_on: [[name]], compare: [name]}
"""
VALUES: dict[str, object] = {
    "name": "Alder", "open": True, "tags": ["b", "a"], "margin": 12, "email": "quetzal@zyxwvut.example",
    "address": {"city": "Graz", "street": "Hauptstr. 5"},
    "prices": [{"item": "x", "price": "10 EUR", "cost": "7 EUR", "valid_from": "2026-01-01"}],
}  # fmt: skip


@pytest.fixture
def shop(hub: Hub) -> tuple[Hub, str]:
    """A hub with one shop, and its golden ID."""
    rules.apply(hub, RULES, file="shop.yaml", author=AUTHOR)
    incoming = Incoming("crm", "shop", "1", VALUES, None, None, "put")
    found = records.put(hub, incoming, author=AUTHOR, wait=True)
    return hub, str(found.golden_id)


def values(hub: Hub) -> set[tuple[object, ...]]:
    with hub.database.read() as reader:
        return set(reader.rows("SELECT attribute, place, part, value FROM bi_golden_value WHERE entity_type = 'shop'"))


def test_every_column_is_documented_and_answers(shop: tuple[Hub, str]) -> None:
    hub, _ = shop
    with hub.database.read() as reader:
        for name, (_, columns) in VIEWS.items():
            reader.run(ALL.format(name))
            assert [one[0] for one in reader.cursor.description] == list(columns), name


def test_they_show_golden_records_as_a_reader_sees_them_and_no_more(shop: tuple[Hub, str]) -> None:
    hub, golden_id = shop
    attributes = golden.get(hub, golden_id)["attributes"]
    price = attributes["prices"][0]
    assert values(hub) == {
        ("name", 0, "", attributes["name"]), ("open", 0, "", "true"),
        *(("tags", place, "", tag) for place, tag in enumerate(attributes["tags"])),
        *(("address", 0, part, value) for part, value in attributes["address"].items()),
        *(("prices", 0, part, price[part]) for part in ("item", "price", "valid_from") if price.get(part)),
    }  # fmt: skip
    with hub.database.read() as reader:
        assert reader.rows("SELECT golden_id, version, source_records FROM bi_golden_record") == [(golden_id, 1, 1)]
        assert reader.rows("SELECT golden_id, source, source_id FROM bi_crosswalk") == [(golden_id, "crm", "1")]
        types = [row[0] for row in reader.rows("SELECT type FROM bi_change ORDER BY sequence")]
        everything = "".join(str(reader.rows(ALL.format(name))) for name in VIEWS)
    assert {"mdm.golden.created", "mdm.xref.assigned"} <= set(types)
    assert not [word for word in ("zyxwvut", "margin", "cost", "'7") if word in everything]


def test_what_becomes_private_is_gone_with_the_rules_and_before_anything_is_resolved_again(
    shop: tuple[Hub, str],
) -> None:
    hub, _ = shop
    with hub.database.write() as writer:
        writer.run("UPDATE rules_document SET shown = NULL WHERE entity_type = 'shop'")
    assert values(hub) == set(), "of which nothing is said, nothing is shown"
    reports.fill(hub)
    assert "name" in {one[0] for one in values(hub)}
    private = RULES.replace("name: {kind: text}", "name: {kind: text, privacy: personal}")
    before = values(hub)
    rules.apply(hub, private, file="shop.yaml", author=AUTHOR)
    assert values(hub) == {one for one in before if one[0] != "name"}


@pytest.fixture
def role(postgres_url: str) -> Iterator[str]:
    """A role of PostgreSQL that was let read reports, and the address at which it does."""
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute('DROP ROLE IF EXISTS "mdm_reports"')
        owner.execute("CREATE ROLE \"mdm_reports\" LOGIN PASSWORD 'quetzal'")
    initialise(Settings(database_url=postgres_url), author=AUTHOR, grant_reports_to="mdm_reports")
    yield (make_url(postgres_url).set(username="mdm_reports", password="quetzal").render_as_string(hide_password=False))
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute('DROP OWNED BY "mdm_reports"')
        owner.execute('DROP ROLE "mdm_reports"')


def test_a_role_for_reports_reads_the_views_and_nothing_else(role: str) -> None:
    with psycopg.connect(role, autocommit=True) as reader:
        for name in VIEWS:
            reader.execute(f"TABLE {name}".encode())
        for name in ("golden_version", "payload", "source_record", "rules_document", "api_key"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(f"TABLE {name}".encode())
