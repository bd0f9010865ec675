"""What a steward compares: the records that a task would join side by side, and the golden record they would make."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from golden_records.contributions import JSON, without_floats
from golden_records.identity import golden_id
from golden_records.overrides import Override
from golden_records.rules import AttributeStrategy
from golden_records.strategies import UNRATED
from golden_records.survive import Survived
from golden_records.trust import day, trust
from matching.explain import TOGETHER, Evidence
from matching.rules import MatchModel
from mdm.code_lists import NONE
from mdm.entity_types import EntityType
from mdm.errors import Fault, InvalidInput, NotFound
from mdm.log import Key
from mdm.resolution.codes import translate
from mdm.resolution.fold import values_of
from mdm.resolution.golden import survived_of
from mdm.resolution.references import read_targets, target
from mdm.resolution.sent_values import spelled
from mdm.resolution.work import Work, cells_of, layers_of
from mdm.services.deciding.decisions import decision_id
from mdm.services.deciding.override_values import checked
from mdm.services.deciding.standing import Goldens, in_hand
from mdm.services.hub import Hub
from mdm.services.reading import carriers
from mdm.services.row_order import in_order
from mdm.services.stewarding.referred import named
from mdm.services.stewarding.task_documents import Held, documents
from mdm.store import task_reading
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord
from mdm.store.task_reading import Opened
from mdm.store.xref import NOW

Document = dict[str, Any]


class NotAboutRecords(InvalidInput):
    """A task of another kind, which is read as it is."""

    def __init__(self, kind: str) -> None:
        """Say of which kind it is."""
        detail = f"a task of kind {kind} is not about two records; read the task itself"
        super().__init__(detail, faults=[Fault("/path/task_id", detail, "pair")])


KINDS = frozenset({"review", "contradiction", "weak_bridge", "constraint", "source_merge"})
"""The kinds of task that are about two records."""
MOST = 24
"""Records that are told with their values; a golden record may have many more."""
RULED = ("always", "never", "limit", TOGETHER)
"""Levels of lines of the evidence that are about no single attribute."""
PICKED = 2**62
"""Where in the log a pick stands that nobody has made yet: after all that is there."""


def compare(
    hub: Hub, task_id: str, *, picks: Mapping[str, str] | None = None, moment: str | None = None,
    entity_types: Mapping[str, EntityType] | None = None,
) -> Document:  # fmt: skip
    """A task about two records, with what its decision is about.

    `{"task", "records", "attributes", "rest", "same", "decided"}`: `task` is the task as `tasks.get` gives it.
    `records` are those of both golden records, the two that the task names first: `{"key", "side", "golden_id",
    "named", "deleted", "event_time", "received_at", "trust"}`. An entry of `attributes` is `{"attribute", "state",
    "level", "weight", "words", "values", "standardised", "carriers", "others", "result"?, "strategy"?, "winners",
    "picked"}`, `values` in the order of `records`; `carriers` are how many living records of the type carry the value
    of each (None where no blocking rule asks for the attribute alone), `others` those besides these that carry one of
    the two named; `state` is `conflict`, `near`, `same`, `missing` or `other` (nothing compares it, and the two
    differ), contradictions first. A reference also has `leads_to`, for each record the `golden_id`, `entity_type` and
    `label` of what it means (None where that has not arrived), and `result_leads_to`. `rest` are lines of the
    evidence about no single attribute. `same` is what all of them together would make, by the code that survivorship
    runs: `{"golden_id", "redirects", "attributes"}`; None where the two are one golden record already, or one is
    deleted. Where a `never` rule, a constraint or a weak bridge would keep some of them apart all the same, the
    decision comes out otherwise, which its dry run tells. `decided` are the verdicts that were ever given about the
    pair, oldest first, those taken back since included.

    picks: attributes and the source keys whose value a steward would set beside it.
    entity_types: as they are now, where the caller has them.

    Raises:
        NotFound: no such task was ever open.
        NotAboutRecords: it is of another kind.
        InvalidInput: a pick names something else.
    """
    with _opened(hub, task_id, moment, entity_types) as found:
        return found.told(picks or {})


def picked_values(hub: Hub, task_id: str, picks: Mapping[str, str]) -> dict[str, Any]:
    """The values that picks mean, as they would be set; raises InvalidInput for one that cannot be."""
    with _opened(hub, task_id, None) as found:
        return {name: checked(found.work, name, found.picked(name, key)) for name, key in picks.items()}


@contextmanager
def _opened(
    hub: Hub, task_id: str, moment: str | None, entity_types: Mapping[str, EntityType] | None = None
) -> Iterator["_Comparison"]:
    entity_types = hub.entity_types() if entity_types is None else entity_types
    with hub.database.read() as reader:
        found = task_reading.opened(reader, task_id)
        if found is None:
            raise NotFound(f"there is no task {task_id!r}")
        if found.task.kind not in KINDS:
            raise NotAboutRecords(found.task.kind)
        yield _Comparison(hub, reader, entity_types, found, moment)


def parsed_picks(written: Sequence[str]) -> dict[str, str]:
    """Read picks as they stand in an address, `attribute=source key`; raises InvalidInput for other text."""
    for one in written:
        if "=" not in one:
            detail = f"a pick is an attribute and a source key, name=crm:customer:0015g, not {one!r}"
            raise InvalidInput(detail, faults=[Fault("/query/pick", detail, "pick")])
    return {attribute: key for attribute, _, key in (one.partition("=") for one in written)}


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What survives, and the ID that it would be under."""

    survived: Survived
    number: int
    gone: list[int]


