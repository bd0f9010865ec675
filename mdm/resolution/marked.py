"""Records that are marked since something they refer to has moved: which of them a commit resolves again (rule 10).

All of them, as long as they are few. Of many, a commit made for what is outdated takes the first, and one that has
facts takes those that its own records meet: these are matched with what stands as it will. The others wait.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from matching import block
from matching.standardise import standardise
from mdm.log import key_token
from mdm.resolution import candidates, references
from mdm.resolution.work import ALL, Work
from mdm.store import blocks as stored_blocks
from mdm.store import edges as stored_edges
from mdm.store import records as stored_records

READINGS = 8
"""So many member keys of a target are looked at, the smallest first: those that stood for it before it was joined."""


def take(work: Work) -> None:
    """Take marked records into hand as changed, those of one golden record together.

    `work.dirty` are the records that facts are about. Of a commit that is repeated, those that it says; all were taken
    before commits said which.
    """
    of, own = work.entity_type.entity_type, set(work.dirty)
    whole = work.afresh or work.repeated is not None
    limit = ALL if whole else work.MOST_AGAIN + 1
    found = stored_records.marked(work.reader, of, limit=limit) if work.present.marked else []
    if work.repeated is not None and "marked" in work.repeated:
        found, work.leaves_marked = work.repeated["marked"], True
    elif not whole and len(found) > work.MOST_AGAIN:
        found, work.leaves_marked = _some(work, own, found[: work.MOST_AGAIN] if work.refreshing else []), True
    work.marked = found
    work.load("id", found)
    work.dirty |= {id_ for id_ in found if id_ in work.records}


def waiting_among(work: Work, ids: Collection[int]) -> set[int]:
    """Those of these records that are marked and wait for a commit to come, where this one leaves any."""
    return stored_records.marked_among(work.reader, work.entity_type.entity_type, ids) - work.dirty


def _some(work: Work, own: set[int], first: list[int]) -> list[int]:
    """Those of the marked that this commit takes where it leaves others."""
    most = max(work.MOST_AGAIN, len(own))
    met = _by_clusters(work, _met(work, own)[:most], most=most) if own else []
    return sorted({*_by_clusters(work, sorted(own)), *met, *_by_clusters(work, first, most=work.MOST_AGAIN)})


def _by_clusters(work: Work, ids: list[int], *, most: int = ALL) -> list[int]:
    """The marked among these with all others that are marked in their golden records, so that none is torn apart.

    most: as soon as there are so many it is enough.
    """
    work.load("id", ids)
    numbers = {id_: work.before[id_].golden for id_ in ids if id_ in work.before}
    members = work.load("golden", sorted({number for number in numbers.values() if number is not None}))
    marked = stored_records.marked_among(
        work.reader, work.entity_type.entity_type, {*ids, *(one.id for one in members)}
    )
    together = defaultdict[int, list[int]](list)
    for one in members:
        together[work.before[one.id].golden or 0].append(one.id)
    found = dict[int, None]()
    for id_ in ids:
        if len(found) >= most:
            break
        found |= dict.fromkeys(one for one in (id_, *together[numbers.get(id_) or 0]) if one in marked)
    return list(found)


def _met(work: Work, own: set[int]) -> list[int]:
    """Marked records that have an edge with these, then those that share a block with them.

    A block is also one that they share by a key which what they refer to bore before it was joined with another.
    """
    ids = sorted(own)
    ends = {end for left, right, *_ in stored_edges.of(work.reader, ids) for end in (left, right)}
    sharing = set(stored_blocks.members(work.reader, _within_the_cap(work, _keys(work, ids)))[1].tolist())
    of, found = work.entity_type.entity_type, list[int]()
    for some in (ends, sharing):
        found += sorted(stored_records.marked_among(work.reader, of, some) - {*own, *found})
    return found


def _within_the_cap(work: Work, keys: Iterable[int]) -> list[int]:
    sizes = stored_blocks.sizes(work.reader, sorted(keys))
    return [key for key, (living, _) in sizes.items() if living <= work.entity_type.match.block_cap]


def _keys(work: Work, ids: list[int]) -> set[int]:
    """The blocking keys of changed records, by each key that what they refer to bears."""
    model, found = work.entity_type.matching, set[int]()
    references.read_targets(work, ids)
    stands = work.references
    for read in (stands, *_readings(work, ids)):
        work.references = read
        seen = [references.seen(work, id_) for id_ in ids]
        table = standardise(model, {name: [values.get(name) for values in seen] for name in model.attributes})
        rows, keys = block.blocking_keys(model, table)
        found |= set(candidates.by_environment(work, rows, keys).tolist())
    work.references = stands
    return found


def _readings(work: Work, ids: list[int]) -> Iterator[dict[str, str]]:
    """What `work.references` would be with the second smallest member key of everything, the third, and so on."""
    written = {key for id_ in ids for key in references.written(work.entity_type, work.records[id_])}
    tokens = {key_token(work.salt, key): key for key in written}
    bears = {tokens[token]: keys for token, keys in stored_records.borne_with(work.reader, list(tokens)).items()}
    for place in range(1, min(READINGS, max(map(len, bears.values()), default=0))):
        yield {**work.references, **{key: keys[place] for key, keys in bears.items() if place < len(keys)}}
