"""Cross-references stand in an index by key token, with all that a look-up asks of them."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

INDEX = "ix_xref_key_token"


def upgrade() -> None:
    op.add_column("xref", sa.Column("key_token", sa.BigInteger(), nullable=True))
    op.execute("UPDATE xref SET key_token = (SELECT key_token FROM source_record WHERE id = record_id)")
    _always_there()
    op.create_index(INDEX, "xref", ["key_token", "until", "golden", "since"])


def downgrade() -> None:
    op.drop_index(INDEX, "xref")
    op.drop_column("xref", "key_token")


def _always_there() -> None:
    """SQLite has to make the table anew; the views for reports name it, and would not let the new one take its name."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        op.execute("PRAGMA legacy_alter_table = ON")
    with op.batch_alter_table("xref", table_kwargs={"sqlite_with_rowid": False}) as xref:
        xref.alter_column("key_token", existing_type=sa.BigInteger(), nullable=False)
    if sqlite:
        op.execute("PRAGMA legacy_alter_table = OFF")
