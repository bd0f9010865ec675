"""From pending facts to records as they now stand: the first step of a resolver commit."""

from collections import defaultdict
from collections.abc import Iterable

from mdm.log import Key, document, key_token
from mdm.resolution import codes, marked, retirement
from mdm.resolution.fold import Body, Folded, fold
from mdm.resolution.work import Work
from mdm.store import log as stored_log
from mdm.store import records as stored_records
from mdm.store.log import StoredFact
from mdm.store.records import StoredRecord

Version = tuple[int, Body]


def take_in(work: Work, facts: list[StoredFact]) -> None:
    """Fold every record that a fact, a moved reference, code or rule concerns; they become `work.dirty`."""
    arriving: defaultdict[int, list[Version]] = defaultdict(list)
    for fact in facts:
        if fact.kind == "record":
            arriving[_token(work, fact.body)].append((fact.position, fact.body))
    work.load("key_token", list(arriving))
    known = [token for token in arriving if token in work.ids]
    for token, versions in _all_versions(work, known).items():
        arriving[token] = versions
    for token, versions in arriving.items():
        _settle(work, token, versions)
    folded = set(work.dirty)
    marked.take(work)
    if any(fact.kind in codes.FACTS for fact in facts):
        codes.read_affected(work)
    work.own = set(work.dirty)
    if work.afresh:
        for record in stored_records.of_type(work.reader, work.entity_type.entity_type):
            work.keep(record)
        if work.stood_under is not None and work.stood_under.renamed != work.entity_type.renamed:
            _fold_all_again(work)
            folded = set(work.dirty)
        work.dirty |= {id_ for id_, record in work.records.items() if record.first_position is not None}
    retirement.settle(work, folded)


def _fold_all_again(work: Work) -> None:
    """Attributes have other names now, so what records were sent under the former ones is read from the log."""
    arrived = [record.key_token for record in work.records.values() if record.first_position is not None]
    for token, versions in _all_versions(work, arrived).items():
        _settle(work, token, versions)


def expected_all(work: Work, keys: Iterable[Key]) -> dict[str, int]:
    """The ids of keys that a fact names; those that have not arrived yet get a row to be found by."""
    tokens = {key: key_token(work.salt, str(key)) for key in keys}
    work.load("key_token", [token for token in tokens.values() if token not in work.ids])
    missing = [(key, token) for key, token in tokens.items() if token not in work.ids]
    lowest = min(stored_records.lowest_id(work.reader), min(work.records, default=0)) if missing else 0
    for number, (key, token) in enumerate(missing, 1):
        work.add(expected(lowest - number, token, key))
    return {str(key): work.ids[token] for key, token in tokens.items()}


def _all_versions(work: Work, tokens: list[int]) -> dict[int, list[Version]]:
    found: defaultdict[int, list[Version]] = defaultdict(list)
    for token, position, body in stored_log.versions(work.reader, tokens, upto=work.upto) if tokens else []:
        found[token].append((position, body))
    return found


def _token(work: Work, body: Body) -> int:
    return key_token(work.salt, f"{body['source']}:{work.entity_type.entity_type}:{body['source_id']}")


def _settle(work: Work, token: int, versions: list[Version]) -> None:
    folded = fold(versions, work.entity_type.renamed)
    body = versions[0][1]
    if token not in work.ids:
        key = Key(body["source"], work.entity_type.entity_type, body["source_id"])
        work.add(expected(folded.first_position, token, key))
    record = work.records[work.ids[token]]
    write_folded(record, folded)
    work.dirty.add(record.id)


def write_folded(record: StoredRecord, folded: Folded) -> None:
    """Let a record stand as its versions fold."""
    record.first_position = folded.first_position
    record.deleted = folded.deleted
    record.layers = document(folded.layers)


def expected(id_: int, token: int, key: Key) -> StoredRecord:
    """The row of a record that has not arrived yet."""
    return StoredRecord(
        id=id_, key_token=token, first_position=None, entity_type=key.entity_type, source=key.source,
        source_id=key.source_id, deleted=False, layers=b"[]", cells=b"{}", keys=b"", cluster=id_, golden=None,
        hangs_on=None, cut=False,
    )  # fmt: skip
