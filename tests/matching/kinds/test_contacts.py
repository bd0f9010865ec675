"""E-mail addresses, telephone numbers and web addresses."""

import pytest
import tldextract

from matching.kinds import KINDS
from matching.kinds.url import registered_domain


@pytest.mark.parametrize(
    ("level", "one", "other"),
    [
        ("same", "Rosa.Almeida+crm@Gmail.com", "rosaalmeida@googlemail.com"),
        ("same", "Rosa <rosa@lumiere.fr>", "ROSA@LUMIERE.FR"),
        ("close", "rosa.almeida@lumiere.fr", "rosa.almeda@lumiere.fr"),
        ("numbered", "rosa.almeida@lumiere.fr", "rosa.almeida2@lumiere.fr"),
        ("close", "rosa81@gmail.com", "rosa82@gmail.com"),
        ("domain", "4711@lumiere.fr", "52@lumiere.fr"),
        ("domain", "rosa@lumiere.fr", "info@shop.lumiere.fr"),
        ("different", "rosa@gmail.com", "pedro@gmail.com"),
    ],
)
def test_email_addresses_compare_by_user_and_by_the_firms_domain(level: str, one: str, other: str, level_of) -> None:
    assert level_of("email", one, other) == level


def test_a_free_mail_domain_makes_no_key() -> None:
    domain = KINDS["email"].parts["domain"]
    assert list(domain(str(KINDS["email"].standardise("rosa@web.de")))) == []
    assert list(domain(str(KINDS["email"].standardise("rosa@mail.lumiere.co.uk")))) == ["lumiere.co.uk"]


def test_a_text_that_is_no_email_address_is_kept_and_is_no_evidence() -> None:
    assert KINDS["email"].accepts("rosa at lumiere") is None
    assert KINDS["email"].standardise("rosa at lumiere") is None


@pytest.mark.parametrize(
    ("level", "one", "other"),
    [
        ("same", "0746/129433", "+49 746 129433"),
        ("same", "0049746129433", "+49 (0)746 129433"),
        ("same", "(312) 555-0142", "312/555-0142 ext. 7"),
        ("same", "+1 312 555 0142", "1-312-555-0142"),
        ("local", "555-0142", "312-555-0142"),
        ("one_keystroke", "312-555-0142", "312-555-0143"),
        ("different", "+49 746 129433", "+44 746 129433"),
        ("different", "312-555-0142", "773-555-9988"),
    ],
)
def test_telephone_numbers_compare_without_their_format(level: str, one: str, other: str, level_of) -> None:
    assert level_of("phone", one, other) == level


@pytest.mark.parametrize("junk", ["0000000", "1111111", "123", "call reception"])
def test_a_number_nobody_has_is_missing(junk: str) -> None:
    assert KINDS["phone"].standardise(junk) is None


def test_a_number_too_short_for_its_country_does_not_decide() -> None:
    phone = KINDS["phone"]
    assert phone.valid(str(phone.standardise("+49 30 1234567")))
    assert not phone.valid(str(phone.standardise("+33 4455667")))


@pytest.mark.parametrize(
    ("level", "one", "other"),
    [
        ("same", "https://www.lumiere.fr/shop/", "lumiere.fr/shop"),
        ("host", "lumiere.fr/shop", "lumiere.fr"),
        ("domain", "shop.lumiere.co.uk", "lumiere.co.uk"),
        ("different", "lumiere.co.uk", "brandt.co.uk"),
    ],
)
def test_web_addresses_compare_by_site(level: str, one: str, other: str, level_of) -> None:
    assert level_of("url", one, other) == level


def test_the_registered_domain_is_what_the_library_says_below_every_suffix():
    library = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    suffixes = [suffix.lstrip("*!.") for suffix in library.tlds]
    hosts = [f"{before}{suffix}" for suffix in suffixes for before in ("", "a.", "b-1.a.", "co.")]
    unknown = ["acme.example", "a.b.internal", "shop.acme.4", "1.2.3.4"]
    odd = ["acme", "a..b", ".a", "a.", "xn--bcher-kva.de", "acme.co.uk:80"]
    for host in (*hosts, *unknown, *odd):
        assert registered_domain(host) == (
            library(host).top_domain_under_public_suffix or ".".join(host.split(".")[-2:])
        ), host
