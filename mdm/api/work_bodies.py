"""What clients send about their work on tasks."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from mdm.api.bodies import Body, Text
from mdm.services.stewarding.choosing import Order, View
from mdm.services.stewarding.task_kinds import TaskKind

Seconds = Annotated[int, Field(ge=1, le=86_400)]
Person = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class ClaimBody(Body):
    """How long a task is held; left out, as long as the hub's settings say."""

    seconds: Seconds | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"seconds": 300}]})


class ChoiceBody(Body):
    """Which tasks of the queue are wanted, and in which order; what is left out takes all."""

    kind: TaskKind | None = None
    view: View = "all"
    order: Order = "urgent"
    min_probability: Annotated[float, Field(ge=0, le=1)] | None = None
    max_probability: Annotated[float, Field(ge=0, le=1)] | None = None


class ClaimNextBody(ClaimBody, ChoiceBody):
    """Which tasks one works on, and how long the claimed one is held."""

    type: Word | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"type": "customer", "kind": "review", "order": "likeliest", "min_probability": 0.9}
    ]})  # fmt: skip


class SnoozeBody(Body):
    """The day (ISO date) before which a task is offered to nobody."""

    until: Annotated[str, StringConstraints(max_length=10)]

    model_config = ConfigDict(json_schema_extra={"examples": [{"until": "2026-03-31"}]})


class EscalateBody(Body):
    """Who is asked, and what."""

    to: Person
    question: Text

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"to": "key:6a0d57077f3d", "question": "Is the branch in Graz a company of its own?"}
    ]})  # fmt: skip


class AssignBody(Body):
    """Who should do it; null leaves it to anybody."""

    to: Person | None

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": "key:6a0d57077f3d"}]})


class CommentBody(Body):
    """What is to be said about a task."""

    text: Text

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "Their accounts department will call back"}]})


class QueueFilter(ChoiceBody):
    """Which tasks of the queue are wanted, and in which order."""

    entity_type: Word | None = None


class SavedFilterBody(Body):
    """A choice of tasks to keep, for oneself or for all."""

    filter: QueueFilter
    shared: bool = False

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"filter": {"entity_type": "customer", "order": "likeliest", "min_probability": 0.9}, "shared": True}
    ]})  # fmt: skip


class OpinionBody(Body):
    """What somebody says of two records, asked a second or a third time, and why."""

    verdict: Literal["same", "distinct", "related"]
    reason: Text

    model_config = ConfigDict(json_schema_extra={"examples": [{"verdict": "distinct", "reason": "Two branches"}]})
