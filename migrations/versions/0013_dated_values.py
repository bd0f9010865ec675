"""Golden versions keep the values that dated attributes have on every day, beside those in force."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("golden_version", sa.Column("dated", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("golden_version", "dated")
