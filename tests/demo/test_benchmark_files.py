"""The generator for measurements makes the same files everywhere, three records in ten being copies."""

import csv
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "generate.py"


def test_the_measurement_files_are_the_same_whatever_the_hash_seed(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        command = [sys.executable, str(SCRIPT), "customers", "2000", str(tmp_path / seed)]
        subprocess.run(command, check=True, env={"PYTHONHASHSEED": seed}, capture_output=True)
    for name in ("records.csv", "truth.csv"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()
    with (tmp_path / "1" / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = list(csv.DictReader(file))
    companies = {line["cluster_id"] for line in truth}
    assert len(truth) == 2000
    assert 0.65 < len(companies) / len(truth) < 0.75
