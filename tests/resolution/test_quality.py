"""Figures of data quality equal a naive recount, which standardises every value again and keeps nothing."""

import itertools
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching.kinds import KINDS
from mdm.entity_types import EntityType, judge, truth_of
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.resolution import measured, quality
from mdm.resolution.tallies import Figures, Tally
from mdm.services import resolving
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import records
from mdm.services.rulebook import rules
from mdm.settings import Settings
from mdm.store.batches import Origin
from tests.conftest import AUTHOR

PLACE = """
entity_type: place
id_prefix: plc
attributes: {name: {kind: name}}
match: {block_on: [[name]], compare: [name]}
"""
THING = """
entity_type: thing
id_prefix: thg
attributes:
  name: {kind: company_name, valid: {required: true}}
  number: {kind: identifier, valid: {pattern: "[0-9]+", grade: ignore}}
  vat: {kind: vat}
  email: {kind: email, many: true, valid: {pattern: ".+[.]example", grade: flag}}
  phone: {kind: phone, many: true}
  rate: {kind: number, valid: [{range: {max: 5}}, {one_of: [1, 2.5, 9], grade: ignore}]}
  place: {kind: reference, to: place, valid: {reference_exists: true}}
  near: {kind: reference, to: place}
match: {block_on: [[name], [number]], compare: [name, number], always: [{same: number}]}
survive: {default: most_recent, trust: {s1: 90}, attributes: {phone: most_recent}}
"""
DAYS = ["2024-01-31T10:00:00.000000Z", "2026-01-31T10:00:00.000000Z", "2026-02-27T10:00:00.000000Z", None]
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(["Acme GmbH", "ACME Gesellschaft mbH", "Alder Ltd", "n/a"]),
    "number": st.sampled_from(["1001", "10 01", "1002", "A1001"]),
    "vat": st.sampled_from(["DE136695976", "DE136695977", "DE 136 695 976", "n/a"]),
    "email": st.lists(st.sampled_from(["a@b.example", "A@B.example", "c@d.org", "none of it"]), max_size=3),
    "phone": st.lists(st.sampled_from(["+49 89 1234567", "+49891234567", "12", "+44 20 7946 0018"]), max_size=3),
    "rate": st.sampled_from([1, "1.0", 2.5, 9, 7, "-"]),
    "place": st.sampled_from(["1", "s2:place:2", "3"]),
    "near": st.sampled_from(["1", "s1:place:1", "s2:place:2", "3"]),
}
RECORDS = st.lists(
    st.tuples(
        st.sampled_from(["s1", "s2", "s3"]),
        st.sampled_from(["1", "2", "3", "4"]),
        st.sampled_from(["put", "put", "put", "patch", "delete"]),
        st.sampled_from(DAYS),
        st.fixed_dictionaries({}, optional=VALUES),
    ),
    max_size=14,
)
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub with the two entity types, and three places of which one is deleted."""
    path = tmp_path_factory.mktemp("quality") / "hub.db"
    shutil.copyfile(sqlite_template, path)
    hub = open_hub(Settings(database_url=f"sqlite:///{path}"))
    for text in (PLACE, THING):
        rules.apply(hub, text, file="test", author=AUTHOR)
    for source, source_id, mode in (("s1", "1", "put"), ("s2", "2", "put"), ("s2", "2", "delete")):
        _put(hub, "place", [(source, source_id, mode, None, {"name": f"Place {source_id}"})])
    resolving.resolve_all(hub, author=AUTHOR)
    hub.close()
    return path


@pytest.fixture
def hubs(template: Path, tmp_path: Path) -> Iterator[Any]:
    made: list[Hub] = []

    def new() -> Hub:
        path = tmp_path / f"hub{next(NUMBERS)}.db"
        shutil.copyfile(template, path)
        made.append(open_hub(Settings(database_url=f"sqlite:///{path}")))
        return made[-1]

    yield new
    for hub in made:
        hub.close()


def _put(hub: Hub, of: str, sent: list[tuple[str, str, str, str | None, dict[str, Any]]]) -> None:
    items = [
        Incoming(source, of, source_id, {} if mode == "delete" else attributes, None, day, mode)  # type: ignore[arg-type]
        for source, source_id, mode, day, attributes in sent
    ]
    records.put_many(hub, items, author=AUTHOR, batch=Origin())


def measured_now(hub: Hub, of: str = "thing", **options: Any) -> list[Figures]:
    with hub.database.read() as reader:
        return quality.measure(reader, hub.entity_type(of), salt=hub.salt, today="2026-02-28", **options)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=RECORDS, page=st.sampled_from([1, 2, 1000]))
def test_the_figures_equal_a_naive_recount(hubs: Any, sent: list[Any], page: int) -> None:
    hub = hubs()
    _put(hub, "thing", sent)
    resolving.resolve_all(hub, author=AUTHOR)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(quality, "PAGE", page)
        patched.setattr(measured, "REMEMBERED", page)
        assert {(one.source, one.attribute): one for one in measured_now(hub, days=30)} == _recounted(hub)


def _recounted(hub: Hub) -> dict[tuple[str, str], Figures]:
    entity_type = hub.entity_type("thing")
    with hub.database.read() as reader:
        rows = reader.rows(
            "SELECT source, golden, layers FROM source_record WHERE entity_type = 'thing' AND NOT deleted"
        )
        truths = dict(
            reader.rows(
                "SELECT golden, attributes FROM golden_version WHERE entity_type = 'thing' AND until IS NULL"
                " AND attributes IS NOT NULL"
            )
        )
    living = [(source, golden, orjson.loads(layers)) for source, golden, layers in rows]
    sources = sorted({source for source, _, _ in living})
    truth = {golden: orjson.loads(attributes) for golden, attributes in truths.items()}
    return {
        (source, name): _one(entity_type, source, name, [one for one in living if source in ("", one[0])], truth)
        for source in (["", *sources] if living else [])
        for name in ["", *entity_type.attributes]
    }


def _one(entity_type: EntityType, source: str, name: str, living: list[Any], truth: dict[int, Any]) -> Figures:
    names = [name] if name else list(entity_type.attributes)
    filled = judged = valid = compared = differing = 0
    ages: list[int] = []
    identifiers: list[tuple[str, str]] = []
    for of, golden, layers in living:
        days = [layer["event_time"] for layer in layers if not name and layer["event_time"]]
        for attribute in names:
            layer = next((one for one in layers if attribute in one["attributes"]), None)
            value = layer["attributes"][attribute] if layer else None
            if value in (None, []):
                judged += attribute == "name"
                continue
            filled += 1
            days += [layer["event_time"]] if name and layer["event_time"] else []
            found = [
                _judged(entity_type, attribute, of, one) for one in (value if isinstance(value, list) else [value])
            ]
            judged += len(found)
            valid += sum(good for good, _ in found)
            standard = {form for _, form in found if form is not None}
            if attribute in ("number", "vat"):
                identifiers += [(of, form) for form in standard]
            right = truth[golden].get(attribute)
            rights = {
                _form(entity_type, attribute, "", one) for one in (right if isinstance(right, list) else [right])
            } - {None}
            if right is not None and rights and standard:
                compared += 1
                differing += not standard <= rights
        ages += [(date(2026, 2, 28) - date.fromisoformat(max(days)[:10])).days] if days else []
    groups = (
        [(of, golden) for of, golden, _ in living] if not name else identifiers if name in ("number", "vat") else []
    )
    ages.sort()
    golden = (
        [None, None] if source else [len(truth), sum(attribute in one for one in truth.values() for attribute in names)]
    )
    return Figures(
        source, name, len(living), len(living) * len(names), filled, judged, valid, len(groups), len(set(groups)),
        len(ages), sum(age <= 30 for age in ages), ages[(len(ages) - 1) // 2] if ages else None, compared, differing,
        *golden,
    )  # fmt: skip


def _form(entity_type: EntityType, attribute: str, source: str, value: Any) -> str | None:
    """The form that two equal values share; of references only the first place has arrived, or was deleted."""
    if value is None or attribute not in ("place", "near"):
        return None if value is None else KINDS[entity_type.attributes[attribute].kind].standardise(value)
    written = value if ":" in value else str(Key(source, "place", value))
    return written if written in ("s1:place:1", "s2:place:2") else None


def _judged(entity_type: EntityType, attribute: str, source: str, value: Any) -> tuple[bool, str | None]:
    """Whether the value is valid, and the form in which it is compared: an ignored one, or a dead target, has none."""
    kind, rules_ = KINDS[entity_type.attributes[attribute].kind], entity_type.attributes[attribute].valid
    form, standard = _form(entity_type, attribute, source, value), kind.standardise(value)
    exists = attribute != "place" or form == "s1:place:1"
    found = judge(kind, rules_, value, standard, exists=exists)
    valid = not found.broken and standard is not None and truth_of(kind)(standard)
    return valid, form if found.evidence else None


def test_a_median_is_the_lower_of_the_two_in_the_middle() -> None:
    tally = Tally()
    for age in (3, 900, 5, 4):
        tally.ages[age] += 1
    found = tally.figures("", "", days=4, golden=None)
    assert (found.median_age, found.recent) == (4, 2)
    assert Tally().figures("", "", days=4, golden=None).median_age is None


def test_before_the_first_tick_nothing_is_old(hubs: Any) -> None:
    hub = hubs()
    with hub.database.read() as reader:
        found = quality.measure(reader, hub.entity_type("place"), salt=hub.salt, today=None)
    assert [(one.source, one.attribute, one.records, one.recent) for one in found] == [
        ("", "", 1, None), ("", "name", 1, None), ("s1", "", 1, None), ("s1", "name", 1, None),
    ]  # fmt: skip


def test_nothing_is_said_of_a_type_without_records(hubs: Any) -> None:
    assert measured_now(hubs(), "customer") == []
