"""The customers' rows in CRM, PSA, ERP and billing."""

from collections.abc import Iterable
from random import Random

from mdm.demo import copies, numbers, systems
from mdm.demo.books import Books, updated
from mdm.demo.companies import Company
from mdm.demo.copies import Copy
from mdm.demo.legal_entities import LegalEntity
from mdm.demo.systems import Row


def _tax_id(random: Random, copy: Copy) -> str | None:
    company, source = copy.company, copy.source
    if copy.tax_id == "missing":
        return None
    if copy.tax_id == "placeholder":
        return systems.placeholder(random)
    if copy.tax_id == "broken":
        return numbers.broken_tax_id(random, company.country, company.tax_id)
    if copy.tax_id == "bare":
        return company.tax_id.replace("-", "") if company.country == "US" else company.tax_id[2:]
    return systems.tax_number(source, company.country, company.tax_id)


def _row(random: Random, copy: Copy) -> Row:
    company, source = copy.company, copy.source
    row: Row = {"name": systems.company_name(random, copy)}
    if tax_id := _tax_id(random, copy):
        row["tax_id"] = tax_id
    if copy.emails:
        shout = source == "erp" and random.random() < 0.3
        row["email"] = [email.upper() if shout else email for email in copy.emails]
    if copy.phone:
        row["phone"] = [systems.phone_number(random, source, company.phone)]
    if copy.place != "missing":
        address = company.address if copy.place == "own" else company.former
        row["address"] = parts = systems.postal_address(random, source, company.country, address)
        if copy.tax_id == "valid" and random.random() < 0.03:
            del parts["street" if random.random() < 0.5 else "postcode"]
    if copy.website:
        row["website"] = random.choice(("https://", "http://", "")) + company.website
    return row


def _contract(random: Random, company: Company, entities: list[LegalEntity]) -> str:
    local = [one.entity for one in entities if one.country == company.country]
    return random.choice(local or [one.entity for one in entities])


def enter(books: Books, companies: Iterable[Company], entities: list[LegalEntity]) -> None:
    """Enter the customers, each under contract with a legal entity of its country where there is one."""
    random = books.random
    planned = [(copy, _contract(random, one, entities)) for one in companies for copy in [copies.copies(random, one)]]
    every = [(copy, contract) for group, contract in planned for copy in group]
    for source in systems.SYSTEMS:
        load = books.open(source, "customer")
        known = books.ids[source, "legal_entity"]
        mine = [(copy, contract) for copy, contract in every if copy.source == source]
        random.shuffle(mine)
        for copy, contract in mine:
            row = _row(random, copy)
            if contract in known and random.random() < 0.92:
                row["legal_entity"] = known[contract]
            row["updated"] = updated(random, years=4 if copy.place == "former" else 0)
            books.write(load, row, copy.company.entity)
