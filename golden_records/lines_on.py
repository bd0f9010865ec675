"""Which of the dated lines that hold answers a question: about some fields of the key, on one day."""

from collections.abc import Mapping, Sequence

from golden_records.effective import holds_on
from golden_records.lineage import Stretch


def lines_on(winners: Sequence[Stretch], asked: Mapping[str, str], on: str) -> list[int]:
    """The places of the lines that answer: one, none, or several where the question leaves open which is meant.

    winners: the lineage of the golden lines, in their order.  asked: fields of the key and their standardised values.
    on: an ISO date.

    A line that says nothing of a field is for all of its values. Of the lines that fit, those that say the most of what
    is asked answer; of these, those that say the least of what is not.
    """
    fitting = [place for place, one in enumerate(winners) if holds_on(one, on) and fits(one["key"], asked)]
    ranks = {place: _distance(winners[place]["key"], asked) for place in fitting}
    nearest = min(ranks.values(), default=None)
    return [place for place in fitting if ranks[place] == nearest]


def fits(key: Mapping[str, str | None], asked: Mapping[str, str]) -> bool:
    """Say whether a line is for these values: it says them, or nothing."""
    return all(key[field] in {value, None} for field, value in asked.items())


def _distance(key: Mapping[str, str | None], asked: Mapping[str, str]) -> tuple[int, int]:
    """How much of what is asked the line leaves open, and how much it says beside that."""
    left_open = sum(key[field] is None for field in asked)
    return left_open, sum(value is not None for field, value in key.items() if field not in asked)
