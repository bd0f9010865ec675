"""Records that collide often, for Hypothesis."""

from hypothesis import strategies as st

NAMES = [
    "Acme Ltd",
    "ACME Limited",
    "Acme Trading GmbH",
    "Nordwind AG",
    "Nordwind Logistik AG",
    "Zeta",
    None,
    "",
]
TAX_IDS = ["A-1001", "a1001", "B-2002", "B-2003", None]
EMAILS = ["info@acme.example", "INFO@acme.example", "sales@acme.example", "hello@nordwind.example", "junk"]
COUNTRIES = ["DE", "Germany", "FR", None]
DATES = ["2001-02-03", "2001-03-02", "2004-05-06", "not a date", None]

RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(NAMES),
            "tax_id": st.sampled_from(TAX_IDS),
            "email": st.one_of(st.none(), st.lists(st.sampled_from(EMAILS), max_size=3)),
            "country": st.sampled_from(COUNTRIES),
            "founded": st.sampled_from(DATES),
        }
    ),
    max_size=7,
)
