"""Survivorship said again in the plainest Python, from the rules as they are written: the oracle of its laws."""

import json
from datetime import date, datetime
from fractions import Fraction

NEVER = datetime(1, 1, 1)  # noqa: DTZ001  all times here are UTC


def plain(document, offered, sources, today):
    """Of each attribute the values that survive with the record of each, the step, and who is in conflict."""
    owner, found = {}, {}
    for group in document.get("groups", []):
        for lead in group:
            decided = _decide(document, lead, offered, sources, today, None)
            if decided["won"]:
                several = _steps(document, lead)[0]["strategy"] == "union"
                owner |= {name: decided["won"][0].record for name in group if several or name != lead}
                break
    for name in offered:
        found[name] = _decide(document, name, offered, sources, today, owner.get(name))
    return found


def _steps(document, name):
    rule = document.get("attributes", {}).get(name, document["default"])
    return [
        {"strategy": step} if isinstance(step, str) else step for step in (rule if isinstance(rule, list) else [rule])
    ]


def _decide(document, name, offered, sources, today, owner):
    once = {repr(one._replace(value=json.dumps(one.value, sort_keys=True))): one for one in offered.get(name, [])}
    valid = [one for one in once.values() if one.valid and owner in (None, one.record)]
    steps = _steps(document, name)
    for number, step in enumerate(steps, 1):
        considered = [one for one in valid if _meets(step.get("when", {}), one, offered, today)]
        if considered:
            plainly = len(steps) == 1 and "when" not in step
            told = {"step": None if plainly else number, "considered": considered, "strategy": step["strategy"]}
            return {**told, **_win(document, step, considered, sources, today)}
    return {"won": [], "tied": [], "step": None, "considered": [], "strategy": steps[-1]["strategy"]}


def _meets(when, one, offered, today):
    def of_its_record(name):
        return [other for other in offered.get(name, []) if other.record == one.record and other.valid]

    young = True
    if "fresher_than" in when:
        young = one.event_time is not None
        if young and today is not None:
            young = (date.fromisoformat(today) - date.fromisoformat(one.event_time[:10])).days < when["fresher_than"]
    return (
        young
        and one.source in when.get("source", [one.source])
        and all(
            any(_text(one.value) or one.standardised for one in of_its_record(name)) for name in when.get("has", [])
        )
        and all(
            any(_text(other.value) in words or other.standardised in words for other in of_its_record(name))
            for name, words in when.get("equals", {}).items()
        )
    )


def _win(document, step, considered, sources, today):
    strategy, values = step["strategy"], {_same(one) for one in considered}
    best_first = sorted(considered, key=lambda one: _tie(one, sources))
    if strategy == "union":
        firsts = [next(one for one in best_first if _same(one) == value) for value in values]
        return {"won": sorted(firsts, key=best_first.index), "tied": []}
    scores = [_score(document, step, one, considered, today) for one in best_first]
    top = max(scores)
    winner = best_first[scores.index(top)]
    tied = [one for one, score in zip(best_first, scores, strict=True) if score == top]
    if strategy == "most_trusted":
        trust = {**document.get("trust", {}), **step.get("trust", {})}
        rating = trust.get(winner.source)
        if isinstance(rating, dict) and "half_life" in rating:
            tied = [one for one in tied if trust.get(one.source) != rating or _day(one) == _day(winner)]
    return {"won": [winner], "tied": tied if len({_same(one) for one in tied}) > 1 else []}


def _tie(one, sources):
    latest = -_when(one).timestamp() if one.event_time else 10**15
    return latest, sources.index(one.source) if one.source in sources else 99, one.record, _everything(one)


def _everything(one):
    return _same(one), json.dumps(one.value, sort_keys=True), one.standardised is None, one.position


def _score(document, step, one, considered, today):  # noqa: PLR0911  one for each strategy
    strategy = step["strategy"]
    if strategy == "most_trusted":
        return _trust({**document.get("trust", {}), **step.get("trust", {})}.get(one.source, 0), one, today)
    if strategy == "most_recent":
        return _when(one)
    if strategy == "first":
        return (one.event_time is not None, -_when(one).timestamp() if one.event_time else 0)
    if strategy == "most_frequent":
        return len({other.record for other in considered if _same(other) == _same(one)})
    if strategy == "most_complete":
        return _fields(one.value)
    if strategy in {"longest", "shortest"}:
        length = len(" ".join(_text(one.value).split()))
        return length if strategy == "longest" else -length
    if strategy == "source_priority":
        return -step["sources"].index(one.source) if one.source in step["sources"] else -99
    others = sorted({tuple(_size(other)) for other in considered})
    place = others.index(tuple(_size(one)))
    return place if strategy == "max" else -place


def _trust(rating, one, today):
    if not isinstance(rating, dict):
        return rating
    if "half_life" not in rating:
        return rating["value"]
    if one.event_time is None:
        return 0
    age = max(0, (date.fromisoformat(today) - date.fromisoformat(one.event_time[:10])).days) if today else 0
    whole, rest = divmod(age, rating["half_life"])
    now = int(Fraction(rating["value"]) * (1 - Fraction(rest, 2 * rating["half_life"])))
    return now // 2**whole


def _day(one):
    return one.event_time and one.event_time[:10]


def _when(one):
    return datetime.fromisoformat(one.event_time).replace(tzinfo=None) if one.event_time else NEVER


def _text(value):
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))


def _same(one):
    if one.standardised is not None:
        return one.standardised
    return one.value if isinstance(one.value, str) else "\0" + _text(one.value)


def _fields(value):
    if isinstance(value, str):
        return len(value.split())
    if isinstance(value, dict):
        return sum(_fields(part) > 0 for part in value.values())
    if isinstance(value, list):
        return sum(_fields(part) > 0 for part in value)
    return int(value is not None)


def _size(one):
    text = one.standardised if one.standardised is not None else _text(one.value)
    for part in text.split("\x1f"):
        try:
            yield (0, Fraction(part), "") if not set(part) - set("-0123456789.") else (1, 0, part)
        except ValueError:
            yield 1, 0, part
