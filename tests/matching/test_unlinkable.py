"""Records that cannot be linked are found, each with its first reason."""

from rowwise import columns, small_model

from matching.block import blocking_keys
from matching.standardise import standardise
from matching.unlinkable import unlinkable

MODEL = small_model(block_on=[["email"], ["country"]], block_cap=2)


def found(*records):
    table = standardise(MODEL, columns(list(records), list(MODEL.attributes)))
    rows, keys = blocking_keys(MODEL, table)
    lonely = unlinkable(MODEL, table, rows=rows, keys=keys)
    return [part.tolist() for part in (lonely.empty, lonely.keyless, lonely.crowded, lonely.vague)]


def test_each_reason_names_its_records():
    whole = {"name": "Acme Trading", "email": ["a@x.example"], "founded": "2001-02-03"}
    german = {"name": "Acme Trading", "country": "DE"}
    records = [{}, {"name": "Acme Trading"}, german, german, german, {"country": "FR"}, whole]
    assert found(*records) == [[0], [1], [2, 3, 4], [5]]


def test_no_records_have_no_reasons():
    assert found() == [[], [], [], []]
