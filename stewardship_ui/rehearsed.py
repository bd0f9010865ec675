"""What a decision about a golden record would change, rehearsed and told attribute by attribute."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mdm.api.caller import Caller
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.stewarding import intents
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.preview import preview
from stewardship_ui.effects import WORDS

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of one golden record: a line, and each attribute that changes from what to what."""

    golden_id: str
    what: str
    values: list[tuple[str, Any, Any]]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The golden records that would change, the IDs that would lead on, what else, and who would have to approve."""

    effects: list[Effect]
    redirects: dict[str, str]
    others: list[str]
    needs: tuple[str, ...]


def rehearse(caller: Caller, intent: Intent) -> Rehearsal:
    """Carry an intent out, tell what it did as far as its author may see it, and take it back."""
    found = preview(caller.hub, lambda hub, author: intents.carry_out(hub, intent, author), author=caller.author())
    events = masking.preview(caller.principal, Shown(caller.hub), found.changes)
    counts: Counter[Any] = Counter(one["type"] for one in events)
    others = [
        f"{counts[kind]} {one if counts[kind] == 1 else some}" for kind, (one, some) in WORDS.items() if counts[kind]
    ]
    return Rehearsal(list(_effects(events)), found.redirects, others, found.needs)


def _effects(events: list[Document]) -> Iterator[Effect]:
    for one in events:
        if one["type"].startswith("mdm.golden."):
            before = (one.get("before") or {}).get("attributes") or {}
            after = (one.get("after") or {}).get("attributes") or {}
            names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
            golden = one.get("golden_id") or (one.get("after") or one.get("before") or {}).get("golden_id", "")
            values = [(name, before.get(name), after.get(name)) for name in sorted(names)]
            yield Effect(golden, one["type"].rpartition(".")[2], values)
