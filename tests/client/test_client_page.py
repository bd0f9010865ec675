"""The page about the client was run as written."""

import re
from pathlib import Path

import pytest

from tests.client.conftest import Live

CODE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def page() -> str:
    return (Path(__file__).parents[2] / "docs" / "how-to" / "use-the-client.md").read_text(encoding="utf-8")


def test_the_page_about_the_client_was_run_as_written(
    live: Live, page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = CODE.findall(page)
    with live.serving():
        exec("\n".join(blocks), {"__name__": "page", "url": live.url, "key": live.key("admin")})  # noqa: S102
    told = [line for line in capsys.readouterr().out.splitlines() if "[info" not in line]
    assert len(blocks) == 3
    assert told[0].endswith(" created")
    assert told[1] == "['crm:0015g']"
    assert told[2].startswith("not_found ")
    assert told[3:6] == [f"{n} accepted []" for n in range(3)]
    assert told[6].startswith("mdm.golden.created ")
    assert told[-1].startswith("mdm.xref.assigned ")
