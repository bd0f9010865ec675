"""Changes of accounts and keys, in a table that only grows, and sessions that look at the hub as another role."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

REFUSED = "access_change only grows"


def upgrade() -> None:
    op.create_table(
        "access_change",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("recorded_at", AutoString(), nullable=False),
        sa.Column("actor", AutoString(), nullable=False),
        sa.Column("action", AutoString(), nullable=False),
        sa.Column("subject", AutoString(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("correlation_id", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_access_change_subject", "access_change", ["subject", "number"])
    op.add_column("sign_in_session", sa.Column("viewing_as", AutoString(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION access_change_only_grows() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER access_change_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON access_change"
            " FOR EACH STATEMENT EXECUTE FUNCTION access_change_only_grows()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER access_change_no_{verb.lower()} BEFORE {verb} ON access_change"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )


def downgrade() -> None:
    op.drop_table("access_change")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION access_change_only_grows()")
    op.drop_column("sign_in_session", "viewing_as")
