"""Takes pictures of the desk from the demo in a real Chromium: `make screenshots` writes them to docs/pictures."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
PICTURES = HERE / "pictures"
MDM = (sys.executable, "-c", "from mdm.cli.app import main; main()")
PASSWORD = secrets.token_urlsafe(16)
NAMES = ("chromium", "chromium-browser", "google-chrome")
LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


def take() -> None:
    """Build the demo in a folder of its own, serve it, and picture its main pages."""
    with tempfile.TemporaryDirectory() as place, _served(Path(place)) as (url, key), sync_playwright() as playwright:
        chromium = next(path for name in NAMES if (path := shutil.which(name)))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        asked = {"headers": {"Authorization": f"Bearer {key}"}, "timeout": 60}
        pairs = httpx2.get(f"{url}/v1/tasks?type=customer&kind=review&order=doubtful&limit=40", **asked).json()
        pair = f"/task/{max(pairs['items'], key=_telling)['id']}"
        known = httpx2.get(f"{url}/v1/golden-records?type=customer&limit=200", **asked).json()["items"]
        golden = f"/entity/{max(known, key=lambda one: len(one['crosswalk']))['golden_id']}"
        for name, path, size, scheme in (
            ("workbench", pair, LAPTOP, "light"), ("workbench-dark", pair, LAPTOP, "dark"),
            ("queue", "/queue", LAPTOP, "light"), ("home", "/", LAPTOP, "light"), ("phone", pair, PHONE, "light"),
            ("golden-record", golden, LAPTOP, "light"), ("cluster", f"{golden}/cluster", LAPTOP, "light"),
            ("quality", "/quality", LAPTOP, "light"),
        ):  # fmt: skip
            context = browser.new_context(
                viewport=size, color_scheme=scheme, base_url=url, locale="en-GB", timezone_id="Europe/Berlin",
            )  # fmt: skip
            page = context.new_page()
            _sign_in(page)
            _picture(page, path, name)


def _telling(task: dict) -> int:  # type: ignore[type-arg]
    """How much there is to see in a pair: attributes of which something is said."""
    return sum(one["level"] != "missing" for one in task["evidence"]["comparisons"])


def _sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.fill("[name=name]", "steward")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/")


def _picture(page: Page, path: str, name: str) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1_000)
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")
    sys.stdout.write(f"docs/pictures/{name}.png\n")


@contextmanager
def _served(place: Path) -> Iterator[tuple[str, str]]:
    environment = {**os.environ, "MDM_DATABASE_URL": f"sqlite:///{place / 'mdm.db'}"}
    told = subprocess.run(
        [*MDM, "demo", "--no-serve", "--json", "--password", PASSWORD], cwd=place, env=environment, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [*MDM, "serve", "--port", str(port)], cwd=place, env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        while not _answers(url) and server.poll() is None:
            time.sleep(0.1)
        yield url, json.loads(told.stdout)["keys"]["steward"]
    finally:
        server.terminate()
        server.wait()


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/readyz").status_code == 200
    except httpx2.TransportError:
        return False


if __name__ == "__main__":
    take()