class _Comparison:
    """One task in hand, with the records of both golden records."""

    def __init__(
        self, hub: Hub, reader: Transaction, entity_types: Mapping[str, EntityType], found: Opened, moment: str | None
    ) -> None:
        stored, self.entity_type = found.task, entity_types[found.task.entity_type]
        self.entity_types = entity_types
        codes = hub.code_lists(reader, places=found.places) if self.entity_type.code_lists else NONE
        self.work: Work = in_hand(hub, reader, self.entity_type, found.state, codes)
        ends = [stored.left_id or 0, stored.right_id or 0]
        beside = task_reading.beside(reader, ends)
        self.received = {record.id: received for record, received in beside}
        by_id = {record.id: self.work.keep(record) for record, _ in beside}
        self.pair = [by_id[id_] for id_ in ends]
        numbers = {one.golden for one in self.pair if one.golden is not None}
        members = [record for record in by_id.values() if record.golden in numbers]
        self.goldens = Goldens(self.work, numbers, read=members)
        read_targets(self.work, [id_ for id_ in ends if not self.work.records[id_].living])
        self.records = self._in_order()
        self.values = [values_of(layers_of(record)) for record in self.records]
        self.cells = [cells_of(record) for record in self.records]
        self.carriers = carriers.values(self.work, [record.id for record in self.records])
        pair = (min(ends), max(ends))
        everyone = {id_ for ids in self.goldens.members.values() for id_ in ids}
        self.beside = task_reading.said_and_carried(reader, stored.id, self.carriers.keys, pair, everyone)
        self.goldens.overrides.take(self.beside.overrides, self.beside.bodies)
        held = Held(self.pair, self.work.references, codes, self.beside.said)
        [self.task] = documents(hub, reader, entity_types, [stored], at=NOW, moment=moment, held=held)

    def _in_order(self) -> list[StoredRecord]:
        """The two that the task names, then the living others of the one golden record and of the other."""
        named = {one.id for one in self.pair}
        others = [
            self.work.records[id_]
            for number in dict.fromkeys(one.golden for one in self.pair if one.golden is not None)
            for id_ in self.goldens.members[number]
            if id_ not in named and self.work.records[id_].living
        ]
        return [*self.pair, *others][:MOST]

    def told(self, picks: Mapping[str, str]) -> Document:
        chosen = self._chosen(self._overrides(picks))
        evidence: Evidence | None = self.task["evidence"]
        lines = {one["attribute"]: one for one in (evidence or {"comparisons": []})["comparisons"]
                 if one["level"] not in RULED}  # fmt: skip
        rows = [self._row(name, lines.get(name), chosen, picks.get(name)) for name in self._names(chosen)]
        self._name_targets(rows)
        return {
            "task": self.task,
            "records": list(self._records()),
            "attributes": in_order(rows),
            "rest": [one for one in (evidence or {"comparisons": []})["comparisons"] if one["level"] in RULED],
            "same": None if chosen is None else self._same(chosen),
            "decided": [{"decision_id": decision_id(position), "verdict": verdict, "in_force": in_force}
                        for position, verdict, in_force in self.beside.decided],
        }  # fmt: skip

    def _names(self, chosen: _Chosen | None) -> list[str]:
        """The attributes that any record has a value of, or the result, in the order of the entity type."""
        held = {name for values in self.values for name, value in values.items() if value not in (None, [], "", {})}
        held |= set(chosen.survived.attributes) if chosen else set()
        return [name for name in self.entity_type.attributes if name in held]

    def _chosen(self, extra: Sequence[Override]) -> _Chosen | None:
        """What would be true of all of them together; the older ID stays (rule 7)."""
        numbers = sorted(self.goldens.members)
        if len(numbers) != 2 or not all(one.living for one in self.pair):
            return None
        members = [id_ for number in numbers for id_ in self.goldens.members[number]]
        overrides = [*self.goldens.overrides.of(members), *extra]
        survived = survived_of(self.work, sorted(self.work.living(members)), overrides)
        return _Chosen(survived, numbers[0], numbers[1:])

    def _overrides(self, picks: Mapping[str, str]) -> list[Override]:
        values = {name: spelled(self.work, name, self.picked(name, key)) for name, key in sorted(picks.items())}
        return [Override(name, PICKED, value, None, None) for name, value in values.items()]

    def picked(self, name: str, key: str) -> JSON:
        """The value that a record has of an attribute, to be set on the golden record."""
        by_key = {record.key: values for record, values in zip(self.records, self.values, strict=True)}
        if key not in by_key or by_key[key].get(name) is None:
            detail = f"{key} is no record of this task with a value of {name}"
            raise InvalidInput(detail, faults=[Fault(f"/picks/{name}", detail, "candidate")])
        if name in self.entity_type.lines or name in self.entity_type.dated:
            detail = f"{name} holds dated lines or values, which come from sources alone: it cannot be picked"
            raise InvalidInput(detail, faults=[Fault(f"/picks/{name}", detail, "lines")])
        value = by_key[key][name]
        if name in self.entity_type.references:  # an id means a record of its own source
            return target(self.entity_type, name, Key.parse(key).source, str(value))
        if name in self.entity_type.code_lists:
            translated = {name: value}
            translate(self.entity_type, self.work.codes, Key.parse(key).source, translated)
            value = translated.get(name) or value
        return without_floats(value)

    def _records(self) -> Iterator[Document]:
        layers = [layers_of(record) for record in self.records]
        today = None if self.work.tick is None else day(self.work.tick)
        ratings = AttributeStrategy(strategy="most_trusted", trust=self.entity_type.survivorship.trust).ratings
        for place, (record, some) in enumerate(zip(self.records, layers, strict=True)):
            event_time = max((layer["event_time"] for layer in some if layer["event_time"]), default=None)
            yield {
                "key": record.key, "source": record.source, "source_id": record.source_id,
                "side": "left" if record.golden == self.pair[0].golden else "right", "named": place < 2,
                "golden_id": None if record.golden is None
                else golden_id(self.entity_type.id_prefix, record.golden),
                "deleted": not record.living, "event_time": event_time,
                "received_at": self.received[record.id],
                "trust": trust(ratings.get(record.source, UNRATED), event_time, today),
            }  # fmt: skip

    def _row(self, name: str, line: Mapping[str, Any] | None, chosen: _Chosen | None, picked: str | None) -> Document:
        attribute = self.entity_type.attributes[name]
        values = [values.get(name) for values in self.values]
        cells = [cells.get(name) for cells in self.cells]
        told: Document = {
            "attribute": name, "kind": attribute.kind, "label": attribute.label,
            "state": state_of(self.entity_type.matching, line, values, cells),
            "level": line and line["level"], "weight": line["weight"] if line else 0.0,
            "words": line["words"] if line else None, "values": values, "standardised": cells, "picked": picked,
            "dated": name in self.entity_type.lines or name in self.entity_type.dated, "winners": [],
            "carriers": self.carriers.counts(name, self.beside.living) or [None] * len(values),
            "others": self.carriers.others(name, self.beside.living),
        }  # fmt: skip
        if chosen is not None:
            told |= self._result(name, chosen.survived)
        return told

    def _name_targets(self, rows: Sequence[Document]) -> None:
        """Say beside each reference what it leads to; one that is dated leads to several, and stays as it is."""
        shown = [one for one in rows if one["attribute"] in self.entity_type.references and not one["dated"]]
        sources = [record.source for record in self.records]
        keys = {
            one["attribute"]: [
                value and target(self.entity_type, one["attribute"], source, str(value))
                for source, value in zip(sources, one["values"], strict=True)
            ]
            for one in shown
        }
        results = {str(one["result"]) for one in shown if one.get("result")}
        led = named(self.work, self.entity_types, {key for each in keys.values() for key in each if key} | results)
        for one in shown:
            one["leads_to"] = [key and led.get(key) for key in keys[one["attribute"]]]
            one["result_leads_to"] = led.get(str(one.get("result")))

    def _result(self, name: str, survived: Survived) -> Document:
        entry: Any = survived.lineage.get(name, {})
        winners = [entry["winner"]] if "winner" in entry else entry.get("winners", [])
        from_records = list(dict.fromkeys(one["record"] for one in winners if "record" in one))
        told: Document = {
            "result": survived.attributes.get(name), "strategy": entry.get("strategy"), "winners": from_records,
            "set_by_person": any("decision" in one for one in winners),
        }  # fmt: skip
        steps = self.entity_type.survivorship.steps(name)
        ratings = steps[min(entry.get("step", 1), len(steps)) - 1].ratings
        today = None if self.work.tick is None else day(self.work.tick)
        told["trust"] = {
            key: trust(ratings.get(Key.parse(key).source, UNRATED), self._event_time(key, name), today)
            for key in from_records
        }
        return told

    def _event_time(self, key: str, name: str) -> str | None:
        """When the version that set a record's value of an attribute says that it was so."""
        layers = (layer for one in self.records if one.key == key for layer in layers_of(one))
        return next((layer["event_time"] for layer in layers if name in layer["attributes"]), None)

    def _same(self, chosen: _Chosen) -> Document:
        prefix = self.entity_type.id_prefix
        stays = golden_id(prefix, chosen.number)
        return {
            "golden_id": stays, "redirects": {golden_id(prefix, one): stays for one in chosen.gone},
            "attributes": chosen.survived.attributes,
        }  # fmt: skip


def state_of(
    model: MatchModel, line: Mapping[str, Any] | None, values: Sequence[Any], cells: Sequence[str | None]
) -> str:
    """How the two named records stand to each other in one attribute."""
    empty: tuple[Any, ...] = (None, [], "", {})
    left, right = values[0], values[1]
    if left in empty or right in empty or (line is not None and line["level"] == "missing"):
        return "missing"
    if left == right or (cells[0] is not None and cells[0] == cells[1]):
        return "same"
    if line is None:
        return "other"
    if model.kind(line["attribute"]).agrees(line["level"]):
        return "same"
    return "near" if line["weight"] > 0 else "conflict"
