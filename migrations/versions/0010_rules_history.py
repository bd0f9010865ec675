"""The history of rules: which versions were applied, found without reading the whole log."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
RULES = sa.text("kind = 'rules'")


def upgrade() -> None:
    op.create_index("ix_log_rules", "log", ["entity_type", "position"], sqlite_where=RULES, postgresql_where=RULES)


def downgrade() -> None:
    op.drop_index("ix_log_rules", "log")
