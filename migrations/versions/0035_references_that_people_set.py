"""Whatever people make refer to a record is found by it."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

SET = "target_token IS NOT NULL"


def upgrade() -> None:
    op.add_column("decision", sa.Column("target_token", sa.BigInteger()))
    op.create_index(
        "ix_decision_target_token", "decision", ["target_token"], sqlite_where=sa.text(SET),
        postgresql_where=sa.text(SET),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_decision_target_token", "decision")
    op.drop_column("decision", "target_token")
