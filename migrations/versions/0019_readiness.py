"""Whether golden records are ready for business processes."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
DUE = sa.text("due IS NOT NULL")


def upgrade() -> None:
    # An older hub knows what its golden records lack once they are resolved again, or after `mdm rebuild`.
    op.create_table(
        "readiness",
        sa.Column("golden", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("process", AutoString(), nullable=False),
        sa.Column("entity_type", AutoString(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("ready_since", sa.BigInteger(), nullable=True),
        sa.Column("first_ready", sa.BigInteger(), nullable=True),
        sa.Column("due", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("golden", "process"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_readiness_due", "readiness", ["entity_type", "due"], sqlite_where=DUE, postgresql_where=DUE)


def downgrade() -> None:
    op.drop_table("readiness")
