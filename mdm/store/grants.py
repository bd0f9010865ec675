"""What a role of PostgreSQL that owns no table may do: the hub's work, and nothing to facts but add to them."""

from sqlmodel import SQLModel

import mdm.tables  # noqa: F401  fills the metadata
from mdm.errors import InvalidInput
from mdm.store.database import Transaction
from mdm.tables.views import VIEWS

ONLY_ADDED_TO = frozenset({"log", "payload"})
ONLY_READ = "alembic_version"


def grant(transaction: Transaction, role: str) -> None:
    """Let a role work on the tables of the hub that the present user owns.

    Raises:
        InvalidInput: this is no PostgreSQL, or there is no such role.
    """
    quoted = _quoted(transaction, role)
    transaction.run(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {quoted}")
    transaction.run(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    transaction.run(f"GRANT SELECT ON {ONLY_READ} TO {quoted}")
    for name in sorted(SQLModel.metadata.tables):
        may = "SELECT, INSERT" if name in ONLY_ADDED_TO else "SELECT, INSERT, UPDATE, DELETE"
        transaction.run(f'GRANT {may} ON "{name}" TO {quoted}')


def grant_reports(transaction: Transaction, role: str) -> None:
    """Let a role read the views for reports, and nothing else; raises what `grant` does."""
    quoted = _quoted(transaction, role)
    transaction.run(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {quoted}")
    transaction.run(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    transaction.run(f"GRANT SELECT ON {', '.join(VIEWS)} TO {quoted}")


def _quoted(transaction: Transaction, role: str) -> str:
    if not transaction.postgresql:
        raise InvalidInput("only PostgreSQL has roles; who may read or write a hub in SQLite is who may its file")
    if transaction.one("SELECT 1 FROM pg_roles WHERE rolname = ?", role) is None:
        raise InvalidInput(f"there is no role {role!r} in this PostgreSQL: make it with CREATE ROLE ... LOGIN")
    return str(transaction.connection.dialect.identifier_preparer.quote_identifier(role))
