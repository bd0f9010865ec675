"""Blind second opinions on decisions and on automatic matches, derived from the log."""

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field, SQLModel

from mdm.tables.columns import CLUSTERED, partial


class SecondOpinion(SQLModel, table=True):
    """A decided task on which somebody else is asked blind, what they answered, and how a disagreement was settled.

    The database itself sees to it that nobody gives a second opinion on a decision of their own, and that whoever
    settles a disagreement is neither of the two. `weight` is the match weight of the pair when it was decided.
    Where the hub itself matched a pair, `decision` is 0, `first` is `hub`, and the row is made by the answer.
    """

    __tablename__ = "second_opinion"
    __table_args__ = (
        CheckConstraint("second <> first", name="ck_second_opinion_another"),
        CheckConstraint("settled_by <> first AND settled_by <> second", name="ck_second_opinion_third"),
        CheckConstraint("settled IS NULL OR position IS NOT NULL", name="ck_second_opinion_answered"),
        partial("ix_second_opinion_waiting", "entity_type", "task_id", where="position IS NULL"),
        partial("ix_second_opinion_apart", "decision", where="answer <> verdict AND settled IS NULL"),
    )
    task_id: str = Field(primary_key=True)
    decision: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    entity_type: str
    kind: str
    weight: int | None = Field(sa_type=BigInteger)
    first: str
    verdict: str
    position: int | None = Field(sa_type=BigInteger)
    second: str | None
    answer: str | None
    settled: int | None = Field(sa_type=BigInteger)
    settled_by: str | None
    outcome: str | None


class SampledMatch(SQLModel, table=True):
    """A pair that the hub joined by its weight, and that a second person is asked about; of current state.

    `task_id` is that of a task of kind `match`, which is in nobody's queue.
    """

    __tablename__ = "sampled_match"
    __table_args__ = (
        Index("ix_sampled_match_left_id", "left_id"),
        Index("ix_sampled_match_right_id", "right_id"),
        CLUSTERED,
    )
    task_id: str = Field(primary_key=True)
    entity_type: str
    left_id: int = Field(sa_type=BigInteger)
    right_id: int = Field(sa_type=BigInteger)
    weight: int = Field(sa_type=BigInteger)
