"""Bad input, from the command line and over HTTP: one clear line, nothing half-written, rejected rows kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi.testclient import TestClient
from sqlmodel import SQLModel

from mdm.api.app import create_app
from mdm.services import rebuild
from mdm.services.access import keys
from mdm.services.hub import Hub
from tests.cli.conftest import Ran
from tests.conftest import AUTHOR
from tests.stories.program import in_this_process, one_line

RECORD = "/v1/source-records/crm/customer/1"
BATCH = "/v1/source-records:batch"
GOOD, ALSO_GOOD = "1,Waldsee Medizintechnik AG,DE136695976", "9,Blackwell Engineering Ltd,"
PERSON = """
entity_type: person
id_prefix: per
attributes:
  name: {kind: person_name, required: true}
  born: {kind: date}
match: {block_on: [[name]], compare: [name, born]}
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """A hub, its command line, its HTTP, and a look at everything that is in its tables."""

    hub: Hub
    http: TestClient
    key: str

    def mdm(self, *arguments: str) -> Ran:
        """Run a command in this process."""
        return in_this_process(*arguments)

    def contents(self) -> dict[str, list[Any]]:
        """Every row of every table."""
        with self.hub.database.read() as reader:
            tables = {name: f'SELECT * FROM "{name}"' for name in SQLModel.metadata.tables}  # noqa: S608  our own names
            return {name: sorted(map(repr, reader.rows(query))) for name, query in tables.items()}

    def refused(self, *arguments: str) -> str:
        """Run a command that must be refused whole; returns the one line it says."""
        before = self.contents()
        ran = self.mdm(*arguments)
        assert (ran.code, ran.out) == (1, "")
        assert self.contents() == before
        return one_line(ran.err)

    def refused_file(self, content: bytes | str, *, name: str = "customers.csv", **options: str) -> str:
        """Ingest a file that must be refused whole; returns the one line it says."""
        Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
        return self.refused("ingest", name, "--source", "crm", "--type", options.get("entity_type", "customer"))

    def kept(self, content: str, *arguments: str, name: str = "customers.csv") -> dict[str, Any]:
        """Ingest a file of which one row must be refused; returns that row as quarantine has it."""
        Path(name).write_bytes(content.encode())
        ran = self.mdm("ingest", name, "--source", "crm", "--json", *(arguments or ("--type", "customer")))
        (summary,) = ran.json["files"]
        assert (ran.code, summary["accepted"], summary["quarantined"]) == (1, summary["rows"] - 1, 1)
        assert "were refused and kept: see `mdm quarantine list`" in one_line(ran.err)
        (row,) = self.mdm("quarantine", "list", "--json").json["items"]
        assert (row["file"], row["source"], row["status"], row["batch"]) == (name, "crm", "open", summary["batch"])
        assert self.mdm("lookup", "crm", row["entity_type"], "1", "--json").json["status"] == "active"
        with self.hub.database.read() as reader:
            assert reader.one("SELECT count(*) FROM log WHERE kind = 'record'") == (summary["accepted"],)
        return {part: row[part] for part in ("line", "column", "value", "rule", "raw")}

    def send(self, method: str, path: str, **options: Any) -> Any:
        """Send a request as an admin."""
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        return self.http.request(method, path, headers=headers, **options)

    def problem(self, status: int, method: str, path: str, **options: Any) -> dict[str, Any]:
        """Send a request that must be refused whole; returns the problem."""
        before = self.contents()
        answer = self.send(method, path, **options)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.text
        assert self.contents() == before
        document: dict[str, Any] = answer.json()
        assert document["detail"]
        return document


@pytest.fixture
def desk(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk over each database; when the story is over, what stands is what the log gives."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MDM_DATABASE_URL", hub.settings.database_url)
    with TestClient(create_app(hub.settings), raise_server_exceptions=False) as http:
        yield Desk(hub, http, keys.create(hub, role="admin", author=AUTHOR)["key"])
    structlog.reset_defaults()  # a command points the log at a stream that is gone now
    assert rebuild.verify(hub).match


def batch_of(desk: Desk, *items: dict[str, Any]) -> list[dict[str, Any]]:
    answer = desk.send("POST", BATCH, json=[{"source": "crm", "entity_type": "customer", **item} for item in items])
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json()["items"]
    return told


def pointers(problem: dict[str, Any]) -> list[str]:
    return [error["pointer"] for error in problem["errors"]]


def test_a_file_whose_encoding_cannot_be_told_is_refused_and_taken_once_it_is_named(desk: Desk) -> None:
    content = f"id,name\n{GOOD[:4]}\n2,Peña Hermanos\n".encode("cp1252")
    said = desk.refused_file(content)
    assert "customers.csv: line 3: byte" in said
    assert "is not UTF-8" in said
    assert "--encoding cp1252" in said
    named = ("ingest", "customers.csv", "--source", "crm", "--type", "customer", "--encoding", "cp1252", "--json")
    assert desk.mdm(*named).json["files"][0]["accepted"] == 2


