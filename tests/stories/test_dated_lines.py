"""A rate card of two systems: overlapping, expired and future lines, from files to golden records and back."""

import random
from pathlib import Path
from typing import Any

import orjson

from mdm.ingest import Columns, Incoming
from mdm.log import Key
from mdm.services import rebuild, resolving
from mdm.services.deciding import decisions
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import ingest, records
from mdm.services.reading import golden, lookup
from mdm.services.rulebook import rules
from mdm.settings import Settings
from mdm.store import digests
from mdm.store.batches import Origin
from tests.conftest import AUTHOR
from tests.day_rates import ERP, PSA, RULES

EXPECTED = [
    ("ANALYST", "80", None, "2020-01-01"),
    ("MANAGER", "118", "2024-06-01", "2025-01-01"),
    ("MANAGER", "120", "2025-01-01", "2025-10-01"),
    ("MANAGER", "125", "2025-10-01", "2026-01-01"),
    ("MANAGER", "130", "2027-01-01", None),
]


def put(hub: Hub, source: str, lines: list[dict[str, Any]], *, code: str = "RC-20261", mode: str = "put") -> str:
    attributes = {} if mode == "delete" else {"code": code, "lines": lines}
    incoming = Incoming(source, "day_rate", "1", attributes, None, None, mode)  # type: ignore[arg-type]
    found = records.put(hub, incoming, author=AUTHOR, wait=True).golden_id
    assert found is not None
    return found


def held(hub: Hub, golden_id: str, on: str | None = None) -> list[tuple[Any, ...]]:
    lines = golden.get(hub, golden_id, on=on)["attributes"].get("lines", [])
    return [tuple(line[name] for name in ("role", "rate", "valid_from", "valid_to")) for line in lines]


def digest(hub: Hub) -> str:
    with hub.database.read() as reader:
        return digests.state(reader)


def test_lines_of_two_systems_are_one_list_and_every_decision_can_be_undone(hub: Hub) -> None:
    rules.apply(hub, RULES, file="day_rate.yaml", author=AUTHOR)
    one = put(hub, "erp", ERP)
    assert put(hub, "psa", PSA) == one
    assert held(hub, one) == EXPECTED
    assert held(hub, one, on="2025-10-01") == [EXPECTED[3]]
    assert held(hub, one, on="2026-07-01") == []
    assert golden.get(hub, one)["attributes"]["lines"][4] == {
        "role": "MANAGER", "currency": "EUR", "rate": "130", "note": "Agreed early",
        "valid_from": "2027-01-01", "valid_to": None,
    }  # fmt: skip
    assert rebuild.verify(hub).match

    before = digest(hub)
    split = decisions.split(hub, one, [_key("psa")], reason="two cards", author=AUTHOR)
    other = next(id_ for id_ in split.golden_ids if id_ != one)
    assert held(hub, one) == EXPECTED[2:]
    assert [line[:2] for line in held(hub, other)] == [("ANALYST", "80"), ("MANAGER", "118"), ("MANAGER", "140")]
    decisions.undo(hub, split.decision_id, reason="one card", author=AUTHOR)
    assert digest(hub) == before
    assert held(hub, one) == EXPECTED

    put(hub, "erp", ERP[:1])
    assert held(hub, one)[2:] == [
        ("MANAGER", "120", "2025-01-01", "2026-01-01"),
        ("MANAGER", "140", "2027-06-01", None),
    ]
    put(hub, "erp", [], mode="delete")
    assert [line[1] for line in held(hub, one)] == ["80", "118", "140"]
    assert rebuild.verify(hub).match
    assert rebuild.rebuild(hub).match


def _key(source: str) -> Key:
    return Key(source, "day_rate", "1")


