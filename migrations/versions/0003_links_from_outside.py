"""Links from outside: crosswalk rows and merges inside a source."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_link",
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("master", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "kind", "master"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_source_link_other_id", "source_link", ["other_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_source_link_other_id", table_name="source_link")
    op.drop_table("source_link")
