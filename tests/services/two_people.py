"""People who decide, and a hub whose customers need a second person for some decisions."""

from dataclasses import replace
from typing import Any

import yaml

from mdm.entity_types.document import shipped
from mdm.ingest import Incoming
from mdm.log import Author
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.rulebook import rules
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.proposals import Proposed, decide
from mdm.store import digests, log

ANNA = Author("key:anna", "2026-03-01T09:30:00.000000Z")
BERT = Author("key:bert", "2026-03-01T09:31:00.000000Z")
CARL = Author("key:carl", "2026-03-01T09:32:00.000000Z")
WORKER = Author("worker", "2026-03-01T09:30:10.000000Z")


def asks_for(hub: Hub, **approval: Any) -> None:
    """Let the rules of customers ask for a second person."""
    document = {**yaml.safe_load(shipped()["customer"]), "approval": approval}
    rules.apply(hub, yaml.safe_dump(document), file="customer.yaml", author=ANNA)


def put(hub: Hub, source: str, source_id: str, **attributes: object) -> str:
    """Put a customer and give its golden ID."""
    incoming = Incoming(source, "customer", source_id, attributes, None, None, "put")
    found = records.put(hub, incoming, author=ANNA, wait=True).golden_id
    assert found is not None
    return found


def two(hub: Hub) -> list[str]:
    """Two golden records that nothing makes one."""
    return [put(hub, "crm", "1", name="Alder Consulting"), put(hub, "erp", "2", name="Birch Logistics")]


def merge(golden_ids: list[str], **parts: Any) -> Intent:
    return Intent("merge", {"golden_ids": golden_ids, "reason": "one firm", "supersede": False, **parts})


def override(golden_id: str, attribute: str, value: object, **parts: Any) -> Intent:
    said = {"golden_id": golden_id, "attribute": attribute, "value": value, "reason": "register", "supersede": False}
    return Intent("override", {**said, **parts})


def proposed(hub: Hub, intent: Intent, author: Author = ANNA, hold: int = 0) -> str:
    """Decide what is not decided at once, and give the ID of the proposal."""
    found = decide(hub, intent, author=author, hold=hold)
    assert isinstance(found, Proposed), found
    return str(found.document["proposal_id"])


def later(seconds: int) -> Author:
    """A worker that looks so many seconds after half past nine."""
    return replace(WORKER, recorded_at=f"2026-03-01T09:30:{seconds:02}.000000Z")


def state(hub: Hub) -> str:
    with hub.database.read() as reader:
        return digests.state(reader)


def head(hub: Hub) -> int:
    with hub.database.read() as reader:
        return log.head(reader)
