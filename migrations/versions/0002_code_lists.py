"""Code lists, what sources mean by their values, and tasks that are about something other than records."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_list",
        sa.Column("code_list", AutoString(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code_list", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_code_list_position", "code_list", ["position"])
    op.create_table(
        "code_mapping",
        sa.Column("code_list", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("folded", AutoString(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("code", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("code_list", "source", "folded", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_code_mapping_position", "code_mapping", ["position"])
    op.add_column("task", sa.Column("about", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("task", "about")
    op.drop_table("code_mapping")
    op.drop_table("code_list")
