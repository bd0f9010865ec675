"""Where source records disagree with their golden record, as intervals."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
NOW = sa.text("until IS NULL")


def upgrade() -> None:
    # An older hub knows where its records disagree once they are resolved again, or after `mdm rebuild`.
    op.create_table(
        "divergence",
        sa.Column("golden", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attribute", AutoString(), nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("entity_type", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("golden", "record_id", "attribute", "since"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_divergence_page", "divergence", ["entity_type", "attribute", "golden"],
        sqlite_where=NOW, postgresql_where=NOW,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("divergence")
