"""Tasks as they were: intervals of their rows, filled with what is known of those that are there; commits by type."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
RESOLVED = sa.text("kind = 'resolved'")


def upgrade() -> None:
    op.create_table(
        "task_version",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("entity_type", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("left_id", sa.BigInteger(), nullable=True),
        sa.Column("right_id", sa.BigInteger(), nullable=True),
        sa.Column("weight", sa.Integer(), nullable=True),
        sa.Column("status", AutoString(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("due", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("id", "since"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_task_version_page", "task_version", ["status", "entity_type", "place", "id"])
    op.create_index(
        "ix_log_resolved", "log", ["entity_type", "position"], sqlite_where=RESOLVED, postgresql_where=RESOLVED
    )
    # Of a task that was open several times, or weighed anew, only the last time and the last weight are known.
    op.execute(
        "INSERT INTO task_version"
        " (id, entity_type, kind, left_id, right_id, weight, opened, about, priority, place, due, since, until, status)"
        " SELECT id, entity_type, kind, left_id, right_id, weight, opened, about, priority, place, due, opened, closed, 'open' FROM task"
    )
    op.execute(
        "INSERT INTO task_version"
        " (id, entity_type, kind, left_id, right_id, weight, opened, about, priority, place, due, since, closed, status)"
        " SELECT id, entity_type, kind, left_id, right_id, weight, opened, about, priority, place, due, closed, closed, 'closed' FROM task"
        " WHERE closed IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_log_resolved", "log")
    op.drop_table("task_version")
