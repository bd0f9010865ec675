"""Indexes for a queue in any order, for its counts, and for what few people work on."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0026"
branch_labels = None
depends_on = None

ORDERS = {
    "ix_task_due": "coalesce(due, '9999')",
    "ix_task_newest": "(-opened)",
    "ix_task_likeliest": "(-coalesce(weight, -1000000000))",
    "ix_task_doubtful": "abs(coalesce(weight, 1000000000))",
}
SLEEPING = sa.text("snoozed_until IS NOT NULL")


def upgrade() -> None:
    for name, expression in ORDERS.items():
        op.create_index(name, "task", ["status", sa.text(expression), "id", "entity_type", "kind"])
    op.create_index("ix_task_counted", "task", ["status", "entity_type", "kind", "due"])
    op.create_index(
        "ix_task_work_snoozed_until", "task_work", ["snoozed_until"], sqlite_where=SLEEPING, postgresql_where=SLEEPING
    )
    op.create_index("ix_proposed_task_position", "proposed_task", ["position"])


def downgrade() -> None:
    op.drop_index("ix_proposed_task_position", "proposed_task")
    op.drop_index("ix_task_work_snoozed_until", "task_work")
    for name in ("ix_task_counted", *ORDERS):
        op.drop_index(name, "task")
