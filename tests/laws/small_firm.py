"""A firm of sixty source records over all eight shipped types: small enough to be taken in hundreds of times.

Its systems disagree about names, codes and rates, and refer to one another: early, late, to what was deleted, and
to what never comes.
"""

from typing import Any

from mdm.ingest import Incoming

LEGAL_ENTITIES = (
    ("1000", "Norderstein Consulting GmbH", "DE136695976", "DE", None),
    ("2000", "Norderstein Iberia S.L.", "ESB58378431", "ES", "1000"),
    ("3000", "Norderstein Polska sp. z o.o.", "PL8567346215", "PL", "1000"),
)
COST_CENTRES = (
    ("DE-410", "Data Engineering", "1000"),
    ("DE-420", "People & Culture", "1000"),
    ("ES-410", "Data Engineering", "2000"),
    ("PL-430", "Finance", "3000"),
)
CUSTOMERS = (
    ("Brightwater Analytics Ltd", "accounts@brightwater.example", "10969", "1000", ("crm", "erp", "billing")),
    ("Müller & Söhne Maschinenbau GmbH", "einkauf@mueller-soehne.example", "10115", "1000", ("crm", "erp")),
    ("Castellana Seguros S.A.", "compras@castellana.example", "28046", "2000", ("crm", "billing")),
    ("Kestrel Logistics AG", "office@kestrel.example", "80331", "1000", ("crm", "erp", "billing")),
    ("Wisła Handel sp. z o.o.", "biuro@wisla.example", "00-950", "9999", ("crm", "erp")),
)
EMPLOYEES = (
    ("Anna Katharina Lindqvist", "anna.lindqvist@norderstein.example", "1988-04-02", "DE-410", ("hcm", "psa", "expense")),
    ("Robert O'Hara", "robert.ohara@norderstein.example", "1979-11-30", "DE-420", ("hcm", "psa")),
    ("Jesús Ortega Ruiz", "jesus.ortega@norderstein.example", "1991-01-17", "ES-410", ("hcm", "expense")),
    ("Małgorzata Nowak", "malgorzata.nowak@norderstein.example", "1985-07-08", "PL-430", ("hcm", "psa")),
    ("Bob Lindqvist", "bob.lindqvist@norderstein.example", "1990-09-09", "DE-410", ("hcm", "psa")),
)  # fmt: skip
SERVICES = (
    ("SRV-100", "Data platform review", "hours"),
    ("SRV-200", "Payroll migration", "days"),
    ("SRV-300", "Tax compliance check", "fixed price"),
)
TEMPLATES = (("TPL-1", "Data platform in ninety days", "SRV-100"), ("TPL-2", "Payroll go-live", "SRV-200"))
CARDS = (("RC-11", "Brightwater 2026", 0, "EUR"), ("RC-12", "Kestrel 2026", 3, "EUR"), ("RC-13", "Kestrel 2026 USD", 3, "USD"),
         ("RC-14", "Castellana 2026", 2, "EUR"))  # fmt: skip
TAXES = (("VAT19", "VAT standard rate", "1000", "DE", "19"), ("IVA21", "IVA tipo general", "2000", "ES", "21"))
GOLDEN = {
    "legal_entity": 3, "cost_center": 4, "customer": 5, "employee": 5, "service_item": 3, "project_template": 2,
    "rate_card": 4, "tax_rule": 2,
}  # fmt: skip
"""How many things there really are."""
MAPPINGS = (
    {"code_list": "roles", "source": "psa", "map": {"Ber. II": "senior_consultant", "Ber. I": "consultant"}},
    {"code_list": "roles", "source": "hcm", "map": {"P3": "senior_consultant"}},
)


def records() -> list[Incoming]:
    """All sixty, in an order in which everything stands before what refers to it; the last is a tombstone."""
    made = [
        *_legal_entities(), *_cost_centres(), *_customers(), *_employees(), *_services(), *_templates(), *_cards(),
        *_taxes(),
    ]  # fmt: skip
    gone = next(one for one in made if (one.source, one.entity_type) == ("billing", "customer"))
    return [*made, gone._replace(attributes={}, event_time="2026-05-01T00:00:00.000000Z", mode="delete")]


