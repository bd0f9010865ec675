"""Accounts of people, their sessions, and keys that expire."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_key", sa.Column("expires_at", AutoString(), nullable=True))
    op.add_column("api_key", sa.Column("last_used_at", AutoString(), nullable=True))
    op.create_table(
        "account",
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("display_name", AutoString(), nullable=False),
        sa.Column("password_hash", AutoString(), nullable=True),
        sa.Column("provider", AutoString(), nullable=True),
        sa.Column("subject", AutoString(), nullable=True),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("entity_type", AutoString(), nullable=True),
        sa.Column("created_at", AutoString(), nullable=False),
        sa.Column("disabled_at", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("provider", "subject"),
    )
    op.create_table(
        "sign_in_session",
        sa.Column("hash", AutoString(), nullable=False),
        sa.Column("account", AutoString(), nullable=False),
        sa.Column("created_at", AutoString(), nullable=False),
        sa.Column("seen_at", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index("ix_sign_in_session_account", "sign_in_session", ["account"])
    op.create_table(
        "sign_in_try",
        sa.Column("place", AutoString(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("until", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("place"),
    )


def downgrade() -> None:
    for name in ("sign_in_try", "sign_in_session", "account"):
        op.drop_table(name)
    op.drop_column("api_key", "last_used_at")
    op.drop_column("api_key", "expires_at")
