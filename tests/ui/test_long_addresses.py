"""How values are written: an address is broken at its joints, and everything stays text."""

import pytest

from stewardship_ui.wording import breakable


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("rosa.bradshaw@mcallisterellison.com", ["rosa", ".bradshaw@", "mcallisterellison", ".com"]),
        ("https://www.brandt-soehne.de/kontakt?ort=kiel",
         ["https://", "www", ".brandt-soehne", ".de", "/kontakt", "?ort", "=kiel"]),
        ("McAllister and Ellison Trading L.L.C.", ["McAllister and Ellison Trading L.L.C."]),
        ("billing_service_items.jsonl.gz", ["billing", "_service", "_items", ".jsonl", ".gz"]),
        ("ann@lees.example, ben@lee.example", ["ann@", "lees", ".example, ben@lee.example"]),
        ("<b>@long.example</b>&co.example", ["&lt;b&gt;@long", ".example&lt;/b&gt;&amp;co", ".example"]),
    ],
)  # fmt: skip
def test_a_long_address_may_be_broken_only_at_its_joints(text: str, lines: list[str]) -> None:
    told = breakable(text).replace('<span class="address">', "").replace("</span>", "")
    assert told.split("<wbr>") == lines


def test_one_of_several_addresses_stays_whole_where_it_fits() -> None:
    told = breakable("ann.lee@firm.example, b@c.de")
    assert told == '<span class="address">ann<wbr>.lee@<wbr>firm<wbr>.example,</span> b@c.de'
