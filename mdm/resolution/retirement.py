"""Records that count as deleted because what they refer to is (`on_delete: retire`), until it is back.

A record counts as deleted when its source says so, or when one of its references that retire leads to a golden record
of which nothing lives. Of a record that only its target takes along, that reference goes on being kept, and tells the
two apart: what a source has deleted refers to nothing.
"""

from collections.abc import Collection

from mdm.log import key_token
from mdm.resolution.references import targets
from mdm.resolution.work import Work
from mdm.store import references as stored_references


def settle(work: Work, folded: Collection[int]) -> None:
    """Let every changed record live or not, as its target does; folded: those whose source was heard again just now."""
    attributes = set(work.entity_type.retires_with)
    if not (attributes or (work.stood_under and work.stood_under.retires_with)):
        return
    dead = [id_ for id_ in sorted(work.dirty.difference(folded)) if work.records[id_].deleted]
    for id_ in stored_references.referring(work.reader, dead):
        work.records[id_].deleted = False
    written = {
        id_: {key for attribute, keys in targets(work.entity_type, work.records[id_]).items()
              if attribute in attributes for key in keys}
        for id_ in work.living(work.dirty)
    }  # fmt: skip
    tokens = {key_token(work.salt, key): key for keys in written.values() for key in keys}
    gone = {tokens[token] for token in stored_references.gone(work.reader, sorted(tokens))}
    for id_, keys in written.items():
        if with_target := keys & gone:
            work.records[id_].deleted = True
            work.retired[id_] = with_target
