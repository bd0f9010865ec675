"""What clients send as JSON, parsed strictly: an unknown member is an error that names its place."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
WrittenKey = Annotated[str, StringConstraints(min_length=5, max_length=1_300)]
GoldenIdText = Annotated[str, StringConstraints(min_length=3, max_length=40)]


class Body(BaseModel):
    """What all bodies share."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class RecordBody(Body):
    """One version of a source record; absent is not null, and null is not empty."""

    attributes: dict[str, Any]
    version: int | str | None = None
    event_time: str | None = None
    merged_into: str | None = None
    merged_from: list[str] = Field(default=[], max_length=1_000)
    created: str | None = None
    origin: str | None = None
    instance: str | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"attributes": {"name": "Acme GmbH", "email": ["info@acme.example"]}, "version": 7,
         "event_time": "2026-03-01T09:30:00Z"}
    ]})  # fmt: skip


class SourceMergeBody(Body):
    """The record of the same source and entity type that this one was merged into."""

    into: Annotated[str, StringConstraints(min_length=1, max_length=1_000)]

    model_config = ConfigDict(json_schema_extra={"examples": [{"into": "0015h"}]})


class ChangedBody(Body):
    """As which version, or when, a record changed: what the record itself will come with, or nothing."""

    version: int | str | None = None
    event_time: str | None = None
    created: str | None = None
    instance: str | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 8}]})


class BatchItem(RecordBody):
    """One source record of a batch, with its key; one that is `changed` says only that, and has no attributes."""

    source: str
    entity_type: str
    source_id: str
    attributes: dict[str, Any] = {}
    deleted: bool = False
    partial: bool = False
    changed: bool = False

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"source": "crm", "entity_type": "customer", "source_id": "0015g", "attributes": {"name": "Acme GmbH"},
         "version": 7, "merged_from": ["0015h"]}
    ]})  # fmt: skip


class FindBody(Body):
    """A record that nobody has sent yet; `source` is whose codes and ids it is written in."""

    entity_type: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    attributes: dict[str, Any]
    source: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 10

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"entity_type": "customer", "attributes": {"name": "Acme GmbH", "email": ["info@acme.example"]}}
    ]})  # fmt: skip


class LookupBody(Body):
    """Source keys to look up, each `[source, entity type, source id]`."""

    keys: list[tuple[str, str, str]]

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"keys": [["crm", "customer", "0015g"], ["erp", "customer", "4711"]]}]},
        strict=False,  # a JSON array is no tuple to a strict model
    )


class ReasonBody(Body):
    """Why something is decided."""

    reason: Text

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Merged the wrong Acme"}]})


class DecisionBody(ReasonBody):
    """What decisions share: the reason, and for how many seconds it is held before it has any effect."""

    hold: Annotated[int, Field(ge=0, le=60)] = 0


class AnswerBody(Body):
    """What is said to a proposal; nothing need be."""

    reason: Text | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Register looked up again"}]})


class RetryBody(Body):
    """What to put into the columns of a rejected row before it is read again; null or "" takes a value away."""

    set: dict[str, Any] = Field(default={}, max_length=1_000)

    model_config = ConfigDict(json_schema_extra={"examples": [{"set": {"modified": "2024-12-31"}}]})


class RetryManyBody(Body):
    """Which open rejected rows to retry as they stand; what is left out takes all."""

    source: Text | None = None
    type: Text | None = None
    rule: Text | None = None
    file: Text | None = None
    cursor: Annotated[str, StringConstraints(max_length=60)] | None = None
    limit: Annotated[int, Field(ge=1, le=1_000)] = 200

    model_config = ConfigDict(json_schema_extra={"examples": [{"source": "crm", "rule": "event_time"}]})


class MergeBody(DecisionBody):
    """Golden records that are one thing."""

    golden_ids: list[GoldenIdText] = Field(min_length=2, max_length=100)
    supersede: bool = False

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"golden_ids": ["cus_000002a", "cus_0000041"], "reason": "Same tax ID, confirmed by phone"}
    ]})  # fmt: skip


class SplitBody(DecisionBody):
    """Source records that belong together and not to the rest of the golden record."""

    keys: list[WrittenKey] = Field(min_length=1, max_length=1_000)
    with_what_it_brought: bool = False
    supersede: bool = False

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"keys": ["erp:customer:4711"], "reason": "A sister company"}
    ]})  # fmt: skip


