"""The program as a user runs it, in this process or in one of its own, and the one line that it says."""

import os
import subprocess
import sys

from typer.testing import CliRunner

from mdm.cli.app import app
from tests.cli.conftest import Ran

PROGRAM = [sys.executable, "-c", "from mdm.cli.app import main; main()"]


def one_line(said: str) -> str:
    """Give back what was said, which is one line of the program's."""
    assert said.startswith("mdm: ")
    assert said.endswith("\n")
    assert said.count("\n") == 1, said
    return said


def in_this_process(*arguments: str) -> Ran:
    """Run the program, which shows nobody a traceback."""
    result = CliRunner().invoke(app, list(arguments), prog_name="mdm")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return Ran(result.exit_code, result.stdout, result.stderr)


def in_a_process(*arguments: str, database: str) -> Ran:
    """Run the program as a user does."""
    environment = {**os.environ, "MDM_DATABASE_URL": database}
    ran = subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, env=environment, check=False)
    return Ran(ran.returncode, ran.stdout, ran.stderr)
