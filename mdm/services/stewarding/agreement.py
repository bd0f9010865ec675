"""How far people agree: the second opinions that were given, by rule, by band of weight and by person."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from matching.score import probability
from mdm.errors import Conflict, Forbidden, NotFound
from mdm.log import Author, Consent, Fact, key_token
from mdm.services.deciding import decisions
from mdm.services.deciding.decisions import decision_id
from mdm.services.deciding.planning import Verdict
from mdm.services.hub import Hub
from mdm.services.positions import from_cursor, position
from mdm.services.stewarding.second_opinions import as_it_was, entity_type_of, pair_of
from mdm.services.stewarding.task_states import lock_of
from mdm.store import log
from mdm.store import second_opinions as stored
from mdm.store.second_opinions import HUB, MATCHED, Opinion
from mdm.store.xref import NOW

Document = dict[str, Any]
BANDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Match probabilities at which one band of pairs ends and the next begins."""


_HUB_SAID = {"person": HUB, "at": None, "verdict": "same", "reason": None}


def agreement(hub: Hub, *, entity_type: str | None = None, since: str | None = None) -> Document:
    """How far second opinions agree.

    `{"answered", "agreed", "kappa", "matches", "waiting", "disagreements", "rules", "people"}`: the first three of what
    people decided, `matches` is `{"answered", "agreed"}` of what the hub itself matched.

    An entry of `rules` is `{"entity_type", "kind", "band", "answered", "agreed", "kappa"}`, `band` the match
    probabilities of its pairs when they were decided; one of `people` is `{"person", "first", "second", "agreed",
    "overruled"}`: how often they were the first and the second, how often the other agreed, and how often a third
    person found against them. kappa (Cohen's, with four decimals) is agreement beyond chance, None where it is not
    defined. `waiting` are still to be given, `disagreements` to be settled.

    since: only opinions given from this day or moment on.
    """
    if entity_type is not None:
        hub.entity_type(entity_type)
    with hub.database.read() as reader:
        after = 0 if since is None else position(reader, since)
        found = stored.count(reader, entity_type, after=after)
    given = [Opinion(*row) for row in found["given"]]
    matched = [one for one in given if one.decision == MATCHED]
    by_rule: defaultdict[tuple[str, str, str], list[Opinion]] = defaultdict(list)
    for one in given:
        by_rule[one.entity_type, one.kind, band(one.weight)].append(one)
    return {
        **_agreed([one for one in given if one.decision != MATCHED]),
        "matches": {name: count for name, count in _agreed(matched).items() if name != "kappa"},
        "waiting": found["waiting"][0][0], "disagreements": found["apart"][0][0],
        "rules": [{"entity_type": of, "kind": kind, "band": within, **_agreed(some)}
                  for (of, kind, within), some in sorted(by_rule.items())],
        "people": _people(given),
    }  # fmt: skip


def band(weight: int | None) -> str:
    """The band of match probabilities that a weight is in, such as `0.90 to 0.95`; `no weight` without one."""
    if weight is None:
        return "no weight"
    likely = probability(weight)
    ends = (0.0, *BANDS, 1.0)
    low = max(end for end in ends[:-1] if end <= likely)
    return f"{low:.2f} to {ends[ends.index(low) + 1]:.2f}"


def _agreed(given: Sequence[Opinion]) -> Document:
    agreed = sum(one.verdict == one.answer for one in given)
    return {"answered": len(given), "agreed": agreed, "kappa": kappa([(one.verdict, one.answer) for one in given])}


def kappa(pairs: Sequence[tuple[object, object]]) -> float | None:
    """Cohen's kappa of two people's answers to the same questions; None where both always say the same one thing.

    Source: J. Cohen, A coefficient of agreement for nominal scales, 1960.
    """
    count = len(pairs)
    first, second = (Counter(pair[place] for pair in pairs) for place in (0, 1))
    chance = sum(first[word] * second[word] for word in first)
    if not count or chance == count * count:
        return None
    observed = count * sum(one == other for one, other in pairs)
    return round((observed - chance) / (count * count - chance), 4)


def _people(given: Iterable[Opinion]) -> list[Document]:
    told: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in given:
        for role, person, said in (("first", one.first, one.verdict), ("second", one.second or "", one.answer)):
            if person == HUB:
                continue
            told[person][role] += 1
            told[person]["agreed"] += one.verdict == one.answer
            told[person]["overruled"] += one.outcome is not None and one.outcome != said
    return [{"person": person, **{name: told[person][name] for name in ("first", "second", "agreed", "overruled")}}
            for person in sorted(told)]  # fmt: skip


