"""The services that the firm sells: families of items whose names and codes differ by one word or letter."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from random import Random

from mdm.demo import mess
from mdm.demo.books import Books, Entry, updated
from mdm.demo.systems import Row
from mdm.demo.vocabulary import unit
from mdm.demo.words import table

_PRESENT = {"psa": 0.90, "erp": 0.75, "crm": 0.60, "billing": 0.55, "procurement": 0.22}
_ACTIVITIES = (("Assessment", "A"), ("Workshop", "W"), ("Implementation", "I"), ("Support", "S"), ("Training", "T"))
_TIERS = (("Basic", "1"), ("Standard", "2"), ("Premium", "3"))
_SHORTER = (("Implementation", "Implem."), ("Assessment", "Assmt."), ("Management", "Mgmt."), ("Migration", "Migr."))
_UNITS = {"Assessment": "fixed", "Workshop": "day", "Implementation": "hour", "Support": "month", "Training": "day"}
_ERP_LENGTH = 40


@dataclass(frozen=True, slots=True)
class ServiceItem:
    """One true service item: what it is about, what is done, and in which tier, if there are tiers."""

    entity: str
    family: str
    topic: str
    activity: str
    tier: str
    code: str
    price: int

    @property
    def name(self) -> str:
        """The name as the catalogue has it."""
        return f"{self.topic} {self.activity} {self.tier}".strip()


def enter(books: Books) -> list[ServiceItem]:
    """Enter the service items of five systems; gives the true ones."""
    random = books.stream("service items")
    items = _items(random)
    books.enter("service_item", [entry for one in items for entry in _entries(random, one)], random)
    for one, other in combinations(items, 2):
        if one.topic == other.topic:
            books.trap("tier" if one.activity == other.activity else "topic", one.entity, other.entity)
    return items


def _items(random: Random) -> list[ServiceItem]:
    items: list[ServiceItem] = []
    for row in table("services"):
        for activity, letter in random.sample(_ACTIVITIES, random.choice((2, 3, 3))):
            tiers = _TIERS if random.random() < 0.45 else (("", "0"),)
            for tier, digit in tiers:
                items.append(
                    ServiceItem(
                        entity=f"service-item-{len(items) + 1:03d}",
                        family=row["family"],
                        topic=row["topic"],
                        activity=activity,
                        tier=tier,
                        code=f"{row['code']}-{letter}{digit}0",
                        price=random.randrange(80, 3000, 10),
                    )
                )
    return items


def _name(random: Random, one: ServiceItem, source: str) -> str:
    name = one.name
    chance = random.random()
    if chance < 0.15:
        name = f"{one.activity}: {one.topic} {one.tier}".strip()
    elif chance < 0.25 and one.tier:
        name = f"{one.topic} {one.activity} ({one.tier})"
    elif chance < 0.35:
        name = mess.abbreviated(name, _SHORTER)
    elif chance < 0.40:
        name = mess.typing_error(random, name)
    return name.upper()[:_ERP_LENGTH].strip() if source == "erp" and random.random() < 0.6 else name


def _code(source: str, code: str) -> str:
    return {"erp": code.replace("-", ""), "billing": code.lower()}.get(source, code)


def _entries(random: Random, one: ServiceItem) -> Iterator[Entry]:
    """A copy without the code has the name as in the catalogue."""
    sources = [source for source, chance in _PRESENT.items() if random.random() < chance] or ["psa"]
    for source in sources + (["crm"] if "crm" in sources and random.random() < 0.04 else []):
        row: Row = {"name": _name(random, one, source)}
        if random.random() < (0.9 if source != "crm" else 0.75):
            row["code"] = _code(source, one.code)
        else:
            row["name"] = one.name
        if random.random() < 0.5 and source != "erp":
            row["description"] = f"{one.activity} for {one.topic}, {one.tier or 'one'} scope, by senior consultants"
        if source != "billing":
            row["category"] = one.family if source != "procurement" else f"{one.family} services"
        row["unit"] = unit(source, _UNITS[one.activity])
        if source in {"psa", "erp", "billing"}:
            row["list_price"], row["currency"] = f"{one.price}.00", "EUR"
        row["updated"] = updated(random)
        yield Entry(source, one.entity, row)
