"""References that arrive before what they refer to, and those that lead nowhere."""

from collections.abc import Iterator

from mdm.demo.books import Books, Load
from mdm.demo.exports import entity_type
from mdm.demo.planted import Planted

_NOWHERE = (("psa", "employee", "cost_center"), ("erp", "customer", "legal_entity"), ("crm", "rate_card", "customer"))
_EACH = 3


def lose(books: Books) -> None:
    """Let a few records refer to what never arrives."""
    random = books.stream("references")
    for source, name, attribute in _NOWHERE:
        rows = [row for row in books.files[f"{source}_{name}s"] if attribute not in row]
        for row in random.sample(rows, _EACH):
            row[attribute] = f"gone-{random.randrange(1000, 9999)}"


def planted(books: Books, loads: list[Load]) -> Iterator[Planted]:
    """List the references to what arrives in a later file, and those to what never arrives."""
    arrives = {
        f"{load.source}:{load.entity_type}:{row['id']}": place
        for place, load in reversed(list(enumerate(loads)))
        for row in books.files[load.name]
    }
    for place, load in enumerate(loads):
        for attribute, to in entity_type(load.entity_type).references.items():
            for row in books.files[load.name]:
                if attribute in row:
                    key = f"{load.source}:{load.entity_type}:{row['id']}"
                    target = f"{load.source}:{to}:{row[attribute]}"
                    if target not in arrives:
                        yield Planted("references that lead nowhere", "waiting", (key, target))
                    elif arrives[target] > place:
                        yield Planted("references that arrived before their target", "resolved", (key, target))
