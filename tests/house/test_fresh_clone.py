"""A person with nothing but Python and make gets a demo hub out of a fresh copy of the repository."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.mark.verify
def test_make_demo_works_in_a_fresh_copy(tmp_path: Path, root: Path, repository_files: list[Path]) -> None:
    for path in repository_files:
        copy = tmp_path / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    # Neither the environment these tests run in, nor its settings, may help.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("MDM_", "VIRTUAL_ENV", "PYTHON"))
    }
    inside = str(root / ".venv" / "bin")
    environment["PATH"] = os.pathsep.join(one for one in environment["PATH"].split(os.pathsep) if one != inside)
    command = ["make", "demo", "SERVE=0"]
    here = {"cwd": tmp_path, "env": environment, "stdin": subprocess.DEVNULL}
    first = subprocess.run(command, **here, capture_output=True, text=True, timeout=600, check=False)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "customer" in first.stdout
    keys = json.loads((tmp_path / "demo" / "keys.json").read_text(encoding="utf-8"))
    assert keys
    again = subprocess.run(["make", "--question", ".venv/core"], cwd=tmp_path, env=environment, check=False)
    assert again.returncode == 0, "nothing has changed, so nothing should be installed again"
