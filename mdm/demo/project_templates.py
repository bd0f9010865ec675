"""The project templates: the same pattern for several services, billed in several ways."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from random import Random

from mdm.demo import mess
from mdm.demo.books import Books, Entry, updated
from mdm.demo.cost_centers import CostCenter
from mdm.demo.service_items import ServiceItem
from mdm.demo.systems import Row

_PRESENT = {"psa": 0.95, "erp": 0.75, "crm": 0.60}
_BILLINGS = (("Fixed Price", "FP"), ("Time and Material", "TM"), ("Retainer", "RT"))
_WORDS = {"Fixed Price": "fixed", "Time and Material": "T&M", "Retainer": "retainer"}
_TRUE = 80


@dataclass(frozen=True, slots=True)
class ProjectTemplate:
    """One true project template."""

    entity: str
    item: ServiceItem
    billing: str
    code: str
    days: int
    center: str

    @property
    def name(self) -> str:
        """The name as the project system has it."""
        return f"{self.item.name} - {self.billing}"


def enter(books: Books, centers: list[CostCenter], items: list[ServiceItem]) -> list[ProjectTemplate]:
    """Enter the project templates of three systems; gives the true ones."""
    random = books.stream("project templates")
    made = _templates(random, centers, items)
    books.enter("project_template", [entry for one in made for entry in _entries(books, random, one)], random)
    for one, other in combinations(made, 2):
        if one.item == other.item or one.item.topic == other.item.topic:
            books.trap("billing" if one.item == other.item else "service", one.entity, other.entity)
    return made


def _templates(random: Random, centers: list[CostCenter], items: list[ServiceItem]) -> list[ProjectTemplate]:
    pairs = random.sample([(item, billing) for item in items for billing in _BILLINGS], _TRUE)
    delivery = [center for center in centers if center.name.startswith("Delivery") and not center.closed]
    return [
        ProjectTemplate(
            entity=f"project-template-{number:03d}",
            item=item,
            billing=billing,
            code=f"T-{item.code.replace('-', '')}-{short}",
            days=random.randrange(5, 240, 5),
            center=random.choice(delivery).entity,
        )
        for number, (item, (billing, short)) in enumerate(pairs, start=1)
    ]


def _name(random: Random, one: ProjectTemplate) -> str:
    chance = random.random()
    if chance < 0.2:
        return f"{one.item.name} ({_WORDS[one.billing]})"
    if chance < 0.35:
        return f"Template {one.name}"
    if chance < 0.42:
        return mess.typing_error(random, one.name)
    return one.name


def _entries(books: Books, random: Random, one: ProjectTemplate) -> Iterator[Entry]:
    """A copy without the code has the plain name and its service."""
    sources = [source for source, chance in _PRESENT.items() if random.random() < chance] or ["psa"]
    for source in sources + (["psa"] if "psa" in sources and random.random() < 0.04 else []):
        row: Row = {"name": _name(random, one)}
        if random.random() < 0.85:
            row["code"] = one.code if source != "erp" else one.code.replace("-", "")
        else:
            row["name"] = one.name
        books.refer(row, "service_item", ("service_item", one.item.entity), source=source)
        if source != "crm" and random.random() < 0.8:
            books.refer(row, "cost_center", ("cost_center", one.center), source=source)
        row["billing_type"] = one.billing if source == "psa" else _WORDS[one.billing]
        if random.random() < 0.8:
            row["duration_days"] = str(one.days)
        row["updated"] = updated(random)
        yield Entry(source, one.entity, row)
