"""What is wrong with dated lines, and whom they are for."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # An older hub knows both of a golden record once it is resolved again, or after `mdm rebuild`.
    op.create_table(
        "line_finding",
        *_place("finding"),
        sa.Column("entity_type", AutoString(), nullable=False),
        sa.Column("attribute", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("valid_from", AutoString(), nullable=False),
        sa.Column("valid_to", AutoString(), nullable=True),
        sa.Column("sources", AutoString(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sqlite_with_rowid=False,
    )
    order = ["entity_type", "kind", "golden", "valid_from", "finding", "until", "sources"]
    op.create_index("ix_line_finding_page", "line_finding", order)
    op.create_table(
        "line_holder",
        *_place("target_token"),
        sa.Column("entity_type", AutoString(), nullable=False),
        sa.Column("attribute", AutoString(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_line_holder_target", "line_holder", ["entity_type", "attribute", "target_token", "golden"])


def _place(second: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("golden", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(second, sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("golden", second, "since"),
    ]


def downgrade() -> None:
    op.drop_table("line_holder")
    op.drop_table("line_finding")
