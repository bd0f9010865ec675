"""Blind second opinions on decisions, derived from the log."""

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from mdm.tables.columns import partial


class SecondOpinion(SQLModel, table=True):
    """A decided task on which somebody else is asked blind, what they answered, and how a disagreement was settled.

    The database itself sees to it that nobody gives a second opinion on a decision of their own, and that whoever
    settles a disagreement is neither of the two. `weight` is the match weight of the pair when it was decided.
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
