"""Blind second opinions on decisions."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

WAITING, APART = "position IS NULL", "answer <> verdict AND settled IS NULL"


def upgrade() -> None:
    op.create_table(
        "second_opinion",
        sa.Column("task_id", AutoString(), primary_key=True),
        sa.Column("decision", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("entity_type", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("weight", sa.BigInteger()),
        sa.Column("first", AutoString(), nullable=False),
        sa.Column("verdict", AutoString(), nullable=False),
        sa.Column("position", sa.BigInteger()),
        sa.Column("second", AutoString()),
        sa.Column("answer", AutoString()),
        sa.Column("settled", sa.BigInteger()),
        sa.Column("settled_by", AutoString()),
        sa.Column("outcome", AutoString()),
        sa.CheckConstraint("second <> first", name="ck_second_opinion_another"),
        sa.CheckConstraint("settled_by <> first AND settled_by <> second", name="ck_second_opinion_third"),
        sa.CheckConstraint("settled IS NULL OR position IS NOT NULL", name="ck_second_opinion_answered"),
    )
    for name, columns, only in (
        ("ix_second_opinion_waiting", ["entity_type", "task_id"], WAITING),
        ("ix_second_opinion_apart", ["decision"], APART),
    ):
        op.create_index(name, "second_opinion", columns, sqlite_where=sa.text(only), postgresql_where=sa.text(only))


def downgrade() -> None:
    op.drop_table("second_opinion")