def test_a_body_in_another_encoding_is_refused(desk: Desk) -> None:
    body = '{"attributes": {"name": "Müller GmbH"}}'.encode("cp1252")
    json = {"Content-Type": "application/json"}
    assert desk.problem(422, "PUT", RECORD, content=body, headers=json)["errors"]
    assert "JSON" in desk.problem(422, "POST", BATCH, content=b"[" + body + b"]", headers=json)["detail"]


def test_a_ragged_row_is_kept_and_the_others_are_taken(desk: Desk) -> None:
    ragged = "2,Ragged Ltd,GB434031494,too,many\n"
    assert desk.kept(f"id,name,tax_id\n{GOOD}\n{ragged}{ALSO_GOOD}\n") == {
        "line": 3, "column": None, "value": None, "rule": "ragged_row", "raw": ragged,
    }  # fmt: skip


def test_a_header_with_a_name_twice_is_refused(desk: Desk) -> None:
    said = desk.refused_file("id,name,tax_id,name\n1,a,b,c\n")
    assert "customers.csv: columns 2 and 4 are both named 'name'; rename or take out one" in said


def test_an_empty_file_is_refused_and_so_is_an_empty_body(desk: Desk) -> None:
    for nothing in (b"", b"\n \r\n", b"\xef\xbb\xbf"):
        assert "customers.csv is empty: a header line with column names is expected" in desk.refused_file(nothing)
    desk.problem(422, "PUT", RECORD, content=b"", headers={"Content-Type": "application/json"})


def test_an_unknown_entity_type_is_refused_with_the_nearest(desk: Desk) -> None:
    said = desk.refused_file(f"id,name,tax_id\n{GOOD}\n", entity_type="custmer")
    assert "there is no entity type 'custmer'; did you mean 'customer'?" in said
    path = RECORD.replace("customer", "custmer")
    assert "customer" in desk.problem(404, "PUT", path, json={"attributes": {"name": "Acme"}})["detail"]


def test_an_unknown_attribute_is_refused_with_the_nearest(desk: Desk) -> None:
    said = desk.refused_file(f"id,name,taxid\n{GOOD}\n")
    assert "customers.csv: column 'taxid' is no attribute of customer; the nearest is 'tax_id'" in said
    problem = desk.problem(422, "PUT", RECORD, json={"attributes": {"name": "Acme", "taxid": "1"}})
    assert pointers(problem) == ["/attributes/taxid"]
    assert "tax_id" in problem["detail"]


def test_a_line_with_an_unknown_attribute_is_kept_and_the_others_are_taken(desk: Desk) -> None:
    wrong = '{"id": 2, "name": "Acme Ltd", "taxid": "1"}\n'
    content = '{"id": 1, "name": "Waldsee AG"}\n' + wrong
    assert desk.kept(content, "--type", "customer", name="customers.jsonl") == {
        "line": 2, "column": "taxid", "value": "taxid", "rule": "unknown_attribute", "raw": wrong,
    }  # fmt: skip


def test_a_date_that_cannot_be_read_is_kept(desk: Desk) -> None:
    Path("person.yaml").write_text(PERSON, encoding="utf-8")
    assert desk.mdm("rules", "apply", "person.yaml").code == 0
    wrong = "2,Ann Lee,31/31/2020\n"
    content = f"id,name,born\n1,Ann Lee,1980-02-29\n{wrong}"
    assert desk.kept(content, "--type", "person", name="people.csv") == {
        "line": 3, "column": "born", "value": "31/31/2020", "rule": "date", "raw": wrong,
    }  # fmt: skip
    path = "/v1/source-records/crm/person/2"
    problem = desk.problem(422, "PUT", path, json={"attributes": {"name": "Ann Lee", "born": "31/31/2020"}})
    assert pointers(problem) == ["/attributes/born"]


def test_an_event_time_that_cannot_be_read_is_kept(desk: Desk) -> None:
    wrong = "2,Acme Ltd,yesterday\n"
    content = f"id,name,updated\n1,Waldsee AG,2026-01-31T08:00:00Z\n{wrong}"
    assert desk.kept(content, "--type", "customer", "--event-time", "updated") == {
        "line": 3, "column": "updated", "value": "yesterday", "rule": "event_time", "raw": wrong,
    }  # fmt: skip
    body = {"attributes": {"name": "Acme"}, "event_time": "yesterday"}
    assert pointers(desk.problem(422, "PUT", RECORD, json=body)) == ["/event_time"]


