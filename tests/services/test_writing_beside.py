"""Others may write while a commit is worked out: what the feed tells and what is found by words, too."""

from collections.abc import Callable
from typing import Any

import pytest

from mdm.ingest import Incoming
from mdm.resolution import events, search_words
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import records
from mdm.services.resolving import tick
from mdm.settings import Settings
from tests.conftest import AUTHOR


@pytest.mark.parametrize("module", [events, search_words], ids=["what is told", "what is found"])
def test_others_may_write_while_it_is_worked_out(
    sqlite_hub: Hub, sqlite_url: str, module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = open_hub(Settings(database_url=sqlite_url))
    days = iter(["2026-01-02"])
    monkeypatch.setattr(module, "work_out", _once_another_has_written(module.work_out, others, days))
    incoming = Incoming("crm", "customer", "1", {"name": "Alpha Consulting GmbH"}, None, None, "put")
    assert records.put(sqlite_hub, incoming, author=AUTHOR, wait=True).resolution == "created"
    assert next(days, None) is None
    others.close()


def _once_another_has_written(work_out: Callable[..., Any], others: Hub, days: Any) -> Callable[..., Any]:
    def worked_out(*given: Any) -> Any:
        for day in days:
            tick(others, day, author=AUTHOR)
        return work_out(*given)

    return worked_out
