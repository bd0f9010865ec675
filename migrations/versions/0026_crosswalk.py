"""Crosswalks as they are looked up."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of an older hub a crosswalk is kept once it changes, or after `mdm rebuild`; until then it is put together.
    op.create_table(
        "crosswalk",
        sa.Column("golden", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("entity_type", AutoString(), nullable=False),
        sa.Column("members", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("golden"),
    )


def downgrade() -> None:
    op.drop_table("crosswalk")
