"""Gathers what rules are trained on: the records of files or of a hub, and what people found of pairs of them."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from matching.columns import Table, from_cells
from matching.learn import MATCHES, OTHERS, UNKNOWN
from mdm.entity_types import EntityType
from mdm.errors import InvalidInput, UnreadableFile
from mdm.ingest import read
from mdm.ingest.evidence import read_records
from mdm.ingest.reading import Reading
from mdm.ingest.rows import Rejected
from mdm.ingest.wanted import Wanted
from mdm.services.files.dedupe_clusters import Who, who_is
from mdm.services.files.dedupe_stages import standardised
from mdm.services.files.labels import Label
from mdm.services.files.learning import Facts, Sample
from mdm.services.hub import Hub
from mdm.store import decisions, records, resolution

_CHUNK = 1 << 20
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Records to learn from: their keys as (source, id) and their standardised values, one row each.

    `origin` names where they are from, `counts` how many rows each file has, `digests` what the files hold.
    """

    origin: str
    keys: list[Key]
    table: Table
    who: Who
    counts: dict[str, int]
    digests: dict[str, str] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Said:
    """What people found of pairs of rows: `facts` of so many `labels` and `verdicts`.

    `notes` say what did not count.
    """

    facts: Facts
    labels: int
    verdicts: int
    notes: list[str]

    def beyond(self, taken: Sample) -> int:
        """Count the pairs of which something is known and that are none of those taken."""
        return len(self.facts.pairs) - int((taken.facts.of(taken.left, taken.right) != UNKNOWN).sum())


def of_files(files: Sequence[str], entity_type: EntityType, wanted: Wanted) -> Gathered:
    """Read the records of files whose columns are named like the attributes."""
    if len(files) > 1 and "-" in files:
        raise InvalidInput("standard input can only be the one file, because the rows of each are counted")
    found = read_records(files, entity_type, wanted)
    names = [Path(file).name for file in files]
    names = list(files) if len(set(names)) < len(names) else names
    if len(files) == 1:
        counts = {names[0]: len(found.ids) + len(found.rejected)}
    else:
        how = Reading(wanted.encoding, wanted.sheet)
        counts = {name: sum(1 for _ in read(file, reading=how)) for name, file in zip(names, files, strict=True)}
    digests = {name: _digest(file) for name, file in zip(names, files, strict=True) if file != "-"}
    table = standardised(entity_type.matching, found.values)
    return Gathered(
        ", ".join(names), found.keys, table, who_is(found.sources, found.ids), counts, digests, found.rejected
    )


def of_hub(hub: Hub, entity_type: EntityType) -> Gathered:
    """Take the living records of an entity type in a hub, as they are standardised there."""
    name = entity_type.entity_type
    with hub.database.read() as reader:
        living = [one for one in records.of_type(reader, name) if one.living]
        state = resolution.state(reader, name)
    cells = [orjson.loads(one.cells) for one in living]
    table = {word: from_cells([one.get(word) for one in cells]) for word in entity_type.matching.attributes}
    keys = [(one.source, one.source_id) for one in living]
    who = who_is([one.source for one in living], [one.source_id for one in living])
    at = f"the hub at position {state.upto:,}, rules version {entity_type.version}" if state else "the hub"
    return Gathered(f"{name} in the hub", keys, table, who, {at: len(keys)})


def said(gathered: Gathered, given: Sequence[Label], hub: Hub | None, entity_type: str) -> Said:
    """Find the rows of labelled pairs, and of a hub's verdicts; of both on one pair the verdict counts.

    Raises:
        InvalidInput: an id is that of several records, or a pair is labelled both ways.
    """
    rows = {key: row for row, key in enumerate(gathered.keys)}
    labelled, strange = _labelled(gathered, given)
    judged, unknown = ({}, 0) if hub is None else _judged(hub, entity_type, rows)
    against = sum(labelled.get(pair, known) != known for pair, known in judged.items())
    notes = [
        f"{count:,} {words}"
        for count, words in (
            (strange, "labelled pairs name a record that is not there, and do not count"),
            (unknown, "verdicts are on records that are not there, and do not count"),
            (against, "pairs are labelled against the verdict of a steward, which counts"),
        )
        if count
    ]
    facts = Facts(((*pair, known) for pair, known in {**labelled, **judged}.items()), rows=len(rows))
    return Said(facts, len(labelled), len(judged), notes)


def _labelled(gathered: Gathered, given: Sequence[Label]) -> tuple[dict[tuple[int, int], int], int]:
    """Give what is known of each labelled pair of rows, and how many pairs name a record that is not there."""
    by_id: defaultdict[str, list[int]] = defaultdict(list)
    for row, (_, ident) in enumerate(gathered.keys):
        by_id[ident].append(row)
    found: dict[tuple[int, int], int] = {}
    strange = 0
    for label in given:
        ends = [
            [row for row in by_id.get(ident, ()) if source in (None, gathered.keys[row][0])]
            for ident, source in zip(label.ids, label.sources, strict=True)
        ]
        if not all(ends):
            strange += 1
            continue
        for ident, rows in zip(label.ids, ends, strict=True):
            if len(rows) > 1:
                several = ", ".join(sorted(gathered.keys[row][0] for row in rows))
                raise InvalidInput(
                    f"{label.place}: {ident!r} is a record of several sources ({several}); "
                    "say which in columns source_1 and source_2"
                )
        one, other = sorted(rows[0] for rows in ends)
        known = MATCHES if label.same else OTHERS
        if one != other and found.setdefault((one, other), known) != known:
            raise InvalidInput(f"{label.place}: {' and '.join(label.ids)} are labelled the other way before")
    return found, strange


def _judged(hub: Hub, entity_type: str, rows: dict[Key, int]) -> tuple[dict[tuple[int, int], int], int]:
    """Give what is known of each pair that stewards' verdicts in force are on; same is a match, all else is none."""
    with hub.database.read() as reader:
        verdicts = decisions.in_force(reader, entity_type)
        ends = {id_ for pair in verdicts for id_ in pair}
        keys = {one.id: (one.source, one.source_id) for one in records.by_column(reader, "id", sorted(ends))}
    found = {}
    for (left, right), verdict in verdicts.items():
        if (one := rows.get(keys[left])) is not None and (other := rows.get(keys[right])) is not None:
            found[min(one, other), max(one, other)] = MATCHES if verdict == "same" else OTHERS
    return found, len(verdicts) - len(found)


def _digest(file: str) -> str:
    found = hashlib.sha256()
    try:
        with Path(file).open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                found.update(chunk)
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}") from None
    return found.hexdigest()
