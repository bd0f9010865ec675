"""The views for reports, and what each of their columns says; a migration makes them.

They show what the role `reader` sees: values of attributes that are `public` or `internal` under the rules in force.
"""

GOLDEN_ID = "The golden ID, as everywhere else."
ENTITY_TYPE = "The entity type."
VIEWS: dict[str, tuple[str, dict[str, str]]] = {
    "bi_golden_record": ("One row for each active golden record.", {
        "golden_id": GOLDEN_ID,
        "entity_type": ENTITY_TYPE,
        "version": "How many versions it has had, this one included.",
        "since": "When this version came to be (ISO 8601 UTC).",
        "since_seq": "The position of the log at which that was.",
        "rules_version": "The version of the rules by which its values survived.",
        "source_records": "How many living source records it is made of.",
    }),
    "bi_golden_value": ("One row for each value of an active golden record that a reader may see.", {
        "golden_id": GOLDEN_ID,
        "entity_type": ENTITY_TYPE,
        "attribute": "The attribute.",
        "kind": "The kind of the attribute.",
        "place": "The place of the value among several, or of the line among dated lines; 0 where there is one.",
        "part": "The field of an address or of a dated line; empty where a value has none.",
        "value": "The value as text, in standard form; numbers as decimals, and what lies deeper as JSON.",
    }),
    "bi_crosswalk": ("One row for each living source record, with the golden record that it belongs to.", {
        "golden_id": GOLDEN_ID,
        "entity_type": ENTITY_TYPE,
        "source": "The system that sends it.",
        "source_id": "Its id there.",
        "since": "Since when it belongs to this golden record (ISO 8601 UTC).",
        "since_seq": "The position of the log at which that began.",
    }),
    "bi_change": ("One row for each event of the change feed.", {
        "sequence": "Its place in the feed, without gaps.",
        "type": "What happened: `mdm.golden.updated`, `mdm.xref.moved` and so on.",
        "golden_id": "The golden ID that it is about.",
        "entity_type": ENTITY_TYPE,
        "recorded_at": "When (ISO 8601 UTC).",
        "seq": "The position of the log of the commit that it is part of.",
        "version_before": "The version before; empty for what is new.",
        "version_after": "The version after; empty for what is gone.",
    }),
    "bi_task": ("One row for each steward task, open or closed.", {
        "task_id": "Its ID.",
        "entity_type": ENTITY_TYPE,
        "kind": "What it asks: `review`, `conflict` and so on.",
        "status": "`open`, or how it was closed.",
        "priority": "The higher, the sooner.",
        "due": "The day by which it should be done.",
        "opened_at": "When it was opened last (ISO 8601 UTC).",
        "closed_at": "When it was closed; empty while it is open.",
    }),
    "bi_readiness": ("One row for each golden record and process that it concerns.", {
        "golden_id": GOLDEN_ID,
        "entity_type": ENTITY_TYPE,
        "process": "The process, as the rules name it.",
        "ready": "1 when nothing is missing, else 0.",
        "since": "Since when that is the answer (ISO 8601 UTC).",
    }),
    "bi_quality": ("Figures of quality at the end of each day.", {
        "entity_type": ENTITY_TYPE,
        "day": "The day that began then.",
        "source": "The source; empty for all together.",
        "attribute": "The attribute; empty for whole records.",
        "records": "Living source records.",
        "filled": "How many have a value.",
        "judged": "How many values rules of validity speak of.",
        "valid": "How many of these are valid.",
    }),
}  # fmt: skip
"""By name: what a row is, and what each column says, in their order."""
