"""What does not count as a source record or a golden record stands in an index, so that the rest is counted in one."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

GONE = {
    "source_record": "deleted OR first_position IS NULL",
    "golden_version": "until IS NULL AND attributes IS NULL",
}


def upgrade() -> None:
    for table, condition in GONE.items():
        where = sa.text(condition)
        op.create_index(f"ix_{table}_gone", table, ["entity_type"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for table in GONE:
        op.drop_index(f"ix_{table}_gone", table)
