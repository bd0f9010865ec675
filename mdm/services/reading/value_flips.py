"""What would have to change for another source's value to survive, beside the lineage that says why it does not."""

from collections.abc import Mapping
from typing import Any

from golden_records.flips import Change, Rival
from golden_records.identity import parse_golden_id
from mdm.errors import Fault, InvalidInput
from mdm.log import Key
from mdm.services.deciding.decisions import decision_id
from mdm.services.deciding.standing import Goldens, standing
from mdm.services.hub import Hub
from mdm.services.positions import AsOf
from mdm.services.reading.golden import lineage
from mdm.services.reading.valid_time import day

Document = dict[str, Any]


def lineage_and_flips(hub: Hub, golden_id: str, *, as_of: AsOf = None, on: str | None = None) -> Document:
    """The lineage of a golden record, with `flips` for each attribute that has one value, on the day if it is dated.

    The day is `on`, or the latest that the hub has seen.
    A flip is `{"source", "source_id", "position", "value", "changes"}`: after each of the changes alone that value
    would survive. A change has `change`, what it says (see `golden_records.flips`), and `words`.

    Raises:
        InvalidInput: of the past, where nobody kept what it would take.
        NotFound: the ID was never given.
    """
    if as_of is not None:
        detail = "what would flip a value is known only of now: ask for flips, or for as_of"
        raise InvalidInput(detail, faults=[Fault("/query/flips", detail, "not_as_of")])
    document = lineage(hub, golden_id, on=on)
    entity_type = hub.entity_type(document["entity_type"])
    number = parse_golden_id(document.get("current_id", golden_id))[1]
    with hub.database.read() as reader:
        found = Goldens(standing(hub, reader, entity_type), [number]).flips(number, on=day(on))
    told = {
        name: {**entry, "flips": [_told(one) for one in found[name]]} if name in found else entry
        for name, entry in document["lineage"].items()
    }
    return {**document, "lineage": told}


def _told(rival: Rival) -> Document:
    key = Key.parse(rival["record"])
    return {
        "source": key.source, "source_id": key.source_id, "position": rival["position"], "value": rival["value"],
        "changes": [_change(one) for one in rival["flips"]],
    }  # fmt: skip


def _change(change: Change) -> Document:
    told: Document = {**change}
    if "decision" in change:
        told["decision_id"] = decision_id(told.pop("decision"))
    return {**told, "words": WORDS[change["change"]].format_map(_said(told)) + _also(told.get("also", ()))}


def _said(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**told, "records": ", ".join(told.get("records", ()))}


def _also(needed: Any) -> str:
    return "".join(f", and {ALSO[one]}" for one in needed)


ALSO = {"valid": "the value were a valid one", "undo": "what a person set were undone"}
WORDS = {
    "undo": "the decision {decision_id} were undone",
    "valid": "the value were a valid one",
    "trust": "{source} were trusted {to} for this attribute",
    "event_time": "its event time were {to}",
    "withdraw": "these did not say otherwise: {records}",
    "more_records": "{more} more of its source said the same",
    "priority": "{source} were number {to} in the order of sources",
    "group": "its record won {attribute}, which decides for its group",
}
