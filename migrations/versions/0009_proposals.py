"""Proposals: decisions that are held, or wait for a second person, who is never the one who proposed them."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("entity_type", AutoString(), nullable=True),
        sa.Column("action", AutoString(), nullable=False),
        sa.Column("proposer", AutoString(), nullable=False),
        sa.Column("due", AutoString(), nullable=True),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("status", AutoString(), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", AutoString(), nullable=True),
        sa.Column("decision", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("answered_by <> proposer", name="ck_proposal_second_person"),
        sa.CheckConstraint(
            "NOT needs_approval OR status <> 'carried_out' OR answered_by IS NOT NULL", name="ck_proposal_approved"
        ),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index("ix_proposal_open", "proposal", ["due", "position"], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_table("proposal")
