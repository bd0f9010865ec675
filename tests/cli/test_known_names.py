"""Commands that are narrowed by entity type, source or attribute: a name that is none is refused, with the nearest."""

import pytest
from typer.main import get_command

from mdm.cli.app import app

SLIPS = {"--type": "custmer", "--source": "crmm", "--attribute": "tax_idd", "--list": "role"}
NEAREST = {"--type": "customer", "--source": "crm", "--attribute": "tax_id"}
# What these name may be new, or is checked only once there is a file.
FREE = {("ingest", "--type"), ("ingest", "--source"), ("find", "--source"), ("key create", "--source")}
PASSWORD = "correct horse battery staple\n" * 2
NEEDED = {
    "search": ["Waldsee"], "export": ["out.csv"], "dedupe": ["crm.csv"],
    "readiness": ["quote_to_project"], "key create": ["--role", "reader"], "user add": ["anna", "--role", "reader"],
    "tasks decide-many": ["--verdict", "same", "--reason", "sure"], "quarantine retry": ["--all"],
    "rules train": ["crm.csv"],
}  # fmt: skip


def leaves(command, path=()):
    for name, inner in getattr(command, "commands", {}).items():
        yield from leaves(inner, (*path, name))
    if not hasattr(command, "commands"):
        yield " ".join(path), command


ASKED = sorted(
    (command, option)
    for command, found in leaves(get_command(app))
    for parameter in found.params
    for option in parameter.opts
    if option in SLIPS and (command, option) not in FREE
)


@pytest.mark.parametrize(("command", "option"), ASKED)
def test_a_name_that_is_none_is_refused_and_the_nearest_is_named(loaded, golden_id, command, option):
    needed = NEEDED.get(command, [])
    if command in {"relations", "hierarchy show"}:
        needed = [golden_id("crm", "1")]
    if command == "user narrow":
        loaded("user", "add", "anna", "--role", "reader", stdin=PASSWORD)
        needed = ["anna"]
    ran = loaded(*command.split(), *needed, option, SLIPS[option], stdin=PASSWORD)
    assert ran.code == 1, ran.out
    assert SLIPS[option] in ran.err
    assert repr(NEAREST.get(option, "")) in ran.err or option == "--list" or command.startswith("hierarchy"), ran.err
