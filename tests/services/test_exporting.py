"""Exports: a snapshot and the deltas after it make the next snapshot, whatever happens in between."""

import csv
import io
import random
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow.parquet
import pytest

from mdm.auth import Principal
from mdm.errors import InvalidInput
from mdm.ingest.incoming import Incoming
from mdm.log import Key
from mdm.publish.files import pieces
from mdm.services import resolving
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.deciding import decisions
from mdm.services.feed import exporting
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.resolving import resolve_all
from mdm.services.rulebook import rules
from tests.conftest import AUTHOR

NAMES = ("Nordwind GmbH", "Suedwind AG", "Westwind SE")
EMAILS = ("a@wind.example", "b@wind.example", "c@wind.example")


def taken(hub: Hub, what: Any, **asked: Any) -> tuple[int, list[dict[str, Any]]]:
    with exporting.export(hub, what, "customer", **asked) as found:
        return found.position, list(found.documents)


def key_of(what: str, one: dict[str, Any]) -> object:
    if what == "golden-records":
        return one["golden_id"]
    if what == "crosswalk":
        return one["source"], one["source_id"]
    return one["golden_id"]


def applied(what: str, standing: list[dict[str, Any]], delta: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a reader holds after a delta: what it tells takes the place of what it is about."""
    about = {key_of(what, one) for one in delta}
    kept = [one for one in standing if key_of(what, one) not in about]
    return [*kept, *(one for one in delta if one["status"] == "active")]


def as_set(found: list[dict[str, Any]]) -> list[str]:
    return sorted(map(repr, found))


def something(hub: Hub, drawn: random.Random) -> None:
    source, number = drawn.choice(("crm", "erp")), str(drawn.randrange(6))
    mode = drawn.choice(("put", "put", "put", "delete"))
    attributes = {"name": drawn.choice(NAMES), "email": [drawn.choice(EMAILS)]} if mode == "put" else {}
    records.put(hub, Incoming(source, "customer", number, attributes, None, None, mode), author=AUTHOR, wait=False)
    if drawn.random() < 0.3:
        resolve_all(hub, author=AUTHOR)
        _, standing = taken(hub, "golden-records")
        ids = [one["golden_id"] for one in standing]
        many = next((one for one in standing if len(one["crosswalk"]) > 1), None)
        if len(ids) > 1 and drawn.random() < 0.5:
            decisions.merge(hub, drawn.sample(ids, 2), reason="test", author=AUTHOR, supersede=True)
        elif many is not None:
            first = many["crosswalk"][0]
            keys = [Key(first["source"], "customer", first["source_id"])]
            decisions.split(hub, many["golden_id"], keys, reason="test", author=AUTHOR, supersede=True)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.verify) for seed in range(2, 12))])
def test_a_snapshot_and_the_deltas_after_it_are_the_next_snapshot(hub: Hub, seed: int) -> None:
    drawn = random.Random(seed)
    held: dict[str, tuple[int, list[dict[str, Any]]]] = {}
    for _ in range(6):
        for _ in range(6):
            something(hub, drawn)
        resolve_all(hub, author=AUTHOR)
        for what in ("golden-records", "crosswalk", "lineage"):
            now = taken(hub, what)
            if what in held:
                since, standing = held[what]
                reached, delta = taken(hub, what, since=since)
                assert reached == now[0]
                assert as_set(applied(what, standing, delta)) == as_set(now[1])
                assert as_set(taken(hub, what, as_of=since)[1]) == as_set(standing)
            held[what] = now
    assert taken(hub, "golden-records", since=held["golden-records"][0])[1] == []


def test_every_format_tells_the_same(sqlite_hub: Hub, tmp_path: Any) -> None:
    sent = Incoming("crm", "customer", "=1", {"name": "Acme GmbH", "phone": ["+49 30 901820"]}, None, None, "put")
    records.put(sqlite_hub, sent, author=AUTHOR, wait=True)
    for what in ("golden-records", "crosswalk", "lineage"):
        told = {}
        for form in ("csv", "jsonl", "parquet"):
            with exporting.export(sqlite_hub, what, "customer") as found:
                told[form] = b"".join(pieces(form, found.sheet, found.documents, safe=True))
        (tmp_path / "out.parquet").write_bytes(told["parquet"])
        table = pyarrow.parquet.read_table(tmp_path / "out.parquet")
        assert table.column_names == told["csv"].decode().splitlines()[0].split(",")
        assert table.num_rows == len(told["csv"].splitlines()) - 1 == len(told["jsonl"].splitlines())
        assert b",+49" not in told["csv"]
        assert b",=1" not in told["csv"]


def test_a_delta_since_what_is_yet_to_come_is_refused(sqlite_hub: Hub) -> None:
    with pytest.raises(InvalidInput, match="lies after position"):
        taken(sqlite_hub, "crosswalk", since="1000000")


TYPED = """
entity_type: customer
id_prefix: cus
attributes:
  name:   {kind: text, required: true}
  born:   {kind: date, privacy: personal}
  hours:  {kind: number}
  fee:    {kind: money}
  active: {kind: boolean}
  leave:  {kind: date, many: true}
  level:  {kind: number, dated: true}
  code:   {kind: identifier}
  year:   {kind: birth_date}
  rates:
    kind: lines
    key: [role]
    of: {role: {kind: code}, rate: {kind: money}, share: {kind: number}, billable: {kind: boolean}}
match: {block_on: [[name]], compare: [name], always: [{same: name}]}
"""


def put(hub: Hub, number: str, **attributes: Any) -> None:
    sent = Incoming("crm", "customer", number, {"name": number, **attributes}, None, None, "put")
    records.put(hub, sent, author=AUTHOR, wait=True)


def table(hub: Hub, **asked: Any) -> pyarrow.Table:
    with exporting.export(hub, "golden-records", "customer", **asked) as found:
        written = b"".join(pieces("parquet", found.sheet, found.documents))
    return pyarrow.parquet.read_table(io.BytesIO(written))


def test_parquet_has_the_types_of_its_kinds(hub: Hub) -> None:
    rules.apply(hub, TYPED, file="customer.yaml", author=AUTHOR)
    empty = table(hub)
    put(
        hub, "1", born="01.03.2020", hours="1.234,50", fee="1.250,00 €", active="ja", leave=["24.12.2025", "1/1/2026"],
        level=[{"value": "7,5", "valid_from": "2020-01-01"}], code="0042", year="1984",
        rates=[{"role": "DEV", "rate": "95 EUR", "share": "0,5", "billable": "nein", "valid_from": "1.1.2026"}],
    )  # fmt: skip
    resolving.tick(hub, "2026-01-01", author=AUTHOR)
    resolve_all(hub, author=AUTHOR)
    found = table(hub)
    decimal = pyarrow.decimal128(38, 9)
    assert {name: found.schema.field(name).type for name in ("born", "hours", "fee", "fee.amount", "fee.currency")} == {
        "born": pyarrow.date32(), "hours": decimal, "fee": pyarrow.string(), "fee.amount": decimal,
        "fee.currency": pyarrow.string(),
    }  # fmt: skip
    [row] = found.to_pylist()
    assert row == {
        "golden_id": row["golden_id"], "version": row["version"], "name": "1", "born": date(2020, 3, 1),
        "hours": Decimal("1234.5"), "fee": "1250 EUR", "fee.amount": Decimal(1250), "fee.currency": "EUR",
        "active": True, "leave": [date(2025, 12, 24), date(2026, 1, 1)], "level": Decimal("7.5"), "code": "0042",
        "year": "1984", "crosswalk": [{"source": "crm", "source_id": "1"}], "status": "active", "untyped": [],
        "rates": [{
            "role": "DEV", "rate": "95 EUR", "share": "0.5", "billable": "false", "valid_from": "2026-01-01",
            "valid_to": None,
        }],
    }  # fmt: skip
    assert found.schema == empty.schema, "whatever values there are"


def test_what_does_not_fit_the_type_of_its_column_stands_beside_it(sqlite_hub: Hub) -> None:
    rules.apply(sqlite_hub, TYPED, file="customer.yaml", author=AUTHOR)
    long = "0.1234567891"
    put(sqlite_hub, "1", born="03/04/2020", hours=long, fee=f"{'9' * 30} EUR", leave=["24.12.2025", "1/2/2026"])
    [row] = table(sqlite_hub).to_pylist()
    place = row["leave"].index(None)
    assert (row["born"], row["hours"], row["fee"], row["fee.amount"]) == (None, None, f"{'9' * 30} EUR", None)
    assert sorted(row["untyped"], key=lambda one: str(one["column"])) == [
        {"column": "born", "place": 0, "value": "03/04/2020"},
        {"column": "fee.amount", "place": 0, "value": "9" * 30},
        {"column": "hours", "place": 0, "value": long},
        {"column": "leave", "place": place, "value": "1/2/2026"},
    ]


def test_a_masked_value_has_the_columns_of_all(sqlite_hub: Hub) -> None:
    rules.apply(sqlite_hub, TYPED, file="customer.yaml", author=AUTHOR)
    put(sqlite_hub, "1", born="01.03.2020", hours=7)
    rules_then = Shown(sqlite_hub)
    told = {
        role: table(sqlite_hub, mask=lambda one, role=role: masking.golden(Principal("x", role), rules_then, one))
        for role in ("reader", "auditor", "admin")
    }
    assert len({str(one.schema) for one in told.values()}) == 1
    [reader], [auditor], [admin] = (told[role].to_pylist() for role in ("reader", "auditor", "admin"))
    assert (reader["born"], reader["untyped"], admin["born"]) == (None, [], date(2020, 3, 1))
    assert auditor["born"] is None
    assert [(one["column"], "2020" in one["value"]) for one in auditor["untyped"]] == [("born", False)]


def test_files_of_one_day_after_the_other_are_read_as_one_table(sqlite_hub: Hub, tmp_path: Any) -> None:
    rules.apply(sqlite_hub, TYPED, file="customer.yaml", author=AUTHOR)
    since: Any = None
    folder = tmp_path / "days"
    folder.mkdir()
    for number, born in enumerate(("01.03.2020", None, "03/04/2020")):
        put(sqlite_hub, str(number), **({} if born is None else {"born": born}))
        with exporting.export(sqlite_hub, "golden-records", "customer", since=since) as found:
            (folder / f"{number}.parquet").write_bytes(b"".join(pieces("parquet", found.sheet, found.documents)))
            since = found.position
    read = pyarrow.parquet.read_table(folder)
    assert read["born"].to_pylist() == [date(2020, 3, 1), None, None]


def test_an_entity_type_without_such_kinds_has_no_column_for_what_does_not_fit(sqlite_hub: Hub) -> None:
    assert "untyped" not in table(sqlite_hub).column_names


NAMED_ALIKE = """
entity_type: customer
id_prefix: cus
attributes:
  name:    {kind: text}
  status:  {kind: category}
  version: {kind: number}
match: {block_on: [[name]], compare: [name]}
"""


def test_an_attribute_named_as_a_column_of_the_table_has_one_of_its_own(sqlite_hub: Hub) -> None:
    rules.apply(sqlite_hub, NAMED_ALIKE, file="customer.yaml", author=AUTHOR)
    put(sqlite_hub, "1", status="on hold", version="7")
    with exporting.export(sqlite_hub, "golden-records", "customer") as found:
        written = b"".join(pieces("csv", found.sheet, found.documents)).decode()
    (row,) = csv.DictReader(io.StringIO(written))
    (typed,) = table(sqlite_hub).to_pylist()
    told = ("status", "attributes.status", "version", "attributes.version")
    assert [row[name] for name in told] == ["active", "on hold", "1", "7"]
    assert [typed[name] for name in told] == ["active", "on hold", 1, 7]
