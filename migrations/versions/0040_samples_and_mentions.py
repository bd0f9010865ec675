"""Automatic matches that a second person is asked about, and people whom comments name."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sampled_match",
        sa.Column("task_id", AutoString(), primary_key=True),
        sa.Column("entity_type", AutoString(), nullable=False),
        sa.Column("left_id", sa.BigInteger(), nullable=False),
        sa.Column("right_id", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sampled_match_left_id", "sampled_match", ["left_id"])
    op.create_index("ix_sampled_match_right_id", "sampled_match", ["right_id"])
    op.create_table(
        "mention",
        sa.Column("person", AutoString(), primary_key=True),
        sa.Column("task_id", AutoString(), primary_key=True),
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("mention")
    op.drop_table("sampled_match")
