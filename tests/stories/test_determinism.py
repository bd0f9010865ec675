"""The same log gives the same state to the bit, whatever the process's hash seed, time zone or locale."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ELSEWHERE = {"PYTHONHASHSEED": "2", "TZ": "Pacific/Auckland", "LC_ALL": "tr_TR.UTF-8"}
LOAD = """
import sys
from mdm.store import digests
from tests.laws import histories
from tests.laws.replay import AUTHOR, Driven
from mdm.services.hub import open_hub
from mdm.settings import Settings
driven = Driven(open_hub(Settings(database_url=sys.argv[1])))
for number, fact in enumerate(histories.history(11, length=60)):
    driven.put(number, fact)
    if number % 3 == 0:
        driven.settle()
driven.settle()
with driven.hub.database.read() as reader:
    print(digests.state(reader), digests.history(reader))
"""


def digests_of(template: Path, path: Path, **environment: str) -> str:
    """The digests of state and history that a process of its own gets from one history of facts."""
    shutil.copyfile(template, path)
    ran = subprocess.run(
        [sys.executable, "-c", LOAD, f"sqlite:///{path}"],
        env={**os.environ, "PYTHONPATH": os.getcwd(), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.splitlines()[-1]


def test_the_surroundings_of_a_process_change_nothing(sqlite_template: Path, tmp_path: Path) -> None:
    plain = digests_of(sqlite_template, tmp_path / "plain.db", PYTHONHASHSEED="0", TZ="UTC")
    assert digests_of(sqlite_template, tmp_path / "other.db", **ELSEWHERE) == plain