def page(
    hub: Hub, *, entity_type: str | None = None, apart: bool = False, cursor: str | None = None, limit: int = 50
) -> Document:
    """Second opinions that were given, the newest first, or only disagreements to be settled: `{"items", "next"}`.

    An item is as `get` gives it.
    """
    if entity_type is not None:
        hub.entity_type(entity_type)
    before = NOW if cursor is None else from_cursor(cursor)
    with hub.database.read() as reader:
        found = stored.given(reader, entity_type, apart=apart, before=before, limit=limit + 1)
    items = _documents(hub, found[:limit])
    return {"items": items, "next": str(items[-1]["seq"]) if len(found) > limit else None}


def get(hub: Hub, task_id: str) -> Document:
    """The last second opinion on a task, with both answers.

    `{"id", "kind", "entity_type", "decision_id", "in_force", "match_probability", "answers", "agrees", "settled",
    "seq"}`: `answers` are `{"person", "at", "verdict", "reason"}` of the first and the second, `settled` is the same of
    the third, or None.

    Raises NotFound where none was given.
    """
    opinion, in_force = _given(hub, task_id)
    return {**_documents(hub, [opinion])[0], "in_force": in_force}


def compared(hub: Hub, task_id: str) -> Document:
    """The records as both of them saw them, as `second_opinions.look` tells; raises NotFound as `get` does."""
    opinion, _ = _given(hub, task_id)
    return as_it_was(hub, opinion)


def settle(hub: Hub, task_id: str, verdict: Verdict, *, reason: str, author: Author) -> Document:
    """Say which answer holds, as neither of the two who disagree; returns the second opinion as `get` gives it.

    Where that is not the decision in force, it takes its place; an answer that one of the two gave needs nobody else
    to approve it.

    Raises:
        Forbidden: the author is one of the two.
        Conflict: the two agree, it is settled already, or the decision is not in force.
        NeedsApproval: neither gave this answer, and the rules ask for a second person.
    """
    with hub.database.locked(lock_of(entity_type_of(hub, task_id))):
        opinion = _ensure_apart(hub, task_id, author)
        became = None
        if verdict != opinion.verdict:
            left, right = pair_of(hub, opinion)
            became = decisions.verdict(
                hub, left, right, verdict, reason=reason, author=_with_consent(author, opinion, verdict), supersede=True
            )
        body = {
            "task": task_id, "decision": opinion.decision, "verdict": verdict, "reason": reason,
            "became": None if became is None else became.position,
        }  # fmt: skip
        with hub.database.write() as writer:
            fact = Fact("disagreement_settled", opinion.entity_type, body, key_token(hub.salt, task_id))
            stored.settle(writer, fact, author=author)
    return get(hub, task_id)


def _with_consent(author: Author, opinion: Opinion, verdict: Verdict) -> Author:
    """Whoever decides as the second did has their word for it already."""
    agreed = Consent(None, approved_by=opinion.second) if verdict == opinion.answer else None
    return Author(author.actor, author.recorded_at, author.correlation_id, agreed, author.once)


def _given(hub: Hub, task_id: str) -> tuple[Opinion, bool]:
    """The last second opinion on a task, and whether the decision is in force."""
    with hub.database.read() as reader:
        found = stored.latest(reader, task_id)
    if found is None or found[0].position is None:
        raise NotFound(f"no second opinion was given on {task_id!r}")
    return found


def _ensure_apart(hub: Hub, task_id: str, author: Author) -> Opinion:
    opinion, in_force = _given(hub, task_id)
    if author.actor in {opinion.first, opinion.second}:
        raise Forbidden(f"you are one of the two who disagree about {task_id}: a third person settles it")
    if opinion.verdict == opinion.answer:
        raise Conflict(f"the two agree about {task_id}: there is nothing to settle")
    if opinion.settled is not None:
        raise Conflict(f"{opinion.settled_by} has settled it already: {opinion.outcome}")
    if not in_force:
        raise Conflict(f"{decision_id(opinion.decision)} is not in force any more: there is nothing to settle")
    return opinion


def _documents(hub: Hub, found: Sequence[Opinion]) -> list[Document]:
    positions = [at for one in found for at in (one.decision, one.position, one.settled) if at]
    with hub.database.read() as reader:
        bodies, authors = log.said(reader, positions)

    def said(at: int | None, verdict: str | None) -> Document | None:
        if at is None:
            return None
        return {"person": authors[at][0], "at": authors[at][1], "verdict": verdict,
                "reason": bodies.get(at, {}).get("reason")}  # fmt: skip

    return [
        {
            "id": one.task_id, "kind": one.kind, "entity_type": one.entity_type,
            "decision_id": decision_id(one.decision) if one.decision != MATCHED else None,
            "match_probability": None if one.weight is None else probability(one.weight),
            "answers": [
                said(one.decision, one.verdict) if one.decision != MATCHED else _HUB_SAID,
                said(one.position, one.answer),
            ],
            "agrees": one.verdict == one.answer, "settled": said(one.settled, one.outcome), "seq": one.position,
        }
        for one in found
    ]  # fmt: skip
