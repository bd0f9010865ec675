"""The laws of resolution as a state machine: Hypothesis chooses what people, sources and workers do next."""

import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from mdm.services.hub import Hub, open_hub
from mdm.settings import Settings
from tests.conftest import emptied_tables
from tests.laws.life import Life, Opened
from tests.laws.replay import Driven

STEPS = 20
"""What happens in an example, beside the dense history it begins with."""


@dataclass(frozen=True, slots=True)
class Tiers:
    """How many examples there are of a database, in parts that run beside each other: (parts, examples of each)."""

    in_test: tuple[int, int]
    in_verify: tuple[int, int]


# An example takes twice as long on PostgreSQL.
SQLITE = Tiers(in_test=(2, 50), in_verify=(20, 100))
POSTGRESQL = Tiers(in_test=(4, 25), in_verify=(40, 50))
ASKED, SOAKED = int(os.environ.get("SOAK_N", "1")), 200
"""How many examples `make soak` is asked for, and how many there are in each of its parts, which are whole."""


def hold(opened: Opened, examples: int, *, part: int) -> None:
    """Run so many examples of the machine: of one part always the same ones."""
    machine = type("Life", (Life,), {"opened": staticmethod(opened)})
    chosen = settings(
        max_examples=examples, stateful_step_count=STEPS, database=None, print_blob=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(seed(part)(machine), settings=chosen)


def both_tiers(tiers: Tiers):  # type: ignore[no-untyped-def]
    """Some parts in `make test`, more in `make verify`; no two have the same examples."""
    (few, small), (many, large) = tiers.in_test, tiers.in_verify
    parts = [(part, small) for part in range(few)]
    longer = [pytest.param(part, large, marks=pytest.mark.verify) for part in range(few, few + many)]
    return pytest.mark.parametrize(("part", "examples"), [*parts, *longer])


@pytest.fixture
def copies(bare_template: Path, tmp_path: Path) -> Opened:
    """Opens a fresh hub in one file, which is put back by copying."""
    begun, path = tmp_path / "begun.db", tmp_path / "hub.db"
    shutil.copyfile(bare_template, begun)
    _begin(open_hub(Settings(database_url=f"sqlite:///{begun}")))

    def opened() -> Hub:
        shutil.copyfile(begun, path)
        return open_hub(Settings(database_url=f"sqlite:///{path}"))

    return opened


class KeptOpen(Hub):
    """A hub whose connections stay for the next: every new one has to learn of all tables and statements again."""

    def close(self) -> None:
        pass


@pytest.fixture
def emptied(bare_postgres_url: str) -> Iterator[Opened]:
    """Gives a hub in the same PostgreSQL database again and again, in which all tables are put back to what they were.

    What stands is removed row by row: a table that is truncated is a new one to every connection.
    """
    _begin(open_hub(Settings(database_url=bare_postgres_url)))
    tables = emptied_tables()
    hub = open_hub(Settings(database_url=bare_postgres_url))
    with psycopg.connect(bare_postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA begun")
        for name in tables:
            connection.execute(f"CREATE TABLE begun.{name} AS TABLE public.{name}")
        begun = [name for name in tables if connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()]  # noqa: S608
        again = "; ".join(
            [f"DELETE FROM public.{name}" for name in tables]  # noqa: S608
            + [f"INSERT INTO public.{name} SELECT * FROM begun.{name}" for name in begun]  # noqa: S608
        )

        def opened() -> Hub:
            connection.execute(again)
            return KeptOpen(hub.settings, hub.database, hub.salt)

        yield opened
    hub.close()


def _begin(hub: Hub) -> None:
    """Put the small world's entity types in force, which takes longer than an example."""
    Driven(hub)
    hub.close()


@both_tiers(SQLITE)
def test_a_hub_in_sqlite_lives_as_the_plain_one(copies: Opened, part: int, examples: int) -> None:
    hold(copies, examples, part=part)


@both_tiers(POSTGRESQL)
def test_a_hub_in_postgresql_lives_as_the_plain_one(emptied: Opened, part: int, examples: int) -> None:
    hold(emptied, examples, part=part)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(ceil(ASKED / SOAKED)))
@pytest.mark.parametrize("database", ["copies", "emptied"], ids=["sqlite", "postgresql"])
def test_it_lives_so_for_as_long_as_you_like(request: pytest.FixtureRequest, database: str, part: int) -> None:
    """Other examples than those of the shorter tiers, and for each SOAK_SEED others."""
    opened: Opened = request.getfixturevalue(database)
    drawn = random.Random(f"{os.environ.get('SOAK_SEED')} {part}").getrandbits(64)
    hold(opened, min(SOAKED, ASKED), part=drawn)
