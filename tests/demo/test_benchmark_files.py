"""The generators for measurements make the same files everywhere, three records in ten being copies."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "generate.py"


@pytest.mark.parametrize("what", ["customers", "persons", "mixed"])
def test_the_measurement_files_are_the_same_whatever_the_hash_seed(tmp_path: Path, what: str) -> None:
    for seed in ("1", "2"):
        command = [sys.executable, str(SCRIPT), what, "2000", str(tmp_path / seed)]
        subprocess.run(command, check=True, env={"PYTHONHASHSEED": seed}, capture_output=True)
    for name in ("records.csv", "truth.csv"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()
    with (tmp_path / "1" / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = list(csv.DictReader(file))
    things = {line["cluster_id"] for line in truth}
    assert len(truth) == 2000
    assert 0.65 < len(things) / len(truth) < 0.75
