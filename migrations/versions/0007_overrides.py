"""Overrides: a decision may name a record and an attribute."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
NAMED = sa.text("record_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("decision", sa.Column("record_id", sa.BigInteger(), nullable=True))
    op.add_column("decision", sa.Column("attribute", AutoString(), nullable=True))
    op.create_index("ix_decision_record_id", "decision", ["record_id"], sqlite_where=NAMED, postgresql_where=NAMED)


def downgrade() -> None:
    op.drop_index("ix_decision_record_id", "decision")
    op.drop_column("decision", "attribute")
    op.drop_column("decision", "record_id")
