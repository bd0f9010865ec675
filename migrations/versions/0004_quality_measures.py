"""Figures of data quality, kept at every tick."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "quality_measure",
        sa.Column("entity_type", text(), nullable=False),
        sa.Column("tick", text(), nullable=False),
        sa.Column("source", text(), nullable=False),
        sa.Column("attribute", text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("fillable", sa.Integer(), nullable=False),
        sa.Column("filled", sa.Integer(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("valid", sa.Integer(), nullable=False),
        sa.Column("identified", sa.Integer(), nullable=False),
        sa.Column("unique_count", sa.Integer(), nullable=False),
        sa.Column("dated", sa.Integer(), nullable=False),
        sa.Column("recent", sa.Integer(), nullable=True),
        sa.Column("median_age", sa.Integer(), nullable=True),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("golden_records", sa.Integer(), nullable=True),
        sa.Column("golden_filled", sa.Integer(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("rules_version", text(), nullable=False),
        sa.PrimaryKeyConstraint("entity_type", "tick", "source", "attribute"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("quality_measure")
