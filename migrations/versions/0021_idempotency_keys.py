"""Requests that are carried out once, however often they are sent."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "once",
        sa.Column("actor", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("request", AutoString(), nullable=False),
        sa.Column("run", AutoString(), nullable=False),
        sa.Column("until", AutoString(), nullable=False),
        sa.Column("created_at", AutoString(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("media_type", AutoString(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("actor", "key"),
    )
    op.create_index("ix_once_created_at", "once", ["created_at"])


def downgrade() -> None:
    op.drop_table("once")
