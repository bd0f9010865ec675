"""A real Chromium before the demo hub: built once, copied and served for each module of tests."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mdm.services.hub import open_hub
from mdm.settings import Settings
from mdm.worker import let_day_pass

MDM = (sys.executable, "-c", "from mdm.cli.app import main; main()")
PASSWORD = "the-desk-in-a-browser"
NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Demo:
    """The demo hub's database, and a key for each role."""

    database: Path
    keys: dict[str, str]


@dataclass(frozen=True, eq=False)
class Desk:
    """A hub that is served, as its browser sees it."""

    url: str
    keys: dict[str, str] = field(hash=False)

    def ask(self, path: str, role: str = "steward") -> Any:
        """What the API answers."""
        answer = httpx2.get(self.url + path, headers={"Authorization": f"Bearer {self.keys[role]}"}, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def decisions(self) -> list[tuple[str, str]]:
        """The task and the verdict of each decision that the steward has made and not taken back, oldest first."""
        found = self.ask("/v1/proposals?proposer=me&status=all&limit=500")["items"]
        return [
            (one["parts"]["task_id"], one["parts"]["verdict"])
            for one in reversed(found)
            if one["action"] == "decide_task" and one["status"] != "withdrawn"
        ]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo hub, as `mdm demo` builds it, on the day of today.

    A server lets the day pass when it starts; a day that passes while somebody decides makes what they look at stale.
    """
    place = tmp_path_factory.mktemp("demo")
    environment = {**os.environ, "MDM_DATABASE_URL": f"sqlite:///{place / 'mdm.db'}"}
    told = subprocess.run(
        [*MDM, "demo", "--no-serve", "--json", "--password", PASSWORD],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    with closing(open_hub(Settings(database_url=environment["MDM_DATABASE_URL"]))) as hub:
        let_day_pass(hub, actor="demo")
    return Demo(place / "mdm.db", json.loads(told.stdout)["keys"])


@pytest.fixture(scope="module")
def desk(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A copy of the demo hub, served."""
    with served(demo, tmp_path_factory.mktemp("desk")) as found:
        yield found


@contextmanager
def served(demo: Demo, folder: Path, *, files: Mapping[str, str] | None = None) -> Iterator[Desk]:
    """A copy of the demo hub in a folder, served; files: what more customers each source sends, as CSV."""
    database = folder / "mdm.db"
    shutil.copyfile(demo.database, database)
    environment = {**os.environ, "MDM_DATABASE_URL": f"sqlite:///{database}"}
    for source, text in (files or {}).items():
        (folder / f"{source}.csv").write_text(text, encoding="utf-8")
        given = (f"{source}.csv", "--source", source, "--type", "customer")
        subprocess.run([*MDM, "ingest", *given], cwd=folder, env=environment, capture_output=True, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [*MDM, "serve", "--port", str(port)], cwd=folder, env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(f"http://127.0.0.1:{port}/readyz", server)
        yield Desk(f"http://127.0.0.1:{port}", demo.keys)
    finally:
        server.terminate()
        server.wait()


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    while server.poll() is None:
        try:
            if httpx2.get(url).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the server ended before it answered")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium as the system has it."""
    from playwright.sync_api import sync_playwright

    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    assert found, "no Chromium here; on Debian and Ubuntu: apt-get install chromium"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])


@pytest.fixture
def page(browser: Any, desk: Desk) -> Iterator[Any]:
    """A page of a steward; whatever its scripts complain about fails the test."""
    with opened(browser, desk) as found:
        yield found


class opened:  # noqa: N801  reads as what it does
    """A page in a context of its own, with the key of a role, or with none (None): `with opened(...) as page`."""

    def __init__(self, browser: Any, desk: Desk, *, role: str | None = "steward", **options: Any) -> None:
        options = {"viewport": {"width": 1366, "height": 768}, "color_scheme": "light", **options}
        headers = {"Authorization": f"Bearer {desk.keys[role]}"} if role else {}
        self.context = browser.new_context(base_url=desk.url, extra_http_headers=headers, **options)
        self.complaints: list[str] = []

    def __enter__(self) -> Any:
        page = self.context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._said)
        return page

    def _said(self, said: Any) -> None:
        """That a decision was refused is an answer, which the page tells; Chromium notes an error all the same."""
        if said.type == "error" and not re.search(r"status of (409|412)", said.text):
            self.complaints.append(said.text)

    def __exit__(self, *raised: object) -> None:
        self.context.close()
        if raised[0] is None:
            assert self.complaints == []
