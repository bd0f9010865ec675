"""The dated lines of a source record that disagree with the golden ones, and those that it should have instead."""

import zlib
from collections.abc import Collection, Mapping
from typing import Any

import orjson

from golden_records.divergence import at_odds, common_days
from golden_records.effective import VALUE, holds_on
from golden_records.lineage import Stretch
from mdm.entity_types import slices
from mdm.resolution.divergence import set_on_days, telling_lines
from mdm.resolution.fold import values_of
from mdm.resolution.lines import lines_of
from mdm.services.watching.members import Members
from mdm.services.watching.taken_form import TakenForms
from mdm.store.divergence import Told
from mdm.store.golden import StoredGolden

Document = dict[str, Any]
NOTHING = zlib.compress(b"{}")


def _meets(pair: tuple[Stretch, Stretch], on: str | None) -> bool:
    """Whether both hold on a day."""
    return on is None or all(holds_on(one, on) for one in pair)


class LinesAtOdds:
    """The lines of some golden records of one entity type, compared day by day as survivorship did."""

    def __init__(
        self, members: Members, goldens: Mapping[int, StoredGolden], told: Collection[Told], *, on: str | None
    ) -> None:
        """Read the records of the golden records whose lines are told of; on: only what disagrees on that day."""
        work = self.work = members.work
        self.pairs: dict[tuple[int, str], list[tuple[Stretch, Stretch]]] = {}
        self.shown: dict[tuple[str, str, int], Any] = {}
        self.set_by_day: dict[tuple[int, str, str | None], Any] = {}
        wanted = sorted({one.golden for one in told if self.holds(one)})
        for number, ids in members.read(wanted).items() if wanted else ():
            entries = orjson.loads(zlib.decompress(goldens[number].lineage or NOTHING))
            for name, lines in lines_of(work, ids).items():
                if "overlaps" in entries.get(name, ()):
                    timeline = orjson.loads(goldens[number].dated or b"{}").get(name, ())
                    set_by_day = set_on_days(work, name, timeline, entries[name])
                    pairs = at_odds(telling_lines(work, name, lines), entries[name], set_by_day)
                    self.pairs[number, name] = [pair for pair in pairs if _meets(pair, on)]
                    self.set_by_day |= {(number, name, one["valid_from"]): {VALUE: one[VALUE]} for one in timeline}
                    self.shown |= {
                        (name, line.contribution.record, line.place): line.contribution.value for line in lines
                    }

    def holds(self, one: Told) -> bool:
        """Whether what is told is about dated lines or values."""
        return one.attribute in self.work.entity_type.lines or one.attribute in self.work.entity_type.dated

    def told(self, one: Told, taken: TakenForms | None) -> Document:
        """`{"value", "take", "because"?}`: lines with the days of both, each beside the golden one that it should be.

        `because` says which references the source has no id for; `take` has None in their place. taken: None leaves
        out what the source should say.
        """
        own = f"{one.source}:{one.entity_type}:{one.source_id}"
        sent = values_of(orjson.loads(one.layers))[one.attribute]
        if one.attribute in self.work.entity_type.dated:
            sent = [{VALUE: each.value} for each in slices(sent)]
        pairs = [pair for pair in self.pairs.get((one.golden, one.attribute), ()) if pair[0]["record"] == own]
        days = [common_days(loser, winner) or {} for loser, winner in pairs]
        value = [{**sent[loser["index"]], **on} for (loser, _), on in zip(pairs, days, strict=True)]
        if taken is None:
            return {"value": value}
        forms = [self._taken(one, winner, taken) for _, winner in pairs]
        why = "; ".join(dict.fromkeys(form["because"] for form in forms if "because" in form))
        return {
            "value": value,
            "take": [{**form["take"], **on} for form, on in zip(forms, days, strict=True)],
            **({"because": why} if why else {}),
        }

    def _taken(self, one: Told, winner: Stretch, taken: TakenForms) -> Document:
        """`{"take", "because"?}` of one line."""
        if "decision" in winner:
            shown = self.set_by_day[one.golden, one.attribute, winner["valid_from"]]
        else:
            shown = self.shown[one.attribute, winner["record"], winner["index"]]
        if one.attribute in self.work.entity_type.references:
            told = taken.reference(one.source, str(shown[VALUE]))
            return {**told, "take": {VALUE: told["take"]}}
        described = self.work.entity_type.lines.get(one.attribute)
        lists = {} if described is None else {name: field.list for name, field in described.of.items()}
        lists[VALUE] = self.work.entity_type.code_lists.get(one.attribute)
        return {"take": {name: taken.code(lists.get(name), one.source, value) for name, value in shown.items()}}
