"""Of a value that survives as a list: which of the values that a record sent each place in the lineage stands for."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from golden_records.contributions import canonical, without_floats
from golden_records.strategies import SAME_VALUE
from matching.kinds.kind import Kind
from mdm.code_lists import CodeLists
from mdm.entity_types import EntityType, truth_of
from mdm.log import Key

Entry = dict[str, Any]
BROUGHT = "brought"


class Sent(NamedTuple):
    """A value as it was sent, and the text that it shares with all that mean the same."""

    value: Any
    means: str


Seen = Callable[[str, Any], tuple[Any, str | None]]
"""What golden records show of a value that a source sent, and its standardised form."""
Left = Mapping[int, dict[str, Sent]]
"""What was sent and nothing stands for yet: by the position of the record version, and by what is shown of it."""


def as_seen(rules: EntityType, attribute: str, codes: Callable[[], CodeLists]) -> Seen:
    """How the values of an attribute are seen; codes: those of then, read only where they are needed."""
    if attribute in rules.code_lists:
        list_ = rules.code_lists[attribute]
        return lambda source, value: (code := codes().canonical(list_, source, value) or value, code)
    if attribute in rules.matching.attributes and attribute not in rules.references:
        kind = rules.matching.kind(attribute)
        return lambda _, value: _spelled(kind, value)
    return lambda _, value: (value, None)


def _spelled(kind: Kind, value: Any) -> tuple[Any, str | None]:
    standard = kind.standardise(value)
    valid = standard is not None and truth_of(kind)(standard)
    return (kind.shown(value, standard) if valid and standard is not None else value), standard


def told_apart(entry: Entry, sent: Mapping[int, Any], survived: Any, seen: Seen) -> Entry:
    """The lineage of a list, where each place that stands for one of several values that were sent tells it: `brought`.

    sent: of each record version, by its position.  survived: the golden values, in the order of their winners.
    A place stays as it is where that cannot be told: below a list that a person set, or where no value that was sent
    is spelled as the golden one is.
    """
    winners, values = entry.get("winners", []), survived if isinstance(survived, list) else []
    if not len(winners) == len(values) > 0:
        return entry
    left = {one["position"]: _by_text(one, sent.get(one["position"]), seen) for one in [*winners, *entry["losers"]]}
    golden = {seen_as.means for of in left.values() for text, seen_as in of.items() if text in map(canonical, values)}
    won = [_won(one, left, canonical(value)) for one, value in zip(winners, values, strict=True)]
    return {**entry, "winners": won, "losers": [_lost(one, left, golden) for one in entry["losers"]]}


def _by_text(place: Entry, sent: Any, seen: Seen) -> dict[str, Sent]:
    """What was sent, by what golden records would show; nothing where it is no list of several."""
    found: dict[str, Sent] = {}
    for one in sent if isinstance(sent, list) and len(sent) > 1 else ():
        shown, standard = seen(Key.parse(place["record"]).source, one)
        text = canonical(without_floats(shown))
        found.setdefault(text, Sent(one, text if standard is None else standard))
    return found


def _won(place: Entry, left: Left, text: str) -> Entry:
    of = left[place["position"]]
    if text in of:
        return {**place, BROUGHT: [of.pop(text).value]}
    of.clear()  # what the others of its record stand for is not known either
    return place


def _lost(place: Entry, left: Left, golden: set[str]) -> Entry:
    """What says the same stands for what means a golden value, everything else for the rest."""
    of, same = left[place["position"]], place["because"] == SAME_VALUE
    fitting = [text for text in sorted(of) if (of[text].means in golden) == same]
    return {**place, BROUGHT: [of.pop(fitting[0]).value]} if fitting else place
