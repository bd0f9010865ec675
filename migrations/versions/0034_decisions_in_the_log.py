"""The facts by which people decide are found among all others."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

DECIDED = "kind IN ('verdict', 'override', 'undo', 'code_mapping', 'code_list', 'rules')"


def upgrade() -> None:
    op.create_index(
        "ix_log_decided", "log", ["position"], sqlite_where=sa.text(DECIDED), postgresql_where=sa.text(DECIDED)
    )


def downgrade() -> None:
    op.drop_index("ix_log_decided", "log")
