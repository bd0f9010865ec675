"""Decisions that are proposed: held for a while, or waiting for a second person."""

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from mdm.tables.columns import RowNumber, partial


class Proposal(SQLModel, table=True):
    """One proposal and what became of it, derived from its facts: the proposal itself and its settlement.

    The database itself sees to it that nobody approves what he proposed, and that nothing which needs a second person
    is carried out without one.
    """

    __table_args__ = (
        CheckConstraint("answered_by <> proposer", name="ck_proposal_second_person"),
        CheckConstraint(
            "NOT needs_approval OR status <> 'carried_out' OR answered_by IS NOT NULL", name="ck_proposal_approved"
        ),
        partial("ix_proposal_open", "due", "position", where="status = 'open'"),
    )
    position: int = Field(sa_type=RowNumber, primary_key=True, sa_column_kwargs={"autoincrement": False})
    entity_type: str | None
    action: str
    proposer: str
    due: str | None
    needs_approval: bool
    status: str
    settled: int | None = Field(sa_type=BigInteger)
    answered_by: str | None
    decision: int | None = Field(sa_type=BigInteger)


class ProposedTask(SQLModel, table=True):
    """A task that a proposal would decide, whatever has become of the proposal."""

    __tablename__ = "proposed_task"
    task_id: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger, primary_key=True, index=True)
