"""What each reference leads to, as intervals, and the hierarchies that follow from them."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
NOW = sa.text("until IS NULL")
WAITING = sa.text("standing <> 'arrived'")


def upgrade() -> None:
    # An older hub knows what its records refer to once they are resolved again, or after `mdm rebuild`.
    op.create_table(
        "reference",
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attribute", AutoString(), nullable=False),
        sa.Column("target_token", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("entity_type", AutoString(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("golden", sa.BigInteger(), nullable=True),
        sa.Column("standing", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "attribute", "target_token", "since"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reference_golden", "reference", ["golden", "entity_type", "attribute", "record_id"])
    op.create_index("ix_reference_target", "reference", ["target_token"], sqlite_where=NOW, postgresql_where=NOW)
    op.create_index(
        "ix_reference_waiting", "reference", ["entity_type", "attribute", "record_id"],
        sqlite_where=WAITING, postgresql_where=WAITING,
    )  # fmt: skip
    op.create_table(
        "hierarchy_edge",
        *_place(),
        sa.Column("target_token", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("trust", sa.Integer(), nullable=False),
        sa.Column("parent", sa.BigInteger(), nullable=True),
        sa.Column("set_aside", sa.Boolean(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_hierarchy_edge_parent", "hierarchy_edge", ["parent", "attribute", "golden"])
    op.create_index(
        "ix_hierarchy_edge_target", "hierarchy_edge", ["target_token"], sqlite_where=NOW, postgresql_where=NOW
    )
    op.create_table("hierarchy_mismatch", *_place(), sqlite_with_rowid=False)
    op.create_index("ix_hierarchy_mismatch_page", "hierarchy_mismatch", ["entity_type", "attribute", "golden"])


def _place() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("golden", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attribute", AutoString(), nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("entity_type", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("golden", "attribute", "since"),
    ]


def downgrade() -> None:
    op.drop_table("hierarchy_mismatch")
    op.drop_table("hierarchy_edge")
    op.drop_table("reference")
