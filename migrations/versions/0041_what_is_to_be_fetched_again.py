"""Source records that have changed in their source since their last version here."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

CHANGED = sa.text("kind = 'changed'")
OPEN = sa.text("until IS NULL")


def upgrade() -> None:
    op.create_table(
        "refetch",
        sa.Column("record_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("since", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("entity_type", AutoString(), nullable=False),
        sa.Column("event", sa.BigInteger(), nullable=False),
        sa.Column("version", AutoString(), nullable=True),
        sa.Column("event_time", AutoString(), nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_refetch_open", "refetch", ["entity_type", "event", "record_id"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("ix_log_changed", "log", ["key_token"], sqlite_where=CHANGED, postgresql_where=CHANGED)


def downgrade() -> None:
    op.drop_index("ix_log_changed", "log")
    op.drop_table("refetch")
