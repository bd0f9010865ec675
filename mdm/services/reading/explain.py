"""Why do two source records match, or why not? The evidence as matching sees it, and what a steward said."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, cast

import orjson

from matching import explain
from matching.explain import Evidence
from matching.flips import flips
from mdm.code_lists import CodeLists
from mdm.entity_types import EntityType, of_all_days
from mdm.errors import Fault, InvalidInput, NotFound
from mdm.log import Key, key_token
from mdm.pages.pairs import Side, pair_of
from mdm.pages.waterfall import waterfall_page
from mdm.resolution.candidates import unpacked
from mdm.resolution.codes import translate
from mdm.resolution.fold import values_of
from mdm.resolution.references import targets
from mdm.services import as_then
from mdm.services.deciding.decisions import decision_id, parse_decision_id
from mdm.services.environments import ensure_one
from mdm.services.hub import Hub
from mdm.services.known_keys import known
from mdm.services.positions import AsOf, position
from mdm.services.reading.history import decisions_about
from mdm.services.whole_files import whole_file
from mdm.store import blocks as stored_blocks
from mdm.store import decisions as stored_decisions
from mdm.store import records as stored_records
from mdm.store import xref as stored_xref
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord
from mdm.store.xref import NOW

LATEST_DECISIONS = 20
"""How many decisions about a pair are told with it."""
DECIDED = ("decision_id", "action", "reason", "actor", "recorded_at", "in_force", "approved_by", "proposal_id")
SAID_THEN = ("outcome", "match_weight", "match_probability", "prior", "comparisons", "rules_version")


def why(hub: Hub, left: Key, right: Key, *, as_of: AsOf = None) -> dict[str, Any]:
    """The evidence for a pair of source records, whether it matches or not; nothing is written.

    `prior` and the weights of `comparisons` (bits) add up to `match_weight`; `verdict` is what a steward said of the
    pair, which stands above any weight. A pair that is no `candidate` is never compared: `blocking` says rule by rule
    what would have brought it together. `decisions` are the latest about the pair, oldest first, each with the
    `evidence` as it was when it was made: what the records said then, under the rules of then.

    `flips` are the smallest changes that would give it the other outcomes (see `matching.flips`), and `in_the_way` is
    what would keep the two as they are whatever they weigh: a verdict, or that they are never compared. `values` are
    those of both, [left, right] by attribute, as matching takes them: of a reference the record that it leads to.

    as_of: all of it as it was then. Which blocks were over the cap is known only of now, and so is `candidate`:
        of the past it is None, and `blocking` tells what the two had in common.

    Raises:
        InvalidInput: the two are of different entity types or environments, or one and the same; `as_of` is no moment.
        NotFound: one of them has never arrived, or had not by then.
    """
    return _seen(hub, left, right, as_of)[0]


def chart(hub: Hub, left: Key, right: Key, *, file: str, as_of: AsOf = None) -> dict[str, Any]:
    """The evidence as `why` gives it, and a page that draws it as a waterfall, written to a file.

    Raises:
        UnreadableFile: the file cannot be written; and all that `why` raises.
    """
    document, values = _seen(hub, left, right, as_of)
    model = hub.rules(document["rules_version"]).matching
    sides = Side(str(left), values[0]), Side(str(right), values[1])
    page = waterfall_page(pair_of(model, cast("Evidence", document), *sides), verdict=document["verdict"])
    with whole_file(file) as opened:
        opened.write(page)
    return document


def _seen(hub: Hub, left: Key, right: Key, as_of: AsOf = None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The evidence, and the values of both records as matching sees them."""
    left, right = known(hub, [left, right])
    if left.entity_type != right.entity_type or left == right:
        detail = f"two different records of one entity type can be compared, not {left} and {right}"
        raise InvalidInput(detail, faults=[Fault("/query/right", detail, "pair")])
    entity_type = hub.entity_type(left.entity_type)
    ensure_one(entity_type, [str(left), str(right)])
    with hub.database.read() as transaction:
        at = position(transaction, as_of)
        ids = _arrived(hub, transaction, (left, right))
        evidence, values = _evidence(hub, transaction, entity_type, ids, at=at)
        decisions = _decided(hub, transaction, entity_type, ids, at=at)
    verdict = next((one["verdict"] for one in reversed(decisions) if one["in_force"]), None)
    ends = {"left": str(left), "right": str(right), "entity_type": left.entity_type}
    told = {
        **ends, **evidence, "verdict": verdict, "decisions": decisions,
        "flips": flips(hub.rules(evidence["rules_version"]).matching, values[0], values[1]),
        "values": {name: [side.get(name) for side in values] for name in {**values[0], **values[1]}},
    }  # fmt: skip
    return {**told, "in_the_way": list(_in_the_way(told))}, values


