"""Attributes: which columns of a file together hold one thing, and of what kind it is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from matching.infer.decide import LEFT_OUT, Found, decide
from matching.infer.profile import Profile, profile
from matching.infer.repeats import repeats, restates

MOST = 16
"""So many attributes are compared at most, those first that tell most."""
STRONG = (
    *("email", "phone", "tax_id", "lei", "iban", "person_name", "company_name", "name", "address", "birth_date"),
    *("date", "url"),
)
"""Kinds from the one that tells most; the others follow by how many records have a value."""
_TOGETHER = 0.2
"""Columns that so many records fill both hold two facts, not one under two names."""
_YEARS = 0.5
"""A column of which so many values are no more than years says years of birth."""
_FIELDS = ("city", "region", "postcode", "country")
_ONE_FACT = ("birth", "tax_id", "register", "url", "iban", "lei", "street", "house", *_FIELDS)
"""Roles that are one fact under whatever name; identifiers and sums of money are many."""

Cells = Mapping[str, Sequence[object]]
Patterns = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InferredAttribute:
    """An attribute that a file has: its kind, and the patterns of columns that it is made of."""

    kind: str
    columns: Patterns | dict[str, Patterns]
    many: bool = False


@dataclass(slots=True)
class Inferred:
    """The attributes of a file by name, and why each of the other columns is left out."""

    attributes: dict[str, InferredAttribute] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def infer(cells: Cells) -> Inferred:
    """Infer the attributes of records from the names and cells of their columns (one cell a record, None if blank)."""
    profiles = {column: profile(values) for column, values in cells.items()}
    found = {column: decide(column, one) for column, one in profiles.items()}
    if all(one.role == LEFT_OUT for one in found.values()):  # then what says the same is all there is to go by
        found = {column: decide(column, one, alike=True) for column, one in profiles.items()}
    parts, wholes = (_of(found, *roles) for roles in (("given", "family"), ("both", "name", "person")))
    found |= {column: Found(LEFT_OUT, reason=why) for column, why in repeats(cells, parts, wholes).items()}
    inferred = Inferred(left_out={column: one.reason for column, one in found.items() if one.role == LEFT_OUT})
    maker = _Maker(cells, profiles, found)
    made = [*maker.names(), *maker.addresses(), *maker.several("phone"), *maker.several("email"), *maker.others()]
    made.sort(key=lambda one: (_strength(one[1].kind), -maker.filled(one[1]), one[0]))
    for number, (name, attribute) in enumerate(made):
        if number < MOST:
            inferred.attributes[name] = attribute
        else:
            inferred.left_out |= dict.fromkeys(columns_of(attribute), "other columns tell more")
    return inferred


def columns_of(attribute: InferredAttribute) -> list[str]:
    """Name the columns that an attribute is made of."""
    patterns = attribute.columns
    each = [one for some in patterns.values() for one in some] if isinstance(patterns, dict) else patterns
    return list(dict.fromkeys(name for pattern in each for name in re.findall(r"\{\??([^{}]+)\}", pattern)))


def _of(found: Mapping[str, Found], *roles: str) -> list[str]:
    return [name for name, one in found.items() if one.role in roles]


def _strength(kind: str) -> int:
    return STRONG.index(kind) if kind in STRONG else len(STRONG)


class _Maker:
    """Puts columns together, each into one attribute."""

    def __init__(self, cells: Cells, profiles: Mapping[str, Profile], found: Mapping[str, Found]) -> None:
        self.cells, self.profiles, self.found = cells, profiles, found
        self.taken: set[str] = set()
        self.used: set[str] = set()

    def of(self, *roles: str) -> list[str]:
        """The columns with one of these roles that are not taken yet."""
        return [name for name in _of(self.found, *roles) if name not in self.taken]

    def filled(self, attribute: InferredAttribute) -> float:
        """The share of records that have a value, at least."""
        return max(self.profiles[column].filled for column in columns_of(attribute))

    def names(self) -> list[tuple[str, InferredAttribute]]:
        """Names of persons and firms: in one column, or in one for each part."""
        given, family = self.of("given")[:2], self._alternatives("family")
        whole = self.of("both", "name", "person", "company")
        parts = [part for last in family for part in _parts_of_name(self._beside(last, family, "given", most=2), last)]
        parts = parts or [f"{{{column}}}" for column in given[:1]]
        made = []
        alternatives = [column for column in whole if parts and self._instead(column, given, family)]
        if parts:
            bare = {f"{{{column}}}" for column in (*given, *family)}
            patterns = sorted((*parts, *(f"{{{column}}}" for column in alternatives)), key=bare.__contains__)
            others = [column for column in alternatives if not self._restates([column], [*given, *family])]
            kind = self._kind_of_name(others, person=True) if others else "person_name"
            made.append(self._take("name", InferredAttribute(kind, tuple(patterns))))
        for group in self._one_fact([column for column in whole if column not in self.taken]):
            roles = {self.found[column].role for column in group}
            kind = "person_name" if roles == {"both"} else self._kind_of_name(group, person=roles == {"person"})
            made.append(self._take(group[0], InferredAttribute(kind, tuple(f"{{{column}}}" for column in group))))
        return made

    def addresses(self) -> list[tuple[str, InferredAttribute]]:
        """One address, of street, house, city, region, postcode and country: a street, or a town and its postcode."""
        street = self._alternatives("street")
        fields = {role: self._alternatives(role) for role in _FIELDS}
        patterns: dict[str, Patterns] = {
            role: tuple(f"{{{column}}}" for column in columns) for role, columns in fields.items() if columns
        }
        if street:
            houses = {column: self._beside(column, street, "house", most=1) for column in street}
            with_house = [f"{{{house}}} {{{column}}}" for column in street for house in houses[column]]
            patterns = {"street": (*with_house, *(f"{{{column}}}" for column in street)), **patterns}
        if "street" not in patterns and not {"city", "postcode"} <= patterns.keys():
            return []
        if patterns.keys() == {"street"}:
            return [self._take("address", InferredAttribute("address", patterns["street"]))]
        return [self._take("address", InferredAttribute("address", patterns))]

    def several(self, role: str) -> list[tuple[str, InferredAttribute]]:
        """All telephone numbers, or e-mail addresses, of a record are one attribute."""
        columns = self.of(role)
        if not columns:
            return []
        many = len(columns) > 1 or self.profiles[columns[0]].several
        patterns = tuple(f"{{{column}}}" for column in columns)
        return [self._take(role if len(columns) > 1 else columns[0], InferredAttribute(role, patterns, many))]

    def others(self) -> list[tuple[str, InferredAttribute]]:
        """Every fact that is left is an attribute of its own."""
        made = []
        for role, kind in dict.fromkeys((one.role, one.kind) for one in self.found.values() if one.role != LEFT_OUT):
            left = [column for column in self.of(role) if self.found[column].kind == kind]
            for group in self._one_fact(left) if role in _ONE_FACT else [[column] for column in left]:
                patterns = tuple(f"{{{column}}}" for column in group)
                many = any(self.profiles[column].listed for column in group)
                made.append(self._take(group[0], InferredAttribute(kind, patterns, many)))
        return made

    def _take(self, name: str, attribute: InferredAttribute) -> tuple[str, InferredAttribute]:
        self.taken |= set(columns_of(attribute))
        word = re.sub(r"\W+", "_", name).strip("_")[:80]
        word = word if re.match(r"[^\W\d_]", word) else f"column_{word}".rstrip("_")
        number = 1
        unique = word
        while unique in self.used:
            number += 1
            unique = f"{word}_{number}"
        self.used.add(unique)
        return unique, attribute

    def _both(self, one: str, other: str) -> bool:
        both = sum(
            left is not None and right is not None
            for left, right in zip(self.cells[one], self.cells[other], strict=True)
        )
        return both > _TOGETHER * min(self.profiles[one].filled, self.profiles[other].filled) * len(self.cells[one])

    def _instead(self, column: str, given: Sequence[str], family: Sequence[str]) -> bool:
        """Say whether a whole name stands in for its parts, where they lack, or says them again."""
        if self._of_person([column]) and self._restates([column], [*given, *family]):
            return True
        return not any(self._both(column, one) for one in family or given[:1])

    def _restates(self, columns: Sequence[str], others: Sequence[str]) -> bool:
        return restates([self.cells[one] for one in columns], [self.cells[one] for one in others])

    def _two_facts(self, one: str, other: str) -> bool:
        """Say whether two columns hold two facts: the same records have both, and not twice the name of a person."""
        if not self._both(one, other):
            return False
        return not (self._of_person([one, other]) and self._restates([one], [other]))

    def _of_person(self, columns: Sequence[str]) -> bool:
        """Say whether columns hold whole names of persons."""
        roles = {self.found[column].role for column in columns}
        if not roles <= {"both", "name", "person"}:
            return False
        return roles == {"both"} or self._kind_of_name(columns, person=True) == "person_name"

    def _one_fact(self, columns: list[str]) -> list[list[str]]:
        """Group columns that hold one fact under two names: records have it in the one or in the other."""
        groups: list[list[str]] = []
        for column in sorted(columns, key=self._adds_a_year):
            for group in groups:
                if self._adds_a_year(column) or not any(self._two_facts(column, other) for other in group):
                    group.append(column)
                    break
            else:
                groups.append([column])
        return groups

    def _adds_a_year(self, column: str) -> bool:
        """Say whether a column has only years of birth, which are no other fact than dates of birth beside them."""
        return self.found[column].role == "birth" and self.profiles[column].year >= _YEARS

    def _alternatives(self, role: str) -> list[str]:
        """The first column with this role, and those that say the same fact of other records."""
        return next(iter(self._one_fact(self.of(role))), [])

    def _beside(self, column: str, alternatives: Sequence[str], role: str, *, most: int) -> list[str]:
        """The columns with a role that belong to one of some alternatives: those of the same records."""
        found = self.of(role)
        return [one for one in found if len(alternatives) == 1 or self._both(one, column)][:most]

    def _kind_of_name(self, columns: Sequence[str], *, person: bool) -> str:
        profiles = [self.profiles[column] for column in columns]
        values = sum(one.values for one in profiles)
        forms = sum(one.legal_form * one.values for one in profiles) / max(values, 1)
        given = sum(one.given_name * one.values for one in profiles) / max(values, 1)
        if forms >= 0.03 and (person or given >= 0.25):
            return "name"
        if given >= 0.45 or (person and given >= 0.25):
            return "person_name"
        return "name" if person else "company_name"


def _parts_of_name(given: Sequence[str], family: str) -> list[str]:
    last = f"{{{family}}}"
    firsts = " ".join(f"{{{column}}}" for column in given)
    both = [f"{last}, {firsts}"] if given else []
    some = [f"{last}, {{{given[0]}}}"] if len(given) > 1 else []
    return [*both, *some, last, *(f"{{{column}}}" for column in given[:1])]