def test_the_order_of_arrival_and_the_sizes_of_batches_change_no_line(sqlite_template: Path, tmp_path: Path) -> None:
    found = set()
    for number, batch in enumerate((1, 3, 100)):
        path = tmp_path / f"hub{number}.db"
        path.write_bytes(sqlite_template.read_bytes())
        hub = open_hub(Settings(database_url=f"sqlite:///{path}", resolve_chunk=batch))
        rules.apply(hub, RULES, file="day_rate.yaml", author=AUTHOR)
        items = [
            Incoming(source, "day_rate", str(card), {"code": f"RC-2026{card}", "lines": lines}, None, None, "put")
            for card in range(4)
            for source, lines in (("erp", ERP), ("psa", PSA), ("crm", [{**ERP[0], "rate": 1, "role": None}]))
        ]
        random.Random(number).shuffle(items)
        for start in range(0, len(items), 5):
            records.put_many(hub, items[start : start + 5], author=AUTHOR, batch=Origin("order"))
        resolving.resolve_all(hub, author=AUTHOR)
        with hub.database.read() as reader:
            found.add(digests.neutral(reader))
        hub.close()
    assert len(found) == 1


def test_rules_that_change_the_key_are_followed_by_every_card(sqlite_hub: Hub) -> None:
    rules.apply(sqlite_hub, RULES, file="day_rate.yaml", author=AUTHOR)
    one = put(sqlite_hub, "psa", PSA)
    was, then = golden.get(sqlite_hub, one)["seq"], golden.get(sqlite_hub, one, on="2025-01-01")["attributes"]
    rules.apply(sqlite_hub, RULES.replace("key: [role, currency]", "key: []"), file="day_rate.yaml", author=AUTHOR)
    assert [line[:2] for line in held(sqlite_hub, one)] == [("ANALYST", "80"), ("MANAGER", "118"), ("MANAGER", "140")]
    text = RULES[: RULES.index("    kind: lines")] + "    kind: text\n" + RULES[RULES.index("match:") :]
    rules.apply(sqlite_hub, text, file="day_rate.yaml", author=AUTHOR)
    assert golden.get(sqlite_hub, one, as_of=str(was), on="2025-01-01")["attributes"] == then
    rules.apply(sqlite_hub, RULES, file="day_rate.yaml", author=AUTHOR)
    assert rebuild.verify(sqlite_hub).match


def test_lineage_names_each_line_with_its_file(sqlite_hub: Hub, tmp_path: Path) -> None:
    rules.apply(sqlite_hub, RULES, file="day_rate.yaml", author=AUTHOR)
    for source, lines in (("erp", ERP), ("psa", PSA)):
        rows = [{"id": "0", "code": "RC-20260", "lines": []}, {"id": "1", "code": "RC-20261", "lines": lines}]
        (tmp_path / f"{source}.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)) + b"\n")
        file = ingest.File(str(tmp_path / f"{source}.jsonl"), source, "day_rate", Columns())
        assert ingest.ingest_file(sqlite_hub, file, author=AUTHOR).accepted == 2
    one = lookup.xref(sqlite_hub, _key("psa"))["golden_id"]
    entry = golden.lineage(sqlite_hub, one)["lineage"]["lines"]
    assert [(place["source"], place["index"]) for place in entry["winners"]] == [
        ("psa", 2), ("psa", 0), ("erp", 0), ("erp", 1), ("erp", 2),
    ]  # fmt: skip
    assert entry["winners"][1] | {"position": 0} == {
        "source": "psa", "source_id": "1", "position": 0, "version": None, "event_time": None, "value": PSA[0],
        "file": "psa.jsonl", "line": 2, "index": 0, "key": {"role": "MANAGER", "currency": "EUR"},
        "valid_from": "2024-06-01", "valid_to": "2025-01-01",
    }  # fmt: skip
    lost = [(place["source"], place["index"], place["valid_from"], place["because"]) for place in entry["losers"]]
    assert lost == [
        ("psa", 0, "2025-01-01", "less trusted"),
        ("erp", 0, "2025-10-01", "starts earlier than another line of its record"),
        ("psa", 1, "2027-06-01", "less trusted"),
    ]
    [overlap], [gap] = entry["overlaps"], entry["gaps"]
    assert (overlap["value"], overlap["covers"], overlap["line"]) == (ERP[1], [0], 2)
    assert (gap["valid_from"], gap["valid_to"]) == ("2026-01-01", "2027-01-01")
    on = golden.lineage(sqlite_hub, one, on="2026-07-01")["lineage"]["lines"]
    assert (on["winners"], on["losers"], on["gaps"]) == ([], [], [gap])
