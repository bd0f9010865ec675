"""The tasks that a proposal would decide, so that a queue knows which are decided but not in force yet."""

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    proposed = op.create_table(
        "proposed_task",
        sa.Column("task_id", sa.String(), primary_key=True),
        sa.Column("position", sa.BigInteger(), primary_key=True),
    )
    bodies = op.get_bind().execute(
        sa.text("SELECT proposal.position, body FROM proposal JOIN payload ON payload.position = proposal.position")
    )
    rows = [
        {"task_id": task_id, "position": position}
        for position, body in bodies
        for task_id in _named(orjson.loads(body))
    ]
    if rows:
        op.bulk_insert(proposed, rows)


def _named(body: dict) -> list[str]:
    parts = body["parts"]
    return [parts["task_id"]] if "task_id" in parts else [task_id for task_id, _ in parts.get("tasks", ())]


def downgrade() -> None:
    op.drop_table("proposed_task")
