"""How much every group of a hierarchy has is kept."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

BEGINS = sa.text("until IS NULL AND valid_from <> ''")
ENDS = sa.text("until IS NULL AND valid_to IS NOT NULL")


def upgrade() -> None:
    # Of an older hub groups are counted when they are asked for, until an edge of their hierarchy changes.
    op.create_table(
        "hierarchy_group",
        sa.Column("entity_type", AutoString(), nullable=False),
        sa.Column("attribute", AutoString(), nullable=False),
        sa.Column("golden", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("parent", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entity_type", "attribute", "golden"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_reference_begins", "reference", ["valid_from"], sqlite_where=BEGINS, postgresql_where=BEGINS
    )  # fmt: skip
    op.create_index("ix_reference_ends", "reference", ["valid_to"], sqlite_where=ENDS, postgresql_where=ENDS)


def downgrade() -> None:
    op.drop_index("ix_reference_ends", "reference")
    op.drop_index("ix_reference_begins", "reference")
    op.drop_table("hierarchy_group")
