"""A file called "-" is standard output for every command that writes one, and what is said beside it goes elsewhere."""

from pathlib import Path

import pytest

from tests.cli.conftest import Mdm

COMMANDS = [
    (("dedupe", "a.csv", "--type", "customer", "--out", "-"), "record_id,cluster_id\n1,1\n2,2\n"),
    (("why", "crm:customer:1", "crm:customer:2", "--chart", "-"), "<!doctype html>"),
    (("divergence", "--out", "-"), "golden_id,"),
    (("export", "--type", "customer", "-"), '{"'),
]


@pytest.mark.parametrize(("command", "begins"), COMMANDS)
def test_a_dash_is_standard_output_and_the_rest_goes_to_standard_error(
    loaded: Mdm, command: tuple[str, ...], begins: str
) -> None:
    Path("a.csv").write_text("id,name\n1,Anna Meier\n2,Bob Stone\n", encoding="utf-8")
    there = sorted(path.name for path in Path().iterdir())
    ran = loaded(*command)
    assert (ran.code, ran.out[: len(begins)].lower()) == (0, begins.lower())
    assert ran.err
    assert sorted(path.name for path in Path().iterdir()) == there
    both = loaded(*command, "--json")
    assert (both.code, both.out, "standard output holds either" in both.err) == (2, "", True)


def test_a_backup_is_no_stream(loaded: Mdm) -> None:
    ran = loaded("backup", "-")
    assert (ran.code, "give the name of a file" in ran.err) == (1, True)
