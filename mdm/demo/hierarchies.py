"""Groups of customers, and the few things that one system hangs elsewhere than the others do."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from random import Random

from mdm.demo.books import Books
from mdm.demo.companies import Company, Trap
from mdm.demo.exports import entity_type
from mdm.demo.planted import Planted
from mdm.demo.systems import Row

_GROUPS = ("crm", "billing", "erp")
"""The systems that keep which customer belongs to which."""
_ELSEWHERE = (("legal_entity", "hcm"), ("cost_center", "psa"), ("cost_center", "hcm"), ("employee", "psa"),
              ("customer", "crm"))  # fmt: skip
"""Which system hangs a few things of a type elsewhere."""
_EACH = 3
_TELLING = {"cost_center": ("code", "legal_entity"), "employee": ("employee_number", "email")}
"""By what everybody recognises a thing whose parents are compared."""


def enter(books: Books, population: Iterable[Company], pairs: Iterable[Trap]) -> None:
    """Enter the groups that customers belong to, then hang some things of each hierarchy elsewhere in one system."""
    random = books.stream("hierarchies")
    _group(books, {one.entity: one for one in population}, pairs)
    for of, source in _ELSEWHERE:
        _hang_elsewhere(books, random, of, source)


def _group(books: Books, companies: dict[str, Company], pairs: Iterable[Trap]) -> None:
    """Sisters and companies abroad belong to the first of their group: so say the systems that know it well."""
    heads: dict[str, str] = {}
    for kind, one, other in pairs:
        if kind == "sister":
            heads.setdefault(other, heads.get(one, one))
    for source in _GROUPS:
        known = books.ids[source, "customer"]
        rows = {str(row["id"]): row for row in books.files[f"{source}_customers"]}
        for daughter, head in heads.items():
            both = [(companies[entity], rows[known[entity]]) for entity in (daughter, head) if entity in known]
            if len(both) == 2 and all(_has_its_number(*one) for one in both):
                rows[known[daughter]]["parent"] = known[head]


def _has_its_number(company: Company, row: Row) -> bool:
    """Whether a row holds the company's own tax number, in whatever spelling: then nobody mistakes the company."""
    held, own = ("".join(filter(str.isalnum, str(one))).upper() for one in (row.get("tax_id", ""), company.tax_id))
    return len(held) > len("XX") and own.endswith(held.removeprefix(company.country))


def _hang_elsewhere(books: Books, random: Random, of: str, source: str) -> None:
    """Let one system name another parent than the rest for a few things that several name one parent of."""
    [attribute] = entity_type(of).hierarchies
    rows, known, named = _rows(books, of), books.ids[source, of], _named(books, of, attribute)
    fit = [
        (key, entity)
        for entity, said in sorted(named.items())
        for key in said
        if key.startswith(f"{source}:") and _agreed(said) and all(_is_telling(of, rows[one]) for one in said)
    ]
    above = {parent for said in named.values() for parent in said.values()}
    places = sorted((above | {entity for _, entity in fit}) & known.keys())
    for key, entity in random.sample(fit, _EACH):
        elsewhere = [
            one
            for one in places
            if one not in {entity, *named[entity].values()} and entity not in named.get(one, {}).values()
        ]
        rows[key][attribute] = known[random.choice(elsewhere)]


def _is_telling(of: str, row: Row) -> bool:
    return all(row.get(attribute) for attribute in _TELLING.get(of, ()))


def _agreed(said: dict[str, str]) -> bool:
    """Whether several systems name one parent."""
    return len({key.partition(":")[0] for key in said}) > 1 == len(set(said.values()))


def planted(books: Books) -> Iterator[Planted]:
    """List what is hung in several places, and what several systems hang in one place under several ids."""
    for of in books.truth:
        for attribute in entity_type(of).hierarchies:
            for said in _named(books, of, attribute).values():
                if len(set(said.values())) > 1:
                    yield Planted("parents that systems disagree about", "apart", tuple(said))
                elif _agreed(said):
                    yield Planted("parents that go by several ids", "agreed", tuple(said))


def _named(books: Books, of: str, attribute: str) -> dict[str, dict[str, str]]:
    """The true entity that each record key of a true entity names as its parent."""
    truth = books.truth[of]
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for key, row in _rows(books, of).items():
        target = f"{key.partition(':')[0]}:{of}:{row.get(attribute)}"
        if key in truth and target in truth and truth[key] != truth[target]:
            found[truth[key]][key] = truth[target]
    return found


def _rows(books: Books, of: str) -> dict[str, Row]:
    """The rows of a type, by record key; those of what never was a true entity among them."""
    loads = [load for load in books.loads if load.entity_type == of and not load.is_changes]
    return {f"{load.source}:{of}:{row['id']}": row for load in loads for row in books.files[load.name]}
