"""What a look-up asks of the log, and where rules were applied last, is found in indexes of nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

USED_AGAIN = sa.text("kind = 'incarnation'")


def upgrade() -> None:
    op.create_index(
        "ix_log_incarnation", "log", ["key_token"], sqlite_where=USED_AGAIN, postgresql_where=USED_AGAIN
    )  # fmt: skip
    op.create_index("ix_rules_document_position", "rules_document", ["position"])


def downgrade() -> None:
    op.drop_index("ix_rules_document_position", "rules_document")
    op.drop_index("ix_log_incarnation", "log")
