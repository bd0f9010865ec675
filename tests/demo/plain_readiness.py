"""What processes need of customers and employees of the demo firm on a day, worked out from exported golden records.

Which cards are on whose way is said again in the plainest Python, and the days of lines and employments are compared
as text. Systems and plain values are held against the rows of the firm elsewhere.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from mdm.services.hub import Hub
from mdm.services.reading import golden
from mdm.services.watching import readiness

Document = dict[str, Any]
Found = tuple[str, str, str, str, bool]
"""(golden ID, code, attribute, key of a line, whether it is met)"""
DAY = "2026-08-15"
EVER = "9999-12-31"
CODES = {"active", "referring", "line"}
OF = {"resource_to_margin": "employee"}


def reported(hub: Hub, process: str) -> set[Found]:
    """What the hub answers about every golden record that the process is about."""
    found = set()
    for document in golden.export(hub, OF.get(process, "customer")):
        answer = readiness.of_one(hub, document["golden_id"], process, on=DAY)
        for met, items in ((True, answer["present"]), (False, answer["missing"])):
            for one in items:
                if one["code"] in CODES:
                    place = document["golden_id"], one["code"], one["attribute"]
                    found.add((*place, _written(one.get("key", {}).values()), met))
    return found


def expected(hub: Hub, process: str) -> set[Found]:
    """What must be answered."""
    return set(_employees(hub)) if process in OF else set(_customers(hub, process))


def _written(values: Any) -> str:
    return "|".join(map(str, values))


def _employees(hub: Hub) -> Iterator[Found]:
    for one in golden.export(hub, "employee"):
        said, id_ = one["attributes"], one["golden_id"]
        yield id_, "active", "hire_date", "", said.get("hire_date", "") <= DAY
        yield id_, "active", "end_date", "", said.get("end_date", EVER) >= DAY


def _customers(hub: Hub, process: str) -> Iterator[Found]:
    documents, borne = _all(hub)
    needed = {"rate_card": "customer"} | ({"tax_rule": "legal_entity"} if process == "time_to_billing" else {})
    held = {of: _held(documents[of], borne, of) for of in needed}

    def above(id_: str, of: str) -> list[str]:
        chain = [id_]
        while (parent := borne.get(documents[of][chain[-1]]["attributes"].get("parent", ""))) not in {None, *chain}:
            chain.append(str(parent))
        return chain

    for id_ in documents["customer"]:
        customers = above(id_, "customer")
        led = [borne.get(documents["customer"][one]["attributes"].get("legal_entity", "")) for one in customers]
        first = next((one for one in led if one is not None), None)
        entities = [] if first is None else above(first, "legal_entity")
        for of, by in needed.items():
            way = [*(customers if of == "rate_card" else ()), *entities, ""]
            countries = [documents["legal_entity"][one]["attributes"].get("country") for one in entities]
            yield from _lines(id_, f"{of}.{by}", held[of], way, countries if of == "tax_rule" else [])


def _lines(id_: str, by: str, held: dict[str, list[Document]], way: list[str], countries: list[Any]) -> Iterator[Found]:
    cards = []
    for place, holder in enumerate(way):
        country = next((one for one in countries[:place] if one), None)  # farther away only what is of the country
        cards += [card for card in held.get(holder, ()) if country in {None, card["attributes"].get("country")}]
    yield id_, "referring", by, "", bool(cards)
    each = ("role", "currency") if by.startswith("rate_card") else ()
    own = [line for card in held.get(id_, ()) for line in card["attributes"].get("lines", ())]
    keys = {tuple(line.get(name) for name in each) for line in own} or {()}
    lines = [line for card in cards for line in card["attributes"].get("lines", ())]
    for key in keys if cards else ():
        covered = any(
            (line["valid_from"] or "") <= DAY < (line["valid_to"] or EVER)
            and all(value is None or line.get(name) in {value, None} for name, value in zip(each, key, strict=False))
            for line in lines
        )
        yield id_, "line", by, _written(key), covered


def _all(hub: Hub) -> tuple[dict[str, dict[str, Document]], dict[str, str]]:
    """Golden records by type and ID, and the golden ID of every source key."""
    documents, borne = {}, {}
    for of in ("customer", "legal_entity", "rate_card", "tax_rule"):
        documents[of] = {one["golden_id"]: one for one in golden.export(hub, of)}
        for id_, one in documents[of].items():
            borne |= {f"{each['source']}:{of}:{each['source_id']}": id_ for each in one["crosswalk"]}
    return documents, borne


def _held(cards: dict[str, Document], borne: dict[str, str], of: str) -> dict[str, list[Document]]:
    """Whose each card is: of the first of its references that has a value; of nobody where it has none."""
    found: defaultdict[str, list[Document]] = defaultdict(list)
    for card in cards.values():
        names = ("customer", "legal_entity") if of == "rate_card" else ("legal_entity",)
        said = next((card["attributes"][name] for name in names if name in card["attributes"]), None)
        holder = "" if said is None else borne.get(said)
        if holder is not None:
            found[holder].append(card)
    return found
