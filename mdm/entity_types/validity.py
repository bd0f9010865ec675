"""Validity rules: what a value must be beyond its kind, and what becomes of one that is not.

A rule has one of six words and a grade. `reject`: the record is refused when it arrives. `ignore`: the value is
kept as it was sent, but never survives and is no evidence in matching. `flag`: the value counts as not valid in the
quality figures and is shown as flagged in lineage, and may survive. A value that a `reject` rule would refuse today,
but that was taken before the rule was in force, is ignored.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from matching.columns import PART
from matching.kinds import KINDS, Kind
from matching.kinds.date import iso_date
from matching.kinds.folding import is_junk
from matching.kinds.kind import always_valid, as_text
from matching.kinds.number import decimal_text
from mdm.entity_types.patterns import LONGEST, fits

Grade = Literal["reject", "flag", "ignore"]
Word = Literal["required", "pattern", "range", "check_digit", "reference_exists", "one_of"]
Place = tuple[str | int, ...]
WORDS: tuple[Word, ...] = ("required", "pattern", "range", "check_digit", "reference_exists", "one_of")
CHECKED = ("tax_id", "vat", "lei", "iban")
"""The kinds whose numbers carry check digits."""
MEASURED = ("number", "money", "date")
"""The kinds whose values have an order."""


def _bound(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format(Decimal(repr(value)), "f")
    return value


Bound = Annotated[str | None, BeforeValidator(_bound)]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Range(_Document):
    """The least and the most that a value may be, both included; one of them may be left out."""

    min: Bound = None
    max: Bound = None

    @model_validator(mode="after")
    def _says_something(self) -> "Range":
        if self.min is None and self.max is None:
            raise ValueError("a range has a `min`, a `max` or both")
        return self


class ValidityRule(_Document):
    """One rule; `field` names the part of an address or an amount of money that it speaks of."""

    required: Literal[True] | None = None
    pattern: str | None = Field(default=None, min_length=1, max_length=500)
    range: Range | None = None
    check_digit: Literal[True] | None = None
    reference_exists: Literal[True] | None = None
    one_of: tuple[str | int | float | bool, ...] | None = Field(default=None, min_length=1, max_length=1_000)
    field: str | None = None
    grade: Grade = "flag"

    @model_validator(mode="after")
    def _exactly_one(self) -> "ValidityRule":
        given = [word for word in WORDS if getattr(self, word) is not None]
        if len(given) != 1:
            said = f", not {' and '.join(given)} together" if given else ""
            raise ValueError(f"a rule says exactly one of {', '.join(WORDS)}{said}")
        return self

    @cached_property
    def word(self) -> Word:
        """Which of the six it is."""
        return next(word for word in WORDS if getattr(self, word) is not None)

    @cached_property
    def label(self) -> str:
        """The rule as lineage names it: `pattern`, or `postcode.pattern` where it speaks of a field."""
        return self.word if self.field is None else f"{self.field}.{self.word}"


def _listed_rules(said: object) -> object:
    if isinstance(said, dict):
        return [said]
    if not isinstance(said, list | tuple):
        detail = f"a rule is written like {{pattern: '[A-Z]+', grade: flag}}, several in a list; not {said!r}"
        raise ValueError(detail)  # noqa: TRY004  pydantic makes a fault of this one only
    return said


Rules = Annotated[tuple[ValidityRule, ...], BeforeValidator(_listed_rules)]


class Judgement(NamedTuple):
    """What the rules make of one value.

    valid: it may survive.  evidence: matching may use it.  broken: the labels of the rules that it breaks.
    """

    valid: bool
    evidence: bool
    broken: tuple[str, ...]


def truth_of(kind: Kind) -> Callable[[str], bool]:
    """What says whether a standardised value of a kind may be true, and so survive.

    An identifier may, however short it is: 310 is the number of a cost centre. That it is too little to decide by
    itself which records are one thing concerns matching alone, which asks the kind.
    """
    return always_valid if kind.name == "identifier" else kind.valid


def judge(
    kind: Kind, rules: Sequence[ValidityRule], value: object, standard: str | None, *, exists: bool = True
) -> Judgement:
    """Judge one value: as it was sent, and as its kind standardises it (None where nothing usable is in it).

    exists: whether the golden record that a reference leads to is there and lives. A number whose check digit is
    wrong is not valid by its kind; a rule `check_digit` decides instead, by its grade.
    """
    broken = [rule for rule in rules if _breaks(kind, rule, value, standard, exists=exists)]
    evidence = all(rule.grade == "flag" for rule in broken)
    by_kind = standard is not None and (truth_of(kind)(standard) or any(rule.check_digit for rule in rules))
    return Judgement(by_kind and evidence, evidence, tuple(rule.label for rule in broken))


def usable(kind: Kind, rules: Sequence[ValidityRule], value: object) -> object:
    """Give what may be used of a source value or of several: what a rule ignores is missing."""
    if isinstance(value, list):
        return [one for one in value if usable(kind, rules, one) is not None]
    return value if value is None or judge(kind, rules, value, kind.standardise(value)).evidence else None


def refusals(kind: Kind, rules: Sequence[ValidityRule], value: object) -> Iterator[tuple[ValidityRule, str]]:
    """Give the rules of grade `reject` that a value breaks when it arrives, each with what is wrong in words."""
    judged = [rule for rule in rules if rule.grade == "reject" and (rule.word != "required" or rule.field)]
    if not judged:
        return
    standard = kind.standardise(value)
    for rule in judged:
        if _breaks(kind, rule, value, standard, exists=True):
            yield rule, _words(kind, rule, value)


def must_be_there(rules: Iterable[ValidityRule]) -> bool:
    """Whether a record without a value is refused."""
    return any(rule.required and rule.field is None and rule.grade == "reject" for rule in rules)


def is_missed(rules: Iterable[ValidityRule]) -> bool:
    """Whether a record without a value counts as not valid."""
    return any(rule.required and rule.field is None for rule in rules)


def part_of(kind: Kind, value: object, name: str) -> str:
    """Give one field of a value, "" where it has none: a text that stands for a whole address is not taken apart."""
    if isinstance(value, dict):
        return as_text(value.get(name)).strip()
    if kind.name == "money" and (standard := kind.standardise(value)) is not None:
        return standard.split(PART)[kind.fields.index(name)]
    return ""


def _breaks(kind: Kind, rule: ValidityRule, value: object, standard: str | None, *, exists: bool) -> bool:
    if rule.word == "reference_exists":
        return not exists
    if rule.field is not None:
        return _field_breaks(rule, part_of(kind, value, rule.field))
    text = as_text(value).strip()
    if rule.pattern is not None:
        return not fits(rule.pattern, text)
    if rule.one_of is not None:
        return (text if standard is None else standard) not in _listed(kind.name, rule.one_of)
    return rule.word != "required" and _misfits(kind, rule, text, standard)


def _misfits(kind: Kind, rule: ValidityRule, text: str, standard: str | None) -> bool:
    """Whether a number has wrong check digits or is out of range; a placeholder such as n/a is none."""
    if standard is None:
        return not is_junk(text)
    return not kind.valid(standard) if rule.range is None else not _is_within(kind, rule.range, standard)


def _field_breaks(rule: ValidityRule, text: str) -> bool:
    if not text:
        return rule.word == "required"
    if rule.pattern is not None:
        return not fits(rule.pattern, text)
    kind = _kind_of_field(rule.field or "")
    standard = kind.standardise(text)
    return rule.one_of is not None and (text if standard is None else standard) not in _listed(kind.name, rule.one_of)


@lru_cache(maxsize=1_000)
def _listed(kind: str, words: tuple[str | int | float | bool, ...]) -> frozenset[str]:
    """The words as they stand (codes of a list are kept so), and in the form that the kind gives them."""
    standard = {KINDS[kind].standardise(word) for word in words}
    return frozenset({as_text(word) for word in words} | {form for form in standard if form is not None})


def _kind_of_field(name: str) -> Kind:
    """A country and a currency are known in any spelling; other fields are told apart as categories are."""
    return KINDS[name if name in {"country", "currency"} else "category"]


def _is_within(kind: Kind, bounds: Range, standard: str) -> bool:
    found = size(kind, standard)
    low, high = (None if bound is None else size(kind, bound) for bound in (bounds.min, bounds.max))
    return (low is None or low <= found) and (high is None or found <= high)


def size(kind: Kind, text: str) -> Any:
    """Something to compare by: a day, or an amount whatever its currency; None where the text is neither."""
    if kind.name == "date":
        return iso_date(text)
    plain = decimal_text(text.partition(PART)[0])
    return None if plain is None else Decimal(plain)


def _words(kind: Kind, rule: ValidityRule, value: object) -> str:
    """Say what is wrong with a value, after the name of its attribute or field."""
    text = as_text(value).strip() if rule.field is None else part_of(kind, value, rule.field)
    shown = repr(text if len(text) <= LONGEST else f"{text[:LONGEST]}...")
    if rule.required:
        return "is required"
    if rule.pattern is not None:
        return f"is not of the form {rule.pattern}: {shown}"
    if rule.one_of is not None:
        return f"is none of {', '.join(as_text(one) for one in rule.one_of[:10])}: {shown}"
    if rule.range is not None:
        least, most = rule.range.min, rule.range.max
        limits = [f"below {least}"] if least is not None else []
        limits += [f"above {most}"] if most is not None else []
        return f"is {' or '.join(limits)}: {shown}"
    return f"is no valid {kind.name}, its check digits do not fit: {shown}"
