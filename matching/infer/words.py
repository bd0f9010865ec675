"""Words: texts of a record that say the same of many things, and so hide what its other texts say."""

from collections.abc import Mapping, Sequence

from matching.columns import Rows
from matching.infer.records import evenly_chosen
from matching.kinds import wording

_RISE = 1.1
"""A text is noise if without it the nearest other record stands out so many times as much."""
_RECORDS = 2_000
"""So many records are enough to see it."""

Cells = Mapping[str, Sequence[object]]


def noise_among(cells: Cells, texts: Sequence[str], ranks: Rows) -> set[str]:
    """Give the columns of texts whose words make different records alike; at least one is left.

    A long description says what many things are, where a title says which one it is. Without it, what is nearest by
    the words stands out more from what comes after. `ranks` puts the records in an order that is not that of the file.
    """
    if len(texts) < 2:
        return set()
    rows = evenly_chosen(ranks, min(_RECORDS, len(ranks))).tolist()
    words = {text: [wording.KIND.standardise(cells[text][row]) or "" for row in rows] for text in texts}
    kept = sorted(texts)
    standing_out = _standing_out(words, kept)
    while len(kept) > 1:
        without = {text: _standing_out(words, [one for one in kept if one != text]) for text in kept}
        worst = max(kept, key=lambda text: without[text])
        if without[worst] <= _RISE * standing_out:
            break
        standing_out = without[worst]
        kept.remove(worst)
    return set(texts) - set(kept)


def _standing_out(words: Mapping[str, Sequence[str]], texts: Sequence[str]) -> float:
    together = zip(*(words[text] for text in texts), strict=True)
    return wording.standing_out([" ".join(filter(None, row)) for row in together])
