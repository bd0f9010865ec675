"""How people work on steward tasks, derived from the log: who holds which, and what was said of them."""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from mdm.tables.columns import CLUSTERED, RowNumber, partial


class TaskWork(SQLModel, table=True):
    """What was done about a task since it was opened: its claim, who it is meant for, until when it sleeps.

    `opened` is the opening that it was done about; it holds no more once the task was closed or opened again.
    `escalation` is the position of the fact that escalated it. A claim or a sleep may have run out.
    """

    __tablename__ = "task_work"
    __table_args__ = (
        partial("ix_task_work_claimed_by", "claimed_by", where="claimed_by IS NOT NULL"),
        partial("ix_task_work_assigned_to", "assigned_to", where="assigned_to IS NOT NULL"),
        partial("ix_task_work_escalated_to", "escalated_to", where="escalated_to IS NOT NULL"),
        partial("ix_task_work_snoozed_until", "snoozed_until", where="snoozed_until IS NOT NULL"),
        CLUSTERED,
    )
    task_id: str = Field(primary_key=True)
    opened: int = Field(sa_type=BigInteger)
    claimed_by: str | None
    claimed_until: str | None
    assigned_to: str | None
    escalated_to: str | None
    escalation: int | None = Field(sa_type=BigInteger)
    snoozed_until: str | None


class TaskSkip(SQLModel, table=True):
    """That a person passed over a task, as it was then."""

    __tablename__ = "task_skip"
    __table_args__ = (CLUSTERED,)
    actor: str = Field(primary_key=True)
    task_id: str = Field(primary_key=True)
    etag: str


class TaskComment(SQLModel, table=True):
    """The fact that is a comment on a task; what it says stays in the payload."""

    __tablename__ = "task_comment"
    __table_args__ = (CLUSTERED,)
    task_id: str = Field(primary_key=True)
    position: int = Field(sa_type=RowNumber, primary_key=True, sa_column_kwargs={"autoincrement": False})


class Mention(SQLModel, table=True):
    """That a comment names a person, who has neither read it nor done anything with the task since."""

    __table_args__ = (CLUSTERED,)
    person: str = Field(primary_key=True)
    task_id: str = Field(primary_key=True)
    position: int = Field(sa_type=RowNumber, primary_key=True, sa_column_kwargs={"autoincrement": False})
