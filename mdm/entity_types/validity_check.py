"""Checks that validity rules can be followed: a rule must fit the kind of its attribute."""

from collections.abc import Iterator, Sequence

from matching.kinds import Kind
from matching.kinds.folding import is_junk
from matching.kinds.kind import as_text
from mdm.entity_types.nearest import hint
from mdm.entity_types.patterns import PatternError, compiled
from mdm.entity_types.validity import CHECKED, MEASURED, Place, ValidityRule, size

Found = Iterator[tuple[Place, str, object]]


def wrong(kind: Kind, rules: Sequence[ValidityRule]) -> Found:
    """Give what is wrong with the rules of an attribute: (number of the rule, place in it), words, and the value."""
    for number, rule in enumerate(rules):
        for place, words, value in _wrong(kind, rule):
            yield (number, *place), words, value


def _wrong(kind: Kind, rule: ValidityRule) -> Found:
    if kind.name == "lines" and not (rule.required and rule.field is None):
        yield (rule.word,), "lines as a whole can only be required; other rules stand with a field under `of`", None
        return
    yield from _wrong_field(kind, rule)
    yield from _wrong_grade(rule)
    if rule.pattern is not None:
        yield from _wrong_pattern(rule.pattern)
    if rule.one_of is not None:
        yield from _wrong_words(kind, rule)
    if rule.range is not None:
        yield from _wrong_range(kind, rule)
    if rule.check_digit and kind.name not in CHECKED:
        yield ("check_digit",), f"kind {kind.name} has no check digit; {', '.join(CHECKED)} have one", None
    if rule.reference_exists and kind.name != "reference":
        yield ("reference_exists",), f"kind {kind.name} leads nowhere; only a reference does", None


def _wrong_field(kind: Kind, rule: ValidityRule) -> Found:
    if rule.field is None:
        if kind.fields and rule.word in {"pattern", "one_of"}:
            fields = ", ".join(kind.fields)
            yield (rule.word,), f"kind {kind.name} is made of fields; name the `field` that is meant: {fields}", None
    elif rule.word not in {"required", "pattern", "one_of"}:
        yield ("field",), f"{rule.word} speaks of the whole value, not of a field", rule.field
    elif not kind.fields:
        yield ("field",), f"kind {kind.name} has no fields", rule.field
    elif rule.field not in kind.fields:
        yield ("field",), f"kind {kind.name} has no field {rule.field!r}{hint(rule.field, kind.fields)}", rule.field


def _wrong_grade(rule: ValidityRule) -> Found:
    if rule.reference_exists and rule.grade == "reject":
        words = "a reference may arrive before what it leads to, so it cannot be refused; grade it flag or ignore"
        yield ("grade",), words, rule.grade
    if rule.required and rule.field is None and rule.grade == "ignore":
        yield ("grade",), "where there is no value there is none to ignore; grade it reject or flag", rule.grade


def _wrong_pattern(pattern: str) -> Found:
    try:
        compiled(pattern)
    except PatternError as error:
        yield ("pattern",), str(error), pattern


def _wrong_words(kind: Kind, rule: ValidityRule) -> Found:
    for number, word in enumerate(rule.one_of or ()):
        if isinstance(word, bool) and kind.name != "boolean":
            words = f"YAML reads this word as {str(word).lower()}; write it in quotes, such as 'no' or 'on'"
            yield ("one_of", number), words, word
        elif rule.field is None and kind.standardise(word) is None and not is_junk(as_text(word)):
            yield ("one_of", number), f"{word!r} can be no value of kind {kind.name}", word


def _wrong_range(kind: Kind, rule: ValidityRule) -> Found:
    if kind.name not in MEASURED:
        yield ("range",), f"values of kind {kind.name} have no order; those of {', '.join(MEASURED)} have one", None
        return
    bounds = {name: bound for name in ("min", "max") if (bound := getattr(rule.range, name)) is not None}
    sizes = {name: size(kind, bound) for name, bound in bounds.items()}
    for name, found in sizes.items():
        if found is None:
            yield ("range", name), f"{bounds[name]!r} is no {'date' if kind.name == 'date' else 'number'}", bounds[name]
    if None not in sizes.values() and len(sizes) == 2 and sizes["min"] > sizes["max"]:
        yield ("range",), f"min {bounds['min']} is above max {bounds['max']}", None
