import gzip
import io

import pytest

from mdm.errors import UnreadableFile
from mdm.ingest import Row, read
from mdm.ingest.read import stem


def rows(content: bytes, file: str) -> list[object]:
    return [one.values if isinstance(one, Row) else one.rule for one in read(file, stream=io.BytesIO(content))]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("c.csv.gz", "id,name\n1,Müller\n"),
        ("C.TSV.GZ", "id\tname\n1\tMüller\n"),
        ("c.jsonl.gz", '{"id": "1", "name": "Müller"}\n'),
        ("-", "id,name\n1,Müller\n"),
        ("-", '{"id": "1", "name": "Müller"}\n'),
    ],
)
def test_every_text_format_is_read_from_gzip(file, text):
    assert rows(gzip.compress(text.encode()), file) == [{"id": "1", "name": "Müller"}]


def test_gzip_of_several_members_is_one_file():
    assert rows(gzip.compress(b"id\n1\n") + gzip.compress(b"2\n"), "c.csv.gz") == [{"id": "1"}, {"id": "2"}]


def test_gzip_that_is_cut_off_is_refused_wherever_the_cut_is():
    whole = gzip.compress(b"id,name\n1,Acme\n")
    for length in range(2, len(whole)):
        with pytest.raises(UnreadableFile, match=r"^c\.csv\.gz: .*(cut off|damaged)"):
            rows(whole[:length], "c.csv.gz")


@pytest.mark.parametrize("place", [3, 12, -6])
def test_damaged_gzip_is_refused(place):
    content = bytearray(gzip.compress(b"id,name\n" + b"1,Acme\n" * 20, mtime=0))
    content[place] ^= 0xFF
    with pytest.raises(UnreadableFile, match=r"^c\.csv\.gz: "):
        rows(bytes(content), "c.csv.gz")


def test_a_file_that_only_claims_to_be_gzip_is_refused():
    with pytest.raises(UnreadableFile, match=r"^c\.csv\.gz: cannot be read as gzip.*Not a gzipped file"):
        rows(b"id,name\n1,Acme\n", "c.csv.gz")
    with pytest.raises(UnreadableFile, match="is empty"):
        rows(b"", "c.csv.gz")


def test_what_expands_too_much_is_refused_in_one_line():
    bomb = gzip.compress(b"a,b\n" * (17 << 20), compresslevel=9)
    with pytest.raises(UnreadableFile, match=r"^c\.csv\.gz: expands to more than 200 times its size") as caught:
        rows(bomb, "c.csv.gz")
    assert "\n" not in caught.value.detail
    with pytest.raises(UnreadableFile, match=r"^standard input: expands to more than 200 times"):
        rows(bomb, "-")


def test_what_expands_beyond_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr("mdm.ingest.gzip.LARGEST", 10)
    with pytest.raises(UnreadableFile, match="expands to more than 10 bytes"):
        rows(gzip.compress(b"id,name\n1,Acme\n"), "c.csv.gz")


def test_gzip_of_no_text_format_is_refused_by_its_name():
    with pytest.raises(UnreadableFile, match=r"no reader for .docx; use .csv.* each also with .gz"):
        rows(gzip.compress(b""), "a.docx.gz")


def test_a_file_is_named_without_its_endings():
    assert [stem(name) for name in ("data/crm.csv.gz", "crm.tsv", "crm.old.csv")] == ["crm", "crm", "crm.old"]
