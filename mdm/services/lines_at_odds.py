"""The dated lines of a source record that disagree with the golden ones, and those that it should have instead."""

import zlib
from collections.abc import Collection, Mapping
from typing import Any

import orjson

from golden_records.divergence import at_odds, common_days
from golden_records.effective import VALUE
from golden_records.lineage import Stretch
from mdm.resolution.fold import values_of
from mdm.resolution.lines import lines_of
from mdm.resolution.work import Work
from mdm.services.taken_form import TakenForms
from mdm.store.divergence import Told
from mdm.store.golden import StoredGolden

Document = dict[str, Any]
NOTHING = zlib.compress(b"{}")


class LinesAtOdds:
    """The lines of some golden records of one entity type, compared day by day as survivorship did."""

    def __init__(self, work: Work, goldens: Mapping[int, StoredGolden], told: Collection[Told]) -> None:
        """Read the records of the golden records whose lines are told of."""
        self.work = work
        self.pairs: dict[tuple[int, str], list[tuple[Stretch, Stretch]]] = {}
        self.shown: dict[tuple[str, str, int], Any] = {}
        wanted = sorted({one.golden for one in told if self.holds(one)})
        members: dict[int, list[int]] = {number: [] for number in wanted}
        for record in work.load("golden", wanted) if wanted else ():
            members[record.golden or 0].append(record.id)
        for number, ids in members.items():
            entries = orjson.loads(zlib.decompress(goldens[number].lineage or NOTHING))
            for name, lines in lines_of(work, sorted(work.living(ids))).items():
                if "overlaps" in entries.get(name, ()):
                    self.pairs[number, name] = at_odds(lines, entries[name])
                    self.shown |= {
                        (name, line.contribution.record, line.place): line.contribution.value for line in lines
                    }

    def holds(self, one: Told) -> bool:
        """Whether what is told is about dated lines or values."""
        return one.attribute in self.work.entity_type.lines or one.attribute in self.work.entity_type.dated

    def told(self, one: Told, taken: TakenForms) -> Document:
        """`{"value", "take"}`: lists of lines with the days of both, each beside the golden one that it should be."""
        own = f"{one.source}:{one.entity_type}:{one.source_id}"
        sent = values_of(orjson.loads(one.layers))[one.attribute]
        pairs = [pair for pair in self.pairs.get((one.golden, one.attribute), ()) if pair[0]["record"] == own]
        return {
            "value": [{**sent[loser["index"]], **(common_days(loser, winner) or {})} for loser, winner in pairs],
            "take": [self._taken(one, winner, taken) | (common_days(loser, winner) or {}) for loser, winner in pairs],
        }

    def _taken(self, one: Told, winner: Stretch, taken: TakenForms) -> Document:
        shown = self.shown[one.attribute, winner["record"], winner["index"]]
        described = self.work.entity_type.lines.get(one.attribute)
        lists = {} if described is None else {name: field.list for name, field in described.of.items()}
        lists[VALUE] = self.work.entity_type.code_lists.get(one.attribute)
        return {name: taken.code(lists.get(name), one.source, value) for name, value in shown.items()}
