"""What a hub answers, typed; members that a newer hub adds are kept in `model_extra`."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Result(BaseModel):
    """What all results share."""

    model_config = ConfigDict(frozen=True, extra="allow")


class NeedsRefetch(Result):
    """Since which position a record is known to have changed in its source, and the version that has not come."""

    since: int
    version: int | str | None = None
    event_time: str | None = None


class SourceId(Result):
    """One entry of a crosswalk."""

    source: str
    source_id: str
    needs_refetch: NeedsRefetch | None = None


class Xref(Result):
    """Which golden record a source record belongs to; while it is `pending`, not resolved yet, there is none."""

    golden_id: str | None
    status: Literal["active", "retired", "pending"]
    entity_type: str
    seq: int | None = None
    since: int | None = None
    crosswalk: list[SourceId] = []
    needs_refetch: NeedsRefetch | None = None


class GoldenRecord(Result):
    """A golden record as it is or was; `current_id` and `successors` say where an ID leads that is active no longer.

    missing: the required attributes for which no valid value survives, told of one golden record.
    """

    golden_id: str
    entity_type: str
    status: Literal["active", "merged", "split", "retired", "erased"]
    version: int
    seq: int
    attributes: dict[str, Any] = {}
    crosswalk: list[SourceId] = []
    missing: list[str] = []
    lineage: dict[str, Any] | None = None
    current_id: str | None = None
    successors: list[str] = []


class Snapshot(Result):
    """Golden records as of one moment; `after` is the cursor of the feed behind which everything else stands."""

    records: list[GoldenRecord]
    after: int


class Age(Result):
    """How old the newest version of a record is, where it is newer than what was sent."""

    version: int | str | None = None
    event_time: str | None = None


class Put(Result):
    """The answer to one record: durable from now on; the golden ID where it was waited for."""

    seq: int
    status: Literal["accepted", "unchanged"]
    older_than: Age | None = None
    golden_id: str | None = None
    resolution: Literal["created", "matched", "review"] | None = None


class Taken(Result):
    """What became of one record of many, by its place among them."""

    index: int
    status: Literal["accepted", "unchanged", "quarantined"]
    seq: int | None = None
    older_than: Age | None = None
    errors: list[dict[str, Any]] = []


class LooksAlike(SourceId):
    """A source record that looks like the one that was asked about."""

    match_weight: float


class Candidate(Result):
    """A golden record that a new record would belong to, or be reviewed against."""

    golden_id: str
    outcome: Literal["match", "review"]
    match_weight: float
    match_probability: float
    attributes: dict[str, Any]
    records: list[LooksAlike]
    evidence: dict[str, Any]


class Found(Result):
    """Candidates, the likeliest first; what was not compared, and keys that too many records share to compare."""

    items: list[Candidate]
    left_out: list[str] = []
    crowded: list[str] = []


class Change(Result):
    """One event of the feed (CloudEvents 1.0); `cursor` is where to go on after it."""

    id: str
    type: str
    subject: str
    sequence: str
    data: dict[str, Any]
    time: str | None = None
    source: str = Field(default="")

    @property
    def cursor(self) -> int:
        """Pass it to `changes(after=...)` to go on behind this event."""
        return int(self.sequence)


class Record(BaseModel):
    """A source record to send; an attribute left out is not one that is None."""

    model_config = ConfigDict(frozen=True)

    source: str
    entity_type: str
    source_id: str
    attributes: dict[str, Any] = {}
    version: int | str | None = None
    event_time: str | None = None
    deleted: bool = False
    partial: bool = False

    def document(self) -> dict[str, Any]:
        """Write it as the hub reads it: without what was left to its default."""
        return self.model_dump(exclude_unset=True)
