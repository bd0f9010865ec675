"""The words that golden records are found by."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0025"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # An older hub finds golden records by their words once they change, or after `mdm rebuild`.
    op.create_table(
        "search_word",
        sa.Column("entity_type", AutoString(), nullable=False),
        sa.Column("word", AutoString(), nullable=False),
        sa.Column("golden", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attribute", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("entity_type", "word", "golden", "attribute"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("search_word")
