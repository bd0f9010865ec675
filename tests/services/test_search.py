"""Search: golden records by an ID of any kind, and by the words of their values, misspelled ones too."""

import orjson
import pytest

from mdm.errors import NotFound
from mdm.ingest import Incoming
from mdm.resolution.search_words import words_of
from mdm.services import rebuild
from mdm.services.deciding import decisions
from mdm.services.intake import records
from mdm.services.reading.search import search
from tests.conftest import AUTHOR


def put(hub, key, **attributes):
    source, of, source_id = key.split(":", 2)
    incoming = Incoming(source, of, source_id, attributes, None, None, "put")
    return records.put(hub, incoming, author=AUTHOR, wait=True).golden_id


def found(hub, text, **options):
    return [(one["golden_id"], one["found"]["by"]) for one in search(hub, text, **options)["items"]]


@pytest.fixture
def firm(hub):
    """Three customers and an employee, and their golden IDs."""
    address = {"street": "Bahnhofstr. 25", "city": "München", "country": "DE"}
    return hub, {
        "waldsee": put(
            hub, "crm:customer:0015g", name="Waldsee Medizintechnik AG", tax_id="DE136695976", address=address
        ),
        "walden": put(hub, "erp:customer:100042", name="Walden Consulting Ltd"),
        "omega": put(hub, "psa:customer:P1", name="Omega Médical SARL"),
        "jane": put(hub, "hcm:employee:7", name="Jané Walden", email=["jane.w@example.com"]),
    }


def test_every_word_is_found_by_its_beginning_in_any_spelling_of_its_letters(firm):
    hub, ids = firm
    assert found(hub, "waldsee") == [(ids["waldsee"], "words")]
    assert found(hub, "MEDI")[:2] == [(ids["omega"], "words"), (ids["waldsee"], "words")]
    assert found(hub, "muenchen bahnhofstr") == [(ids["waldsee"], "words")]
    assert {golden for golden, _ in found(hub, "wald")} == {ids["waldsee"], ids["walden"], ids["jane"]}
    assert found(hub, "wald", of="employee") == [(ids["jane"], "words")]


@pytest.mark.parametrize("text", ["Waldse Medizintechnik", "waldesee", "Wladsee Medizintecknik", "walsee med"])
def test_misspelled_words_are_understood(firm, text):
    hub, ids = firm
    assert found(hub, text)[0][0] == ids["waldsee"]


def test_what_says_more_of_the_text_comes_first(firm):
    hub, ids = firm
    assert found(hub, "walden consulting")[:2] == [(ids["walden"], "words"), (ids["jane"], "likeness")]
    assert found(hub, "zzyzx") == []
    assert found(hub, "...") == []


@pytest.mark.parametrize("text", ["DE136695976", "DE 136 695 976", "de-136.695"])
def test_identifiers_are_found_with_and_without_separators(firm, text):
    hub, ids = firm
    assert found(hub, text) == [(ids["waldsee"], "words")]


def test_ids_of_every_kind_are_found(firm):
    hub, ids = firm
    for text in (ids["walden"], "100042", "erp:customer:100042", f"  {ids['walden']} "):
        assert found(hub, text) == [(ids["walden"], "id")]
    assert found(hub, "erp:customer:404") == []
    assert found(hub, ids["walden"], of="employee") == []
    merged = decisions.merge(hub, [ids["waldsee"], ids["walden"]], reason="one owner", author=AUTHOR)
    [(old, new)] = merged.redirects.items()
    [item] = search(hub, old)["items"]
    assert (item["golden_id"], item["status"], item["current_id"]) == (old, "merged", new)


def test_words_are_those_of_what_stands_now(firm):
    hub, ids = firm
    put(hub, "erp:customer:100042", name="Thoreau Consulting Ltd")
    assert found(hub, "thoreau") == [(ids["walden"], "words")]
    assert ids["walden"] not in {golden for golden, _ in found(hub, "walden")}
    records.put(hub, Incoming("erp", "customer", "100042", {}, None, None, "delete"), author=AUTHOR, wait=True)
    assert found(hub, "thoreau") == []
    with hub.database.read() as reader:
        kept = set(reader.rows("SELECT golden, word, attribute FROM search_word"))
        standing = reader.rows(
            "SELECT golden, attributes FROM golden_version WHERE until IS NULL AND attributes IS NOT NULL"
        )
    assert kept == {(golden, *word) for golden, said in standing for word in words_of(orjson.loads(said))}


def test_what_must_not_be_looked_at_finds_nothing(firm):
    hub, ids = firm
    assert found(hub, "jane.w@example.com") == [(ids["jane"], "words")]
    assert found(hub, "jane.w@example.com", without={"employee": ["email", "name"]}) == []
    assert found(hub, "walden", without={"employee": ["name"]}) == [(ids["walden"], "words")]


def test_a_page_is_filled_as_far_as_asked_and_says_that_there_are_more(firm):
    hub, _ = firm
    assert (len(search(hub, "wald", limit=2)["items"]), search(hub, "wald", limit=2)["more"]) == (2, True)
    assert search(hub, "wald", limit=3)["more"] is False


def test_an_unknown_entity_type_is_refused(sqlite_hub):
    with pytest.raises(NotFound, match="customer"):
        search(sqlite_hub, "acme", of="customr")


def test_a_rebuild_finds_words_that_were_tampered_with_and_mends_them(sqlite_hub):
    put(sqlite_hub, "crm:customer:1", name="Waldsee AG")
    with sqlite_hub.database.write() as writer:
        writer.run("UPDATE search_word SET word = 'forged' WHERE word = 'waldsee'")
    assert not rebuild.verify(sqlite_hub).match
    rebuild.rebuild(sqlite_hub)
    assert rebuild.verify(sqlite_hub).match
    assert len(found(sqlite_hub, "waldsee")) == 1


def test_references_and_dated_lines_have_no_words():
    said = {"name": "Acme 24", "parent": "erp:customer:100042", "lines": [{"role": "partner"}], "site": "www.acme.de"}
    assert words_of(said) == {
        ("acme", "name"), ("24", "name"), ("www", "site"), ("acme", "site"), ("de", "site"),
    }  # fmt: skip
    assert words_of({"tax_id": "DE 136 695"}) == {(word, "tax_id") for word in ("de", "136", "695", "de136695")}
