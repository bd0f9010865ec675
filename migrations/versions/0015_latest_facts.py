"""The latest fact of each entity type, so that nobody reads the log to learn that nothing waits."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0012"
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    op.drop_table("latest_fact")
