"""Search: golden records by an ID of any kind, and by the words of their values, misspelled ones too."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from golden_records.identity import golden_id, parse_golden_id
from mdm.entity_types import EntityType
from mdm.log import Key, key_token
from mdm.resolution.search_words import words_of
from mdm.services.hub import Hub
from mdm.services.known_keys import known
from mdm.services.reading import golden
from mdm.services.reading.search_terms import BEGUN, Hidden, Term, terms_of
from mdm.store import golden as stored_golden
from mdm.store import versions, xref
from mdm.store.database import Transaction

Document = dict[str, Any]
By = Literal["id", "words", "likeness"]
# So many golden records are looked at closely: a bound on what a search may cost.
CANDIDATES, ENOUGH = 200, 0.5


@dataclass(frozen=True, slots=True)
class Hit:
    """A golden record that was found: how, in which attributes, and how well (1 is best)."""

    golden: int
    entity_type: str
    by: By
    attributes: tuple[str, ...]
    score: float


def search(hub: Hub, text: str, *, of: str | None = None, limit: int = 20, without: Hidden | None = None) -> Document:
    """The golden records that a text means, the best first: `{"items", "more"}`.

    An item is what `golden.get` tells of it, with `"found": {"by", "attributes", "score"}`. `by` is `id` where the
    text is a golden ID, also one of before, a source key, or an id in any source; `words` where every word of it
    begins a word of the values; and `likeness` where some are left out or spelled otherwise (beyond their first two
    letters). `score` is at most 1. `more` says whether more were found than `limit`.

    of: only golden records of this entity type.
    without: attributes of each entity type that are not looked at.

    Raises:
        NotFound: there is no such entity type.
    """
    barred = without or {}
    types = hub.entity_types() if of is None else {of: hub.entity_type(of)}
    asked = text.strip()
    hits = _by_id(hub, types, asked)
    with hub.database.read() as reader:
        terms = terms_of(reader, types, asked, barred)
        worded = _by_words(reader, types, terms, barred)
    hits += sorted(worded, key=lambda hit: (-hit.score, hit.golden))
    first = list({hit.golden: hit for hit in reversed(hits)}.values())[::-1]
    return {"items": _told(hub, types, first[:limit]), "more": len(first) > limit}


def _by_id(hub: Hub, types: Mapping[str, EntityType], text: str) -> list[Hit]:
    """What the text names as a golden ID, as a source key, or as the id in some source."""
    try:
        prefix, number = parse_golden_id(text)
        found = [(one.entity_type, number) for one in types.values() if one.id_prefix == prefix]
    except ValueError:
        found = []
    with hub.database.read() as reader:
        senders = versions.senders(reader)
    keys = [Key(source, of, text) for source, of in senders if of in types and text]
    with suppress(ValueError):
        keys.append(Key.parse(text))
    tokens = {key_token(hub.salt, str(key)): str(key) for key in known(hub, keys)}
    with hub.database.read() as reader:
        arrived = [id_ for token, (id_, key) in xref.arrived(reader, set(tokens)).items() if key == tokens[token]]
        borne = xref.of_records(reader, arrived).values()
        found += sorted((one.entity_type, one.golden) for one in borne if one.entity_type in types)
        given = stored_golden.at(reader, [number for _, number in found])
    return [Hit(number, of, "id", (), 1.0) for of, number in found if number in given]


def _by_words(
    reader: Transaction, types: Mapping[str, EntityType], terms: Mapping[str, Sequence[Term]], barred: Hidden
) -> list[Hit]:
    """The golden records whose values hold most of what a text says."""
    candidates = {of: _candidates(terms[of]) for of in types}
    standing = stored_golden.at(reader, [golden for some in candidates.values() for golden in some])
    hits = [
        _judged(types[of], golden, _said(standing[golden].attributes, barred.get(of, ())), terms[of])
        for of, some in candidates.items() for golden in some if golden in standing
    ]  # fmt: skip
    return [hit for hit in hits if hit.score >= ENOUGH]


def _candidates(terms: Sequence[Term]) -> list[int]:
    """The golden numbers of a type that have most of these words."""
    counted: Counter[int] = Counter()
    for term in terms:
        counted.update(dict.fromkeys(term.goldens, term.weight))
    return sorted(counted, key=lambda golden: (-counted[golden], golden))[:CANDIDATES]


def _said(attributes: bytes | None, barred: Collection[str]) -> set[tuple[str, str]]:
    """(word, attribute) of what stands of a golden record."""
    return {(word, name) for word, name in words_of(orjson.loads(attributes or b"{}")) if name not in barred}


def _judged(entity_type: EntityType, golden: int, said: set[tuple[str, str]], terms: Sequence[Term]) -> Hit:
    """How well a golden record is what a text says; of equals the one whose label says nothing else comes first."""
    best = [max(((term.likeness(word), name) for word, name in said), default=(0.0, "")) for term in terms]
    label = [word for word, name in said if name == entity_type.label_attribute]
    meant = sum(any(term.likeness(word) for term in terms) for word in label) / max(len(label), 1)
    weighed = sum(term.weight * likeness for term, (likeness, _) in zip(terms, best, strict=True))
    score = 0.9 * weighed / sum(term.weight for term in terms) + 0.1 * meant
    by: By = "words" if all(likeness >= BEGUN for likeness, _ in best) else "likeness"
    names = sorted({name for likeness, name in best if likeness})
    return Hit(golden, entity_type.entity_type, by, tuple(names), score)


def _told(hub: Hub, types: Mapping[str, EntityType], hits: Sequence[Hit]) -> list[Document]:
    standing = golden.standing(hub, [hit.golden for hit in hits])
    items = []
    for hit in hits:
        one = standing.get(hit.golden) or golden.get(hub, golden_id(types[hit.entity_type].id_prefix, hit.golden))
        items.append({**one, "found": {"by": hit.by, "attributes": list(hit.attributes), "score": round(hit.score, 3)}})
    return items
