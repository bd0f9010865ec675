"""How CRM, PSA, ERP and billing write a company down: names, tax ids, phones and addresses."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from mdm.demo import mess
from mdm.demo.copies import Copy
from mdm.demo.registry import Address
from mdm.demo.words import Country, abbreviations, countries

Row = dict[str, object]
SYSTEMS = ("crm", "psa", "erp", "billing")
_LONGEST_ERP_NAME = 40
_PLACEHOLDERS = ("n/a", "pending", "-", "unknown", "000000000")


@dataclass(frozen=True, slots=True)
class Pen:
    """How often a system's users drop the legal form, abbreviate, mistype, lose letters or shout."""

    first_form: float  # the form is spelled as in the register
    other_form: float  # the form is spelled in another way; else it is dropped
    abbreviate: float
    mistype: float
    expand: float
    strip: float
    upper: float


PENS: dict[str, Pen] = {
    "crm": Pen(0.35, 0.25, 0.15, 0.08, 0.05, 0.08, 0.03),
    "psa": Pen(0.35, 0.35, 0.12, 0.07, 0.08, 0.15, 0.02),
    "erp": Pen(0.60, 0.37, 0.06, 0.02, 0.45, 0.40, 0.60),
    "billing": Pen(0.65, 0.28, 0.03, 0.03, 0.12, 0.20, 0.05),
}


def _letters(random: Random, text: str, pen: Pen, *, country: str) -> str:
    chance = random.random()
    if chance < pen.expand:
        text = mess.expanded(text, country)
    elif chance < pen.expand + pen.strip:
        text = mess.stripped(text)
    return text.upper() if random.random() < pen.upper else text


def _form(random: Random, form: tuple[str, ...], pen: Pen) -> str:
    chance = random.random()
    if chance < pen.first_form:
        return form[0]
    if chance >= pen.first_form + pen.other_form:
        return ""
    # Long spellings are for lawyers: most users take a short one.
    return random.choices(form[1:], [1 if len(spelling) > 12 else 5 for spelling in form[1:]])[0]


def with_form(name: str, form: str) -> str:
    """Write the name followed by its legal form; a form that brings its own comma joins without a space."""
    return name + form if form.startswith(",") else f"{name} {form}".strip()


def acronym(name: str, form: str) -> str:
    """Shorten the name to its initials with the legal form: how a few users file a customer."""
    initials = "".join(word[0] for word in name.replace("&", "").split())
    return with_form(initials.upper(), form)


def company_name(random: Random, copy: Copy) -> str:
    """Write the name as the system's users typed it."""
    company, pen = copy.company, PENS[copy.source]
    if not copy.known:
        return acronym(company.name, company.form[0])
    name = company.name
    if copy.clean:
        return with_form(name, company.form[0])
    if random.random() < 0.5:
        name = name.replace(" & ", random.choice((" and ", " + ")) if company.country in {"GB", "US"} else " + ")
    if random.random() < pen.abbreviate:
        name = mess.abbreviated(name, abbreviations("business"))
    if random.random() < pen.mistype and company.kind in {"single", "switchboard"}:
        name = mess.typing_error(random, name)
    name = with_form(name, _form(random, company.form, pen))
    name = _letters(random, name, pen, country=company.country)
    if copy.source == "crm" and random.random() < 0.04:
        name = f"{name} ({company.address.town.name})" if copy.place == "own" else name
    return name[:_LONGEST_ERP_NAME].strip() if copy.source == "erp" else name


def tax_number(source: str, country: str, number: str) -> str:
    """Write a tax id in the system's layout: in groups, with punctuation, or compact."""
    if country == "US":
        return number
    prefix, body = number[:2], number[2:]
    if source == "crm":
        groups = " ".join(body[place : place + 3] for place in range(0, len(body), 3))
        return f"{prefix} {groups}"
    if source == "billing" and country in {"PL", "GB"}:
        cuts = (3, 6, 8) if country == "PL" else (3, 7)
        pieces = [body[start:end] for start, end in zip((0, *cuts), (*cuts, None), strict=True)]
        return f"{prefix} " + ("-" if country == "PL" else " ").join(pieces)
    # Some PSA users type in lower case; which ones must not take a draw from the random numbers.
    return number.lower() if source == "psa" and number[-1] in "37" else number


def placeholder(random: Random) -> str:
    """Type what people type where they must type something."""
    return random.choice(_PLACEHOLDERS)


def phone_number(random: Random, source: str, phone: str) -> str:
    """Write a phone `dial code|national number` in one of the system's layouts."""
    dial, national = phone.split("|")
    digits = national.replace(" ", "")
    trunk = next(land.trunk for land in countries().values() if land.dial == dial)
    spaced = f"+{dial} {national}"
    area, _, rest = national.partition(" ")
    layouts: dict[str, Callable[[], str]] = {
        "crm": lambda: spaced if random.random() < 0.7 else f"+{dial} ({trunk}){national}" if trunk else spaced,
        "psa": lambda: f"{trunk}{area} {rest}".strip() if random.random() < 0.25 else f"+{dial}{digits}",
        "erp": lambda: f"00{dial}{digits}" if dial != "1" else f"+{dial}{digits}",
        "billing": lambda: f"+{dial} {area}-{rest.replace(' ', '')}" if random.random() < 0.5 else spaced,
    }
    return layouts[source]()


def _street(random: Random, source: str, country: Country, address: Address) -> str:
    street = address.street
    if random.random() < {"crm": 0.25, "psa": 0.35, "erp": 0.4, "billing": 0.1}[source]:
        street = mess.abbreviated(street, abbreviations("street"))
    if country.number_first:
        line = f"{address.number}{', ' if country.code == 'FR' and source == 'crm' else ' '}{street}"
    else:
        line = f"{street}{', ' if country.code in {'ES', 'IT', 'PT'} else ' '}{address.number}"
    if source == "crm" and random.random() < 0.1:
        line += ", 3. OG" if country.code == "DE" else ", 2nd Floor" if country.code != "US" else ", Suite 400"
    return line


def _postcode(random: Random, source: str, postcode: str) -> str:
    return postcode.replace(" ", "") if source in {"erp", "psa"} and random.random() < 0.5 else postcode


def _country(random: Random, source: str, country: Country) -> str:
    if source == "crm":
        return country.name
    if source == "billing" and random.random() < 0.2:
        return country.native
    return country.code


def postal_address(random: Random, source: str, code: str, address: Address) -> dict[str, str]:
    """Write the address in the system's layout, in the parts street, city, region, postcode and country."""
    country, pen, town = countries()[code], PENS[source], address.town
    city = random.choice(town.others) if town.others and random.random() < 0.15 else town.name
    parts = {
        "street": _letters(random, _street(random, source, country, address), pen, country=code),
        "city": _letters(random, city, pen, country=code),
        "postcode": _postcode(random, source, address.postcode),
        "country": _country(random, source, country),
    }
    if code == "US" or (source == "crm" and random.random() < 0.4):
        parts["region"] = town.region
    return parts


def mobile_number(random: Random, source: str, phone: str) -> str:
    """Write a person's phone as the system does; HCM, expense and procurement have layouts of their own."""
    dial, national = phone.split("|")
    digits = national.replace(" ", "")
    layouts = {"hcm": f"+{dial} {national}", "expense": f"+{dial}{digits}", "procurement": f"{dial}-{digits}"}
    return layouts.get(source) or phone_number(random, source, phone)
