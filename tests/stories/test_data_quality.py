"""Bad data and what becomes of it: refused and mended, ignored, flagged; and the figures that tell, day by day."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from mdm.cli.app import app
from mdm.ingest import Incoming
from mdm.services import resolving
from mdm.services.hub import Hub
from mdm.services.intake import records
from tests.cli.conftest import Mdm, Ran
from tests.conftest import AUTHOR

SUPPLIER = """
entity_type: supplier
id_prefix: sup
attributes:
  name:   {kind: company_name, required: true}
  code:   {kind: code, valid: {pattern: "S-[0-9]{3}", grade: reject}}
  number: {kind: identifier, valid: {pattern: "[0-9]+", grade: ignore}}
  iban:   {kind: iban, valid: {check_digit: true}}
  rating: {kind: number, valid: {range: {min: 1, max: 5}, grade: ignore}}
  entity: {kind: reference, to: legal_entity, valid: {reference_exists: true}}
match: {block_on: [[name], [number]], compare: [name], always: [{same: number}]}
survive: {trust: {erp: 90, crm: 80}}
"""
FILE = """id,name,code,number,iban,rating,entity,modified
1,Alpenblick Catering GmbH,S-001,TEMP1,DE89370400440532013001,9,100,2026-02-01
2,Kestrel Partners Ltd,S-2,TEMP1,DE89370400440532013000,4,,2024-02-01
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


def lineage(mdm: Mdm, source_id: str, attribute: str) -> Any:
    golden_id = mdm("lookup", "erp", "supplier", source_id, "--json").json["golden_id"]
    return mdm("lineage", golden_id, attribute, "--json").json["lineage"][attribute]


def figures(mdm: Mdm, attribute: str, *options: str) -> Any:
    found = mdm("quality", "--type", "supplier", "--source", "erp", "--attribute", attribute, "--json", *options).json
    return found["history"] if options else found["items"][0]


def entity(hub: Hub, mode: Any) -> None:
    attributes: dict[str, object] = {"name": "Alpenblick Catering GmbH"} if mode == "put" else {}
    incoming = Incoming("erp", "legal_entity", "100", attributes, None, None, mode)
    records.put(hub, incoming, author=AUTHOR, wait=True)
    resolving.resolve_all(hub, author=AUTHOR)


def day(hub: Hub, date: str) -> None:
    resolving.tick(hub, date, author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)


def test_bad_values_are_refused_ignored_or_flagged_and_the_figures_tell(mdm: Mdm, hub: Hub) -> None:
    Path("supplier.yaml").write_text(SUPPLIER, encoding="utf-8")
    assert mdm("rules", "apply", "supplier.yaml").code == 0
    Path("suppliers.csv").write_text(FILE, encoding="utf-8")
    ingest = ("ingest", "suppliers.csv", "--source", "erp", "--type", "supplier", "--event-time", "modified")
    assert mdm(*ingest).code == 1

    # refused: named by column, value and rule; mended, and taken
    [row] = mdm("quarantine", "list", "--json").json["items"]
    assert (row["line"], row["column"], row["value"], row["rule"]) == (3, "code", "S-2", "valid.pattern")
    assert mdm("quarantine", "retry", row["id"], "--set", "code=S-0002").code == 1
    assert mdm("quarantine", "retry", row["id"], "--set", "code=S-002").code == 0

    # ignored: no evidence, although both bear the number; it never survives, and lineage says why
    assert mdm("lookup", "erp", "supplier", "1", "--json").json["crosswalk"] == [{"source": "erp", "source_id": "1"}]
    [loser] = lineage(mdm, "1", "rating")["losers"]
    assert (loser["value"], loser["because"]) == ("9", "not valid: range")
    assert "winner" in lineage(mdm, "2", "rating")

    # flagged: it survives and is shown as what it is
    assert lineage(mdm, "1", "iban")["winner"]["flagged"] == ["check_digit"]
    assert "flagged" not in lineage(mdm, "2", "iban")["winner"]
    assert "flagged" in mdm("lineage", mdm("lookup", "erp", "supplier", "1", "--json").json["golden_id"], "iban").out
    assert lineage(mdm, "1", "entity")["winner"]["flagged"] == ["reference_exists"]
    entity(hub, "put")
    assert "flagged" not in lineage(mdm, "1", "entity")["winner"]
    entity(hub, "delete")
    assert lineage(mdm, "1", "entity")["winner"]["flagged"] == ["reference_exists"]

    # the figures, and how they go on from day to day
    assert figures(mdm, "iban")["validity"] == {"count": 1, "of": 2, "basis_points": 5000}
    assert figures(mdm, "number")["validity"]["count"] == 0
    assert figures(mdm, "entity")["completeness"] == {"count": 1, "of": 2, "basis_points": 5000}
    assert figures(mdm, "iban")["timeliness"] is None
    day(hub, "2026-03-01")
    assert figures(mdm, "iban")["timeliness"] == {
        "count": 1, "of": 2, "basis_points": 5000, "dated": 2, "median_age_days": 28,
    }  # fmt: skip
    Path("suppliers.csv").write_text(FILE.replace("013001", "013000").replace("2026-02-01", "2026-03-01"), "utf-8")
    mdm(*ingest)
    day(hub, "2026-03-02")
    history = figures(mdm, "iban", "--since", "2026-03-01")
    assert [(one["tick"], one["validity"]["count"]) for one in history] == [("2026-03-01", 1), ("2026-03-02", 2)]
    assert history[1]["timeliness"]["median_age_days"] == 1
    assert figures(mdm, "iban", "--since", "2026-03-02") == history[1:]
    assert "2026-03-02" in mdm("quality", "--since", "2026-03-01").out

    verified = mdm("rebuild", "--verify", "--json")
    assert (verified.code, verified.json["match"]) == (0, True)
    with hub.database.write() as writer:
        writer.run("UPDATE quality_measure SET valid = valid + 1 WHERE source = 'erp'")
    assert not mdm("rebuild", "--verify", "--json").json["match"]
    assert mdm("rebuild").code == 0
    assert figures(mdm, "iban", "--since", "2026-03-01") == history


def test_new_rules_judge_what_is_there_already(mdm: Mdm, hub: Hub) -> None:
    before = SUPPLIER.replace(""", valid: {pattern: "S-[0-9]{3}", grade: reject}""", "")
    Path("supplier.yaml").write_text(before, encoding="utf-8")
    assert mdm("rules", "apply", "supplier.yaml").code == 0
    Path("suppliers.csv").write_text(FILE, encoding="utf-8")
    assert mdm("ingest", "suppliers.csv", "--source", "erp", "--type", "supplier", "--event-time", "modified").code == 0
    assert "winner" in lineage(mdm, "2", "code")
    Path("supplier.yaml").write_text(SUPPLIER, encoding="utf-8")
    assert mdm("rules", "apply", "supplier.yaml").code == 0
    assert lineage(mdm, "2", "code")["losers"][0]["because"] == "not valid: pattern"
    assert mdm("rebuild", "--verify").code == 0
