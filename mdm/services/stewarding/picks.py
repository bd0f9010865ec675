"""Picks: values that a steward takes from certain records while saying that two are the same."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mdm.errors import Fault, InvalidInput, NeedsApproval
from mdm.log import Author
from mdm.services.deciding import overrides
from mdm.services.deciding.decisions import Decided
from mdm.services.deciding.overrides import Wanted
from mdm.services.deciding.planning import Verdict
from mdm.services.hub import Hub
from mdm.services.stewarding import comparison, tasks

Values = Mapping[str, Any]


def values_of(
    hub: Hub, task_id: str, verdict: Verdict | None, picks: Mapping[str, str], *, author: Author
) -> Values:  # fmt: skip
    """The value of each picked attribute, read while the records are as the steward saw them.

    Raises:
        InvalidInput: only `same` makes a golden record to set values on; a pick names no record with a value, or one
            that cannot be set.
        NeedsApproval: the rules ask for a second person to set one of these attributes, and none has approved it.
    """
    if verdict != "same":
        detail = f"a value is picked for the golden record that `same` makes; {verdict} makes none"
        raise InvalidInput(detail, faults=[Fault("/picks", detail, "verdict")])
    asked = hub.entity_type(tasks.entity_type_of(hub, task_id)).approval.override
    needs = [f"an override of {name}" for name in sorted(picks) if name in asked]
    if needs and (author.consent is None or author.consent.approved_by is None):
        raise NeedsApproval(needs)
    return comparison.picked_values(hub, task_id, picks)


def set_all(hub: Hub, decided: Decided, values: Values, *, reason: str, author: Author) -> None:
    """Set each value on the golden record that a decision made, as an override that goes with that decision.

    It goes with it when that is undone. A second person who approved the decision has approved these with it.
    """
    consent = author.consent and replace(author.consent, proposal=None)
    for name, value in sorted(values.items()):
        wanted = Wanted(decided.golden_ids[0], name, value, beside=decided.position)
        overrides.override(hub, wanted, reason=reason, author=replace(author, consent=consent), supersede=True)
