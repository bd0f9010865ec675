"""What large hubs need: the latest fact of each entity type, and open tasks found by their records."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None
ENDS = {"ix_task_left_id": "left_id", "ix_task_right_id": "right_id"}


def upgrade() -> None:
    op.create_table(
        "latest_fact",
        sa.Column("entity_type", sa.String(), primary_key=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
    )
    op.execute(
        "INSERT INTO latest_fact SELECT coalesce(entity_type, ''), max(position) FROM log WHERE kind NOT IN"
        " ('resolved', 'snapshot', 'absence', 'task_work', 'proposal', 'settlement', 'measured') GROUP BY 1"
    )
    for name, column in ENDS.items():
        op.drop_index(name, "task")
        op.create_index(name, "task", [column, "status"])


def downgrade() -> None:
    for name, column in ENDS.items():
        op.drop_index(name, "task")
        op.create_index(name, "task", [column])
    op.drop_table("latest_fact")
