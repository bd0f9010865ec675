"""How the generated files are modelled for Splink, by hand: quick rules, six and seven comparisons."""

import splink.comparison_library as cl
from splink import block_on
from splink_model import Model, exact, near

PERSONS = Model(
    prepare="""
        SELECT record_id, clean(given_name) AS given_name, clean(surname) AS surname,
               iso_day(birth_date) AS birth_date,
               clean(street) AS street, clean(postcode) AS postcode, nullif(lower(email), '') AS email,
               right(digits(phone), 8) AS phone
        FROM records""",
    comparisons=[
        near("given_name", 0.92, 0.8),
        near("surname", 0.92, 0.8),
        cl.DateOfBirthComparison("birth_date", input_is_string=True),
        near("street", 0.9),
        exact("email"),
        exact("phone"),
    ],
    block=[
        block_on("given_name", "surname"),
        block_on("birth_date", "surname"),
        block_on("birth_date", "given_name"),
        block_on("postcode", "surname"),
        block_on("email"),
    ],
    train=[block_on("birth_date", "surname"), block_on("email")],
    sure=[block_on("given_name", "surname", "birth_date"), block_on("email")],
)
MIXED = Model(
    prepare="""
        SELECT record_id, sorted_words(name) AS name,
               iso_day(birth_date) AS birth_date,
               clean(street) AS street, clean(postcode) AS postcode, nullif(lower(email), '') AS email,
               right(digits(phone), 8) AS phone, nullif(clean(tax_id), '') AS tax_id
        FROM records""",
    comparisons=[
        near("name", 0.95, 0.88, 0.75),
        cl.DamerauLevenshteinAtThresholds("birth_date", [1, 2]),
        near("street", 0.9),
        exact("postcode"),
        exact("email"),
        exact("phone"),
        exact("tax_id"),
    ],
    block=[
        block_on("name", "postcode"),
        block_on("birth_date", "postcode"),
        block_on("email"),
        block_on("phone"),
        block_on("tax_id"),
    ],
    train=[block_on("name"), block_on("email")],
    sure=[block_on("tax_id"), block_on("name", "birth_date", "postcode"), block_on("email", "phone")],
)
GENERATED = {"persons": PERSONS, "mixed": MIXED}
