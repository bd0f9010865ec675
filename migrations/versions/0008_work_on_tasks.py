"""Work on tasks: claims, skips and comments; and the place of each task in the queue."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
QUEUES = {
    "ix_task_queue": ["status", "place", "id"],
    "ix_task_queue_of_type": ["status", "entity_type", "place", "id"],
    "ix_task_queue_of_kind": ["status", "kind", "place", "id"],
    "ix_task_queue_of_both": ["status", "entity_type", "kind", "place", "id"],
}
FOUND_BY = ("claimed_by", "assigned_to", "escalated_to")


def upgrade() -> None:
    # The tasks of an older hub get their places when they are resolved again, or by a rebuild.
    op.add_column("task", sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("task", sa.Column("place", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("task", sa.Column("due", AutoString(), nullable=True))
    op.drop_index("ix_task_open", "task")
    for name, columns in QUEUES.items():
        op.create_index(name, "task", columns)
    op.create_table(
        "task_work",
        sa.Column("task_id", AutoString(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", AutoString(), nullable=True),
        sa.Column("claimed_until", AutoString(), nullable=True),
        sa.Column("assigned_to", AutoString(), nullable=True),
        sa.Column("escalated_to", AutoString(), nullable=True),
        sa.Column("escalation", sa.BigInteger(), nullable=True),
        sa.Column("snoozed_until", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("task_id"),
        sqlite_with_rowid=False,
    )
    for column in FOUND_BY:
        there = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_task_work_{column}", "task_work", [column], sqlite_where=there, postgresql_where=there)
    op.create_table(
        "task_skip",
        sa.Column("actor", AutoString(), nullable=False),
        sa.Column("task_id", AutoString(), nullable=False),
        sa.Column("etag", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "task_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "task_comment",
        sa.Column("task_id", AutoString(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("task_id", "position"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("task_comment", "task_skip", "task_work"):
        op.drop_table(table)
    for name in QUEUES:
        op.drop_index(name, "task")
    op.create_index("ix_task_open", "task", ["entity_type", "status", "weight"])
    for column in ("due", "place", "priority"):
        op.drop_column("task", column)
