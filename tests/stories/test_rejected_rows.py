"""A bad file, and what a steward does about it: list, mend one, retry all, discard one; the log tells the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from mdm.cli.app import app
from mdm.services.hub import Hub
from tests.cli.conftest import Mdm, Ran

RATED = """
entity_type: branch
id_prefix: bra
attributes:
  name: {kind: company_name, required: true}
  opened: {kind: date%s}
match: {block_on: [[name]], compare: [name]}
"""


@pytest.fixture
def mdm(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mdm]:
    """Runs commands against each database, in a folder of the story's own."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MDM_DATABASE_URL", hub.settings.database_url)

    def run(*arguments: object, stdin: str | None = None) -> Ran:
        result = CliRunner().invoke(app, [str(one) for one in arguments], input=stdin, prog_name="mdm")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    yield run
    structlog.reset_defaults()  # a command points the log at a stream that is gone now


def test_rejected_rows_are_mended_retried_and_discarded_and_nothing_is_lost(mdm: Mdm) -> None:
    Path("branch.yaml").write_text(RATED % ", required: true", encoding="utf-8")
    assert mdm("rules", "apply", "branch.yaml").code == 0
    Path("branches.csv").write_text(
        "id,name,opened\n1,Leeds,2020-01-31\n2,York,31/31/2020\n3,Hull,\n4,Ripon,\n5,test test,soon\n", encoding="utf-8"
    )
    ingest = ("ingest", "branches.csv", "--source", "crm", "--type", "branch")
    assert mdm(*ingest).code == 1
    york, _, _, test = mdm("quarantine", "list", "--type", "branch", "--json").json["items"]
    assert mdm("quarantine", "retry", york["id"], "--set", "opened=2020-12-31").code == 0
    assert mdm("quarantine", "retry", "--all").code == 1

    Path("branch.yaml").write_text(RATED % "", encoding="utf-8")
    assert mdm("rules", "apply", "branch.yaml").code == 0
    ran = mdm("quarantine", "retry", "--all", "--type", "branch", "--rule", "required")
    assert (ran.code, ran.out) == (0, "Taken: 2; refused again: 0\n")
    assert mdm("quarantine", "discard", test["id"], "--reason", "a test").code == 0

    assert mdm("quarantine", "list", "--json").json["items"] == []
    assert [mdm("lookup", "crm", "branch", str(number)).code for number in range(1, 6)] == [0, 0, 0, 0, 1]
    golden_id = mdm("lookup", "crm", "branch", "2", "--json").json["golden_id"]
    winner = mdm("lineage", golden_id, "opened", "--json").json["lineage"]["opened"]["winner"]
    assert (winner["file"], winner["line"]) == ("branches.csv", york["line"])
    verified = mdm("rebuild", "--verify", "--json")
    assert (verified.code, verified.json["match"], verified.json["records"]) == (0, True, 4)

    mdm(*ingest)
    assert mdm("quarantine", "list", "--json").json["items"] == []
