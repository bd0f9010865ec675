"""The days on which references, the edges of hierarchies and mismatches hold, and the days that have passed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
NOW = sa.text("until IS NULL")
TICK = sa.text("kind = 'tick'")
WAITING = sa.text("standing <> 'arrived'")


def upgrade() -> None:
    # An older hub knows the days of dated references once they are resolved again, or after `mdm rebuild`.
    _exchange("reference", _reference(dated=True), dated=True)
    _exchange("hierarchy_edge", _edge(dated=True), dated=True)
    _exchange("hierarchy_mismatch", _mismatch(dated=True), dated=True)
    _index()
    op.create_index("ix_log_tick", "log", ["position"], sqlite_where=TICK, postgresql_where=TICK)


def downgrade() -> None:
    op.drop_index("ix_log_tick", "log")
    _exchange("reference", _reference(dated=False), dated=False)
    _exchange("hierarchy_edge", _edge(dated=False), dated=False)
    _exchange("hierarchy_mismatch", _mismatch(dated=False), dated=False)
    _index()


def _exchange(name: str, columns: list[sa.schema.SchemaItem], *, dated: bool) -> None:
    """Make a table anew with another primary key, and take along what is in it."""
    op.create_table(f"{name}_anew", *columns, sqlite_with_rowid=False)
    kept = [one.name for one in columns if isinstance(one, sa.Column) and one.name not in {"valid_from", "valid_to"}]
    stood = sa.table(name, *(sa.column(one) for one in [*kept, "valid_from"]))
    held = sa.select(*(stood.c[one] for one in kept))
    held = held.add_columns(sa.literal(""), sa.null()) if dated else held.where(stood.c.valid_from == "")
    names = [*kept, "valid_from", "valid_to"] if dated else kept
    op.execute(sa.table(f"{name}_anew", *map(sa.column, names)).insert().from_select(names, held))
    op.drop_table(name)
    op.rename_table(f"{name}_anew", name)


def _key(*names: str, dated: bool) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, *(["valid_from"] if dated else []), "since")


def _days(*, dated: bool) -> Sequence[sa.schema.SchemaItem]:
    return [sa.Column("valid_from", AutoString(), nullable=False), sa.Column("valid_to", AutoString())] if dated else []


def _reference(*, dated: bool) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attribute", AutoString(), nullable=False),
        sa.Column("target_token", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("entity_type", AutoString(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        *_days(dated=dated),
        sa.Column("golden", sa.BigInteger(), nullable=True),
        sa.Column("standing", AutoString(), nullable=False),
        _key("record_id", "attribute", "target_token", dated=dated),
    ]


def _edge(*, dated: bool) -> list[sa.schema.SchemaItem]:
    return [
        *_mismatch(dated=dated),
        sa.Column("target_token", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("trust", sa.Integer(), nullable=False),
        sa.Column("parent", sa.BigInteger(), nullable=True),
        sa.Column("set_aside", sa.Boolean(), nullable=False),
    ]


def _mismatch(*, dated: bool) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("golden", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attribute", AutoString(), nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("entity_type", AutoString(), nullable=False),
        *_days(dated=dated),
        _key("golden", "attribute", dated=dated),
    ]


def _index() -> None:
    op.create_index("ix_reference_golden", "reference", ["golden", "entity_type", "attribute", "record_id"])
    op.create_index("ix_reference_target", "reference", ["target_token"], sqlite_where=NOW, postgresql_where=NOW)
    op.create_index(
        "ix_reference_waiting", "reference", ["entity_type", "attribute", "record_id"],
        sqlite_where=WAITING, postgresql_where=WAITING,
    )  # fmt: skip
    op.create_index("ix_hierarchy_edge_parent", "hierarchy_edge", ["parent", "attribute", "golden"])
    op.create_index(
        "ix_hierarchy_edge_target", "hierarchy_edge", ["target_token"], sqlite_where=NOW, postgresql_where=NOW
    )
    op.create_index("ix_hierarchy_mismatch_page", "hierarchy_mismatch", ["entity_type", "attribute", "golden"])