Day = Annotated[str, StringConstraints(max_length=10)]


class OverrideBody(DecisionBody):
    """What an attribute of a golden record is, whatever the sources say; null sets it to nothing.

    Of a dated attribute `valid_from` is the first day on which it holds, `valid_to` the first on which it does not, or
    `valid_through` the last; each may be left out, and is open then.
    """

    value: Any
    valid_from: Day | None = None
    valid_to: Day | None = None
    valid_through: Day | None = None
    until: Day | None = None
    until_source_changes: bool = False
    supersede: bool = False

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"value": "Acme Holding GmbH", "reason": "Commercial register, 3 March", "until": "2026-12-31"}
    ]})  # fmt: skip


class DecideBody(DecisionBody):
    """What a steward says of a task's pair, the code that its value stands for, or whose value of an attribute is true.

    With the etag that the task was read with.
    """

    verdict: Literal["same", "distinct", "related"] | None = None
    code: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    picks: dict[str, WrittenKey] | None = Field(default=None, min_length=1, max_length=1)
    etag: str | None = None
    supersede: bool = False

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"picks": {"tax_id": "erp:customer:4711"}, "reason": "Letter of 3 March", "etag": "2b7a0d3e4f569f1c"},
        {"verdict": "same", "reason": "One company, two spellings", "etag": "9f2c1b7a0d3e4f56"},
        {"code": "senior_consultant", "reason": "Asked the PSA team", "etag": "0d3e4f569f2c1b7a"},
    ]})  # fmt: skip


class ChosenTask(Body):
    """A task, and the etag it was read with."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    etag: Annotated[str, StringConstraints(min_length=1, max_length=60)]


class TaskFilter(Body):
    """Which open tasks are meant: of an entity type and a kind, within a range of match probability."""

    entity_type: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    kind: Literal["review", "contradiction"] = "review"
    min_probability: Annotated[float, Field(ge=0, le=1)] | None = None
    max_probability: Annotated[float, Field(ge=0, le=1)] | None = None


class DecideManyBody(DecisionBody):
    """What a steward says of the pairs of many tasks, listed one by one or meant by a filter."""

    verdict: Literal["same", "distinct", "related"]
    tasks: list[ChosenTask] | None = Field(default=None, min_length=1, max_length=10_000)
    filter: TaskFilter | None = None
    supersede: bool = False

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"verdict": "same", "reason": "Checked a sample of 50", "hold": 10,
         "filter": {"entity_type": "customer", "kind": "review", "min_probability": 0.95}},
        {"verdict": "distinct", "reason": "Branches of one bank",
         "tasks": [{"id": "task_5f1e0c9a7b3d2e4f6a8b", "etag": "9f2c1b7a0d3e4f56"}]},
    ]})  # fmt: skip


class RulesBody(Body):
    """A rules document, the YAML text of an entity type."""

    document: Annotated[str, StringConstraints(min_length=1, max_length=1_000_000)]

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"document": "entity_type: branch\nid_prefix: bra\nattributes: {name: {kind: company_name}}\n"
                     "match: {block_on: [[name]], compare: [name]}\n"}
    ]})  # fmt: skip


class RollbackBody(Body):
    """The entity type whose rules go back, and to which version; if none is named, to the one before."""

    entity_type: Text
    version: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"entity_type": "customer", "version": "9c1d4a5e6f708192"}
    ]})  # fmt: skip


class CodeListBody(Body):
    """A code list or a mapping, as YAML text."""

    document: Annotated[str, StringConstraints(min_length=1, max_length=1_000_000)]

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"document": "code_list: offices\nlabel: Offices\ncodes:\n  graz: {label: Graz, aliases: [GRZ]}\n"}
    ]})  # fmt: skip


class MapBody(ReasonBody):
    """The code that each value of a source stands for; null takes a mapping away."""

    source: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    map: dict[str, str | None] = Field(min_length=1, max_length=10_000)

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"source": "psa", "map": {"Sr. Cons. II": "senior_consultant"}, "reason": "Asked the PSA team"}
    ]})  # fmt: skip
