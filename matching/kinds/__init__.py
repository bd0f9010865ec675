"""The kinds of values: one module each, found by name in `KINDS`."""

from matching.kinds import (
    address,
    birth_date,
    boolean,
    category,
    code,
    company_name,
    country,
    currency,
    date,
    email,
    iban,
    identifier,
    lei,
    lines,
    money,
    name,
    nearness,
    number,
    person_name,
    phone,
    reference,
    tax_id,
    text,
    url,
    vat,
    wording,
)
from matching.kinds.kind import Kind, Level

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        person_name.KIND,
        company_name.KIND,
        name.KIND,
        email.KIND,
        phone.KIND,
        address.KIND,
        date.KIND,
        birth_date.KIND,
        identifier.KIND,
        tax_id.KIND,
        vat.KIND,
        lei.KIND,
        iban.KIND,
        url.KIND,
        country.KIND,
        currency.KIND,
        code.KIND,
        money.KIND,
        number.KIND,
        text.KIND,
        category.KIND,
        boolean.KIND,
        reference.KIND,
        lines.KIND,
        nearness.KIND,
        wording.KIND,
    )
}

__all__ = ["KINDS", "Kind", "Level"]
