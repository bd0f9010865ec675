"""Views for reports: what a reader may see, in columns that stay."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
PLACES = [f"substr('{DIGITS}', CAST((({{of}} >> {5 * place}) & 31) + 1 AS INTEGER), 1)" for place in range(6, -1, -1)]
ID = "prefix || '_' || " + " || ".join(PLACES)
"""A golden ID as it is written, of a position in the log."""
SHOWN = (
    "(SELECT entity_type, shown, {prefix} AS prefix FROM rules_document AS one WHERE shown IS NOT NULL AND position ="
    " (SELECT max(position) FROM rules_document AS other WHERE other.entity_type = one.entity_type)) AS rules"
)
"""What each entity type shows under the rules applied last."""
PREFIX = {"sqlite": "json_extract(shown, '$.prefix')", "postgresql": "shown::jsonb ->> 'prefix'"}
VALUES = {
    "sqlite": """
        SELECT {id} AS golden_id, golden_version.entity_type, attribute.key AS attribute,
               json_extract(told.value, '$.kind') AS kind, item.key AS place, part.key AS part,
               CASE part.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(part.value AS TEXT) END AS value
        FROM golden_version JOIN {shown} ON rules.entity_type = golden_version.entity_type
        CROSS JOIN json_each(CAST(attributes AS TEXT)) AS attribute
        JOIN json_each(shown, '$.attributes') AS told ON told.key = attribute.key
        CROSS JOIN json_each(CASE attribute.type
            WHEN 'array' THEN attribute.value WHEN 'object' THEN json_array(json(attribute.value))
            WHEN 'true' THEN '[true]' WHEN 'false' THEN '[false]' ELSE json_array(attribute.value) END) AS item
        CROSS JOIN json_each(CASE item.type
            WHEN 'object' THEN item.value WHEN 'array' THEN json_object('', json(item.value))
            WHEN 'true' THEN '{{"":true}}' WHEN 'false' THEN '{{"":false}}' ELSE json_object('', item.value) END) AS part
        WHERE until IS NULL AND attributes IS NOT NULL AND part.type <> 'null'
        AND (json_type(told.value, '$.parts') = 'null'
             OR part.key IN (SELECT value FROM json_each(told.value, '$.parts')))""",
    "postgresql": """
        SELECT {id} AS golden_id, golden_version.entity_type, attribute.key AS attribute, told.value ->> 'kind' AS kind,
               item.number - 1 AS place, part.key AS part, part.value #>> '{{}}' AS value
        FROM golden_version JOIN {shown} ON rules.entity_type = golden_version.entity_type
        CROSS JOIN LATERAL jsonb_each(convert_from(attributes, 'UTF8')::jsonb) AS attribute
        JOIN LATERAL jsonb_each(shown::jsonb -> 'attributes') AS told ON told.key = attribute.key
        CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(attribute.value)
            WHEN 'array' THEN attribute.value ELSE jsonb_build_array(attribute.value) END)
            WITH ORDINALITY AS item (value, number)
        CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(item.value)
            WHEN 'object' THEN item.value ELSE jsonb_build_object('', item.value) END) AS part
        WHERE until IS NULL AND attributes IS NOT NULL AND jsonb_typeof(part.value) <> 'null'
        AND (jsonb_typeof(told.value -> 'parts') = 'null' OR jsonb_exists(told.value -> 'parts', part.key))""",
}
VIEWS = {
    "bi_golden_record": """
        SELECT {id} AS golden_id, golden_version.entity_type, golden_version.version, log.recorded_at AS since,
               golden_version.since AS since_seq, rules_version,
               (SELECT count(*) FROM xref JOIN source_record ON source_record.id = record_id
                WHERE xref.golden = golden_version.golden AND xref.until IS NULL AND NOT deleted) AS source_records
        FROM golden_version JOIN {shown} ON rules.entity_type = golden_version.entity_type
        JOIN log ON log.position = golden_version.since WHERE until IS NULL AND attributes IS NOT NULL""",
    "bi_crosswalk": """
        SELECT {id} AS golden_id, source_record.entity_type, source, source_id, log.recorded_at AS since,
               xref.since AS since_seq
        FROM xref JOIN source_record ON source_record.id = record_id
        JOIN {shown} ON rules.entity_type = source_record.entity_type
        JOIN log ON log.position = xref.since WHERE until IS NULL AND NOT deleted""",
    "bi_change": """
        SELECT sequence, 'mdm.' || change.kind AS type, {id} AS golden_id, change.entity_type, log.recorded_at,
               change.position AS seq, version_before, version_after
        FROM change JOIN {shown} ON rules.entity_type = change.entity_type JOIN log ON log.position = change.position""",
    "bi_task": """
        SELECT task.id AS task_id, task.entity_type, task.kind, status, priority, due, opened.recorded_at AS opened_at,
               closed.recorded_at AS closed_at
        FROM task JOIN log AS opened ON opened.position = opened LEFT JOIN log AS closed ON closed.position = closed""",
    "bi_readiness": """
        SELECT {id} AS golden_id, readiness.entity_type, process, CASE missing WHEN '[]' THEN 1 ELSE 0 END AS ready,
               log.recorded_at AS since
        FROM readiness JOIN {shown} ON rules.entity_type = readiness.entity_type JOIN log ON log.position = since""",
    "bi_quality": """
        SELECT entity_type, tick AS day, source, attribute, records, filled, judged, valid FROM quality_measure""",
}
OF = {"bi_golden_record": "golden_version.golden", "bi_crosswalk": "xref.golden", "bi_change": "change.golden",
      "bi_readiness": "readiness.golden"}  # fmt: skip


def upgrade() -> None:
    op.add_column("rules_document", sa.Column("shown", sa.Text(), nullable=True))
    database = op.get_bind().dialect.name
    shown = SHOWN.format(prefix=PREFIX[database])
    for name, view in {**VIEWS, "bi_golden_value": VALUES[database]}.items():
        of = OF.get(name, "golden_version.golden")
        op.get_bind().exec_driver_sql(f"CREATE VIEW {name} AS {view.format(id=ID.format(of=of), shown=shown)}")


def downgrade() -> None:
    for name in (*VIEWS, "bi_golden_value"):
        op.execute(f"DROP VIEW {name}")
    op.drop_column("rules_document", "shown")