def _in_the_way(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What stands above the weight of a pair: the decision in force, and that no blocking rule brings it together."""
    decision = next((one for one in reversed(told["decisions"]) if one["in_force"]), None)
    if decision is not None:
        words = f"a steward said {decision['verdict']}, which stands above any weight: undo {decision['decision_id']}"
        yield {"what": "verdict", "decision_id": decision["decision_id"], "words": words}
    if told["candidate"] is False:
        words = "no blocking rule brings the two together, so that they are never compared: see blocking"
        yield {"what": "blocking", "words": words}


def _evidence(
    hub: Hub, transaction: Transaction, entity_type: EntityType, ids: list[int], *, at: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What two records had in common at a position, under the rules of then; NotFound for one yet to arrive."""
    under = entity_type if at == NOW else as_then.rules_then(transaction, entity_type, at=at)
    found = {record.id: record for record in as_then.records(hub, transaction, ids, at=at)}
    one, other = (found[id_] for id_ in ids)
    for record in (one, other):
        if record.first_position is None:
            raise NotFound(f"the source record {record.key!r} had not arrived by then")
    seen = seen_by_matching(hub, transaction, under, [one, other], at=at)
    values = [seen[one.id], seen[other.id]]
    crowded = _crowded(transaction, under, one, other) if at == NOW else set[int]()
    told: dict[str, Any] = {**explain.why(under.matching, *values, crowded=crowded), "rules_version": under.version}
    return (told if at == NOW else {**told, "candidate": None}), values


def _decided(
    hub: Hub, transaction: Transaction, entity_type: EntityType, ids: list[int], *, at: int
) -> list[dict[str, Any]]:
    """The latest decisions about a pair by a position, oldest first, each with the evidence of then."""
    verdicts = {
        decision_id(place): verdict
        for left, right, place, verdict, _ in stored_decisions.pairs_of(transaction, ids[:1])
        if {left, right} == {*ids}
    }
    about = decisions_about(transaction, entity_type.entity_type, {*ids}, at=at)
    told = [one for one in about if one["decision_id"] in verdicts][-LATEST_DECISIONS:]
    return [
        {
            **{name: one[name] for name in DECIDED if name in one},
            "verdict": verdicts[one["decision_id"]],
            "evidence": _then(hub, transaction, entity_type, ids, one["decision_id"]),
        }
        for one in told
    ]


def _then(
    hub: Hub, transaction: Transaction, entity_type: EntityType, ids: list[int], decision: str
) -> dict[str, Any] | None:
    """The evidence on which a decision was made; None of one made before both records had arrived."""
    try:
        found, _ = _evidence(hub, transaction, entity_type, ids, at=parse_decision_id(decision))
    except NotFound:
        return None
    return {name: found[name] for name in SAID_THEN}


def _crowded(transaction: Transaction, entity_type: EntityType, one: StoredRecord, other: StoredRecord) -> set[int]:
    """The keys of both whose block is over the cap; with a deleted record, living and deleted count together."""
    shared = sorted(set(unpacked(one.keys).tolist()) & set(unpacked(other.keys).tolist()))
    sizes = stored_blocks.sizes(transaction, shared)
    dead = one.deleted or other.deleted
    cap = entity_type.match.block_cap
    return {key for key, (living, deleted) in sizes.items() if living + (deleted if dead else 0) > cap}


def evidence_of(entity_type: EntityType, pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> list[Evidence]:
    """The evidence for each pair of records whose values were read by `seen_by_matching`."""
    return explain.why_all(entity_type.matching, pairs)


def seen_by_matching(  # noqa: PLR0913  what has been read before is given
    hub: Hub, transaction: Transaction, entity_type: EntityType, records: Collection[StoredRecord], *, at: int = NOW,
    smallest: Mapping[str, str] | None = None, codes: CodeLists | None = None,
) -> dict[int, dict[str, Any]]:  # fmt: skip
    """The values of records by id, as matching takes them, or took them at a position when these stood as given.

    A reference is the smallest member key of its target, None until that arrives; a value of a code list is its code.

    smallest, codes: what references lead to, and the code lists, where they have been read before.
    """
    referred = {record.id: targets(entity_type, record) for record in records}
    tokens = {key_token(hub.salt, key): key for found in referred.values() for keys in found.values() for key in keys}
    if smallest is None:
        found = (
            stored_records.representatives(transaction, list(tokens))
            if at == NOW
            else stored_xref.representatives(transaction, list(tokens), at=at)
        )
        smallest = {tokens[token]: key for token, key in found.items()}
    seen = {
        record.id: {
            **of_all_days(entity_type, values_of(orjson.loads(record.layers))),
            **{name: _led_to(smallest, keys, name in entity_type.dated) for name, keys in referred[record.id].items()},
        }
        for record in records
    }
    if entity_type.code_lists:
        codes = hub.code_lists(transaction, upto=at) if codes is None else codes
        for record in records:
            translate(entity_type, codes, record.source, seen[record.id])
    return seen


def _led_to(smallest: Mapping[str, str], keys: list[str], dated: bool) -> Any:  # noqa: FBT001
    return [smallest[key] for key in keys if key in smallest] if dated else smallest.get(keys[0])


def _arrived(hub: Hub, transaction: Transaction, keys: Sequence[Key]) -> list[int]:
    written = [str(key) for key in keys]
    tokens = [key_token(hub.salt, key) for key in written]
    found = {key: id_ for id_, key in stored_xref.arrived(transaction, tokens).values()}
    for key in written:
        if key not in found:
            raise NotFound(f"no source record {key!r} has arrived, or it is not resolved yet")
    return [found[key] for key in written]