def _record(source: str, of: str, id_: str, day: int, attributes: dict[str, Any]) -> Incoming:
    sent = {name: value for name, value in attributes.items() if value is not None}
    return Incoming(source, of, id_, sent, None, f"2026-01-{day:02}T00:00:00.000000Z", "put")


def _legal_entities() -> list[Incoming]:
    return [
        _record(
            source, "legal_entity", id_, 3,
            {"name": name if source == "erp" else name.upper(), "tax_id": tax_id, "country": country, "parent": parent},
        )
        for id_, name, tax_id, country, parent in LEGAL_ENTITIES
        for source in ("erp", "hcm")
    ]  # fmt: skip


def _cost_centres() -> list[Incoming]:
    return [
        _record(
            source, "cost_center", code, 4,
            {"name": name if source == "erp" else f"{name} ({code[:2]})", "code": code, "legal_entity": owner},
        )
        for code, name, owner in COST_CENTRES
        for source in ("erp", "hcm")
    ]  # fmt: skip


def _customers() -> list[Incoming]:
    return [
        _record(
            source, "customer", f"{source}-{number}", 5 + place,
            {
                "name": name.upper() if source == "billing" else name, "email": [mail],
                "address": {"postcode": postcode, "street": f"Long Street {number}"},
                "legal_entity": owner if source == "erp" else f"erp:legal_entity:{owner}",
            },
        )
        for number, (name, mail, postcode, owner, sources) in enumerate(CUSTOMERS)
        for place, source in enumerate(sources)
    ]  # fmt: skip


def _employees() -> list[Incoming]:
    roles = {"hcm": "P3", "psa": "Ber. II", "expense": "Sr Consultant"}
    return [
        _record(
            source, "employee", f"{source}-{number}", 6 + place,
            {
                "name": name, "email": [mail], "birth_date": born if source != "expense" else None,
                "role": roles[source], "cost_center": unit if source == "hcm" else f"erp:cost_center:{unit}",
                "manager": "hcm-1" if source == "hcm" and number != 1 else None,
            },
        )
        for number, (name, mail, born, unit, sources) in enumerate(EMPLOYEES)
        for place, source in enumerate(sources)
    ]  # fmt: skip


def _services() -> list[Incoming]:
    return [
        _record(source, "service_item", code, 8, {"name": name, "code": code, "unit": unit})
        for code, name, unit in SERVICES
        for source in ("psa", "erp")
    ]


def _templates() -> list[Incoming]:
    return [
        _record(source, "project_template", code, 8, {"name": name, "code": code, "service_item": service})
        for code, name, service in TEMPLATES
        for source in ("psa", "erp")
    ]


def _cards() -> list[Incoming]:
    return [
        _record(
            source, "rate_card", code, 9 + place,
            {
                "name": name, "code": code, "currency": currency, "valid_from": "2026-01-01",
                "customer": f"crm:customer:crm-{customer}", "legal_entity": "erp:legal_entity:1000",
                "lines": _rates(currency, source, 900 + 50 * customer),
            },
        )
        for code, name, customer, currency in CARDS
        for place, source in enumerate(("psa", "erp"))
    ]  # fmt: skip


def _rates(currency: str, source: str, rate: int) -> list[dict[str, Any]]:
    """Two systems agree about the first half of the year only, and one has a line that overlaps its own."""
    role = "Ber. II" if source == "psa" else "senior_consultant"
    same = {"role": role, "currency": currency, "unit": "day"}
    return [
        {**same, "rate": str(rate), "valid_from": "2026-01-01", "valid_to": "2026-07-01"},
        {**same, "rate": str(rate + (40 if source == "psa" else 60)), "valid_from": "2026-07-01", "valid_to": None},
        *([{**same, "rate": str(rate + 5), "valid_from": "2026-03-01", "valid_to": "2026-04-01"}] if source == "psa" else []),
    ]  # fmt: skip


def _taxes() -> list[Incoming]:
    return [
        _record(
            source, "tax_rule", code, 9,
            {
                "name": name, "code": code, "country": country, "tax_type": "output",
                "legal_entity": owner if source == "erp" else f"erp:legal_entity:{owner}",
                "lines": [{"rate": rate, "valid_from": "2021-01-01"}],
            },
        )
        for code, name, owner, country, rate in TAXES
        for source in ("erp", "billing")
    ]  # fmt: skip
