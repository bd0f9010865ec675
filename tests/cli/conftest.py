"""Runs commands in this process against a fresh hub, in a folder of the test's own."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog
from typer.testing import CliRunner

from mdm.cli.app import app

CUSTOMERS = """id,name,tax_id,email,phone,address.street,address.city,address.postcode,address.country
1,Waldsee Medizintechnik AG,DE136695976,info@waldsee.example,+49 89 1234567,Bahnhofstr. 25,München,80313,DE
2,Blackwell Engineering Ltd,,info@blackwell.example,+44 29 2018 0098,91 Queen Street,Cardiff,CF10 2GP,GB
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.out)


Mdm = Callable[..., Ran]


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mdm]:
    """Runs commands where no hub has been set up."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)

    yield _run
    structlog.reset_defaults()  # a command points the log at a stream that is gone now


def _run(*arguments: object, stdin: str | None = None) -> Ran:
    result = CliRunner().invoke(app, [str(one) for one in arguments], input=stdin, prog_name="mdm")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def mdm(bare: Mdm, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Mdm:
    """Runs commands against a fresh hub."""
    monkeypatch.setenv("MDM_DATABASE_URL", sqlite_url)
    return bare


@pytest.fixture(scope="session")
def loaded_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of two sources, and a hub in SQLite that has taken them in."""
    folder = tmp_path_factory.mktemp("loaded")
    shutil.copyfile(sqlite_template, folder / "hub.db")
    (folder / "crm.csv").write_text(CUSTOMERS, encoding="utf-8")
    (folder / "erp.csv").write_text("\n".join(CUSTOMERS.splitlines()[:2]) + "\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MDM_DATABASE_URL", f"sqlite:///{folder / 'hub.db'}")
        for source in ("crm", "erp"):
            assert _run("ingest", f"{source}.csv", "--source", source, "--type", "customer").code == 0
    assert not (folder / "hub.db-wal").exists(), "the template must be whole in one file"
    return folder


@pytest.fixture
def loaded(loaded_template: Path, mdm: Mdm, sqlite_url: str) -> Mdm:
    """Runs commands against a hub in which CRM and ERP know one customer alike, and CRM another one."""
    shutil.copyfile(loaded_template / "hub.db", sqlite_url.removeprefix("sqlite:///"))
    for name in ("crm.csv", "erp.csv"):
        shutil.copyfile(loaded_template / name, name)
    return mdm


@pytest.fixture
def golden_id(loaded: Mdm) -> Callable[[str, str], str]:
    """The golden ID of a customer of a source."""
    return lambda source, source_id: str(loaded("lookup", source, "customer", source_id, "--json").json["golden_id"])
