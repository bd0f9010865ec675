"""What a command prints with --json is what HTTP answers the same question with."""

import pytest
from typer.testing import CliRunner

from mdm.cli.app import app

ASKED = [
    (["why", "crm:customer:1", "erp:customer:7"], "/v1/why?left=crm:customer:1&right=erp:customer:7"),
    (["why", "{left}", "{right}"], "/v1/why?left={left}&right={right}"),
    (["codes", "list"], "/v1/code-lists"),
    (["codes", "show", "roles"], "/v1/code-lists/roles"),
    (["key", "list"], "/v1/keys"),
    (["user", "list"], "/v1/users"),
    (["rules", "show"], "/v1/rules"),
    (["rules", "show", "customer"], "/v1/rules/customer"),
    (["rules", "history", "customer"], "/v1/rules/customer/versions"),
]


@pytest.mark.parametrize(("command", "path"), ASKED, ids=lambda one: one if isinstance(one, str) else " ".join(one))
def test_a_command_prints_what_http_answers(server, monkeypatch, command, path):
    monkeypatch.setattr("mdm.services.access.last_used.EVERY", 3_600.0)  # nothing is written between the two
    made = {
        "left": server.put("crm:customer:1", name="Acme GmbH", email=["info@acme.example"])["golden_id"],
        "right": server.put("erp:customer:7", name="Zenith Optics")["golden_id"],
    }
    send = server.as_("admin")
    monkeypatch.setenv("MDM_DATABASE_URL", server.hub.settings.database_url)
    told = send("GET", path.format(**made))
    assert told.status_code == 200, told.text
    printed = CliRunner().invoke(app, [*(part.format(**made) for part in command), "--json"])
    assert printed.exit_code == 0, printed.output
    assert printed.stdout_bytes.rstrip(b"\n") == told.content