def test_a_field_of_a_megabyte_is_kept_whole_and_not_taken(desk: Desk) -> None:
    long = f"2,{'a' * 1_000_000},\n"
    assert desk.kept(f"id,name,tax_id\n{GOOD}\n{long}{ALSO_GOOD}\n") == {
        "line": 3, "column": "name", "value": None, "rule": "text_too_long", "raw": long,
    }  # fmt: skip
    problem = desk.problem(422, "PUT", RECORD, json={"attributes": {"name": "a" * 1_000_000}})
    assert pointers(problem) == ["/attributes/name"]
    assert len(str(problem)) < 1_000


def test_a_cell_with_a_nul_byte_is_kept_and_not_taken(desk: Desk) -> None:
    assert desk.kept(f"id,name,tax_id\n{GOOD}\n2,Acme\0 Ltd,\n{ALSO_GOOD}\n") == {
        "line": 3, "column": "name", "value": None, "rule": "nul_byte", "raw": "2,Acme\\x00 Ltd,\n",
    }  # fmt: skip


def test_nul_bytes_in_a_header_an_address_or_a_body_are_refused(desk: Desk) -> None:
    assert "NUL" in desk.refused_file("id,na\0me\n1,Acme\n")
    assert "NUL" in desk.problem(400, "PUT", RECORD + "%00", json={"attributes": {"name": "Acme"}})["detail"]
    problem = desk.problem(422, "PUT", RECORD, json={"attributes": {"name": "A\0B"}})
    assert pointers(problem) == ["/attributes/name"]


def test_a_row_without_its_id_is_kept(desk: Desk) -> None:
    wrong = ",Nameless Ltd,\n"
    assert desk.kept(f"id,name,tax_id\n{GOOD}\n{wrong}{ALSO_GOOD}\n") == {
        "line": 3, "column": "id", "value": "", "rule": "missing_id", "raw": wrong,
    }  # fmt: skip


def test_a_file_without_an_id_column_is_refused_and_names_the_columns(desk: Desk) -> None:
    said = desk.refused_file("account,name\n1,Acme\n")
    assert "name it with --id" in said
    assert "the columns are account, name" in said


def test_an_item_without_its_id_is_kept_and_the_others_are_taken(desk: Desk) -> None:
    good = {"source_id": "1", "attributes": {"name": "Acme Ltd"}}
    told = batch_of(desk, good, {"attributes": {"name": "A"}}, {"source_id": " ", "attributes": {"name": "B"}})
    assert [one["status"] for one in told] == ["accepted", "quarantined", "quarantined"]
    assert [one["errors"][0]["pointer"] for one in told[1:]] == ["/source_id", "/source_id"]
    rows = desk.send("GET", "/v1/quarantine").json()["items"]
    assert sorted((row["file"], row["line"], row["column"]) for row in rows) == [
        ("request", 2, "source_id"), ("request", 3, "source_id"),
    ]  # fmt: skip


def test_an_id_twice_in_a_file_with_different_content_keeps_the_first_and_the_other_row_apart(desk: Desk) -> None:
    wrong = "1,Another Company Ltd,\n"
    same = f"{GOOD}\n"
    content = f"id,name,tax_id\n{GOOD}\n{wrong}{ALSO_GOOD}\n"
    assert desk.kept(content) == {
        "line": 3, "column": "id", "value": "1", "rule": "duplicate_id", "raw": wrong,
    }  # fmt: skip
    golden_id = desk.mdm("lookup", "crm", "customer", "1", "--json").json["golden_id"]
    assert desk.mdm("golden", golden_id, "--json").json["attributes"]["name"] == "Waldsee Medizintechnik AG"
    Path("customers.csv").write_text(f"id,name,tax_id\n{same}{same}", encoding="utf-8")
    assert desk.mdm("ingest", "customers.csv", "--source", "crm", "--type", "customer").code == 0


def test_one_version_with_two_contents_is_refused(desk: Desk) -> None:
    first = {"attributes": {"name": "Acme Ltd"}, "version": 7}
    assert desk.send("PUT", RECORD + "?wait=resolved", json=first).status_code == 200
    problem = desk.problem(422, "PUT", RECORD, json={"attributes": {"name": "Ajax Ltd"}, "version": 7})
    assert "version 7" in problem["detail"]


def test_rules_with_an_unknown_key_are_refused_with_the_nearest(desk: Desk) -> None:
    wrong = PERSON.replace("required:", "requierd:")
    Path("person.yaml").write_text(wrong, encoding="utf-8")
    for command in ("check", "apply"):
        said = desk.refused("rules", command, "person.yaml")
        assert "person.yaml: /attributes/name/requierd: unknown key 'requierd'; the nearest is 'required'" in said
    problem = desk.problem(422, "POST", "/v1/rules:apply", json={"document": wrong})
    assert pointers(problem) == ["/attributes/name/requierd"]
    assert "'required'" in problem["detail"]
