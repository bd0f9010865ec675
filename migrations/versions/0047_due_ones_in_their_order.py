"""What is due stands in an index in the order in which it is taken in hand, and is found without going through all."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

GOLDEN, READINESS = "ix_golden_version_due", "ix_readiness_due"
WHERE = {GOLDEN: sa.text("until IS NULL AND due IS NOT NULL"), READINESS: sa.text("due IS NOT NULL")}


def upgrade() -> None:
    _made_anew("entity_type", "due", "golden")


def downgrade() -> None:
    _made_anew("entity_type", "due")


def _made_anew(*columns: str) -> None:
    for name, table in ((GOLDEN, "golden_version"), (READINESS, "readiness")):
        op.drop_index(name, table)
        op.create_index(name, table, list(columns), sqlite_where=WHERE[name], postgresql_where=WHERE[name])
