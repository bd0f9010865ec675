"""The programs that are measured side by side: ours, two peers, and a naive baseline."""

import csv
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from measure import MDM, REFUSED_ROWS, Cost, mdm, run

PEERS = Path(__file__).with_name("peers")
PEERS_PYTHON = Path(__file__).parents[1] / ".venv-bench" / "bin" / "python"
OURS, SPLINK, GOLDENMATCH, BASELINE = "mdm dedupe", "Splink", "GoldenMatch", "3-gram TF-IDF"
SETTINGS = f"""Settings:

- {OURS}: the file and nothing else.
- {SPLINK} 5: modelled by hand for each set (`benchmarks/peers/splink_labelled.py`, `splink_generated.py`): columns
  cleaned, blocking rules, comparisons of its library with term frequencies, u from a million random pairs, EM on two
  blocking rules, clusters at .95.
- {GOLDENMATCH} 3: the file and nothing else, up to 100,000 records. Above that it refuses to configure itself, and is
  given the configuration it chooses for the first 100,000. It starts without memory of earlier runs.
- {BASELINE}: cosine of character 3-grams, ten nearest, at the threshold that the truth likes best: what no user has.
  Labelled sets only.

Peak memory is that of a program and all processes it started, pages they share counted once. Precision, recall and F1
are of pairs in clusters, of labelled pairs where a set has only those. Seconds include starting the program and reading
the file."""


@dataclass(frozen=True, slots=True)
class Data:
    """What is to be deduplicated, and the truth about it."""

    name: str
    folder: Path
    split: str = ""
    generated: str = ""

    @property
    def records(self) -> Path:
        """The file to deduplicate."""
        return self.folder / "records.csv"

    @property
    def truth(self) -> Path:
        """Clusters, or labelled pairs."""
        whole = self.folder / "truth.csv"
        return whole if whole.exists() else self.folder / "pairs.csv"

    def count(self) -> int:
        """How many records there are."""
        with self.records.open(encoding="utf-8", newline="") as file:
            return sum(1 for _ in csv.reader(file)) - 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a program found, what that cost, and what is to be said about it; no figures where it failed."""

    cost: Cost
    figures: dict[str, dict[str, float]]
    words: str


def attempt(program: str, data: Data, folder: Path) -> Outcome:
    """Run a program on the data, in a process of its own, and judge the clusters it writes."""
    clusters = folder / "clusters.csv"
    clusters.unlink(missing_ok=True)
    (folder / "home").mkdir(exist_ok=True)
    home = folder / "home" / str(len(list((folder / "home").iterdir())))
    home.mkdir()
    # A home of its own, because GoldenMatch remembers there what it chose before.
    environment = {"HOME": str(home)} if program == GOLDENMATCH else {}
    ran = run(command(program, data, clusters, folder), environment)
    if ran.code not in ({0, REFUSED_ROWS} if program == OURS else {0}) or not clusters.exists():
        said = [line.strip() for line in ran.complaint.splitlines() if line.strip()]
        return Outcome(ran.cost, {}, f"{'refused' if ran.code == 1 else f'ended with {ran.code}'}: {reason(said)}")
    split = ("--split", data.split) if data.split else ()
    judged = mdm("evaluate", clusters, data.truth, *split)[0]
    figures = {measure: judged[measure] for measure in ("pairwise", "bcubed") if measure in judged}
    return Outcome(ran.cost, figures, said_by(program, ran.out))


def command(program: str, data: Data, clusters: Path, folder: Path) -> list[str]:
    """Give the command that runs the program."""
    if program == OURS:
        return [
            *MDM,
            "dedupe",
            str(data.records),
            "--out",
            str(clusters),
            "--pairs",
            str(folder / "pairs.csv"),
            "--json",
        ]
    script = {SPLINK: "splink_run.py", GOLDENMATCH: "goldenmatch_run.py", BASELINE: "tfidf_run.py"}[program]
    start = [str(PEERS_PYTHON), str(PEERS / script)]
    if program == SPLINK:
        return [*start, data.generated or data.name, str(data.records), str(clusters)]
    if program == BASELINE:
        return [*start, str(data.records), str(clusters), str(data.truth), *([data.split] if data.split else [])]
    return [*start, str(data.records), str(clusters)]


def reason(said: list[str]) -> str:
    """Shorten what a program complained about to what fits into a cell."""
    last = said[-1] if said else "it said nothing"
    return (last if len(last) <= 160 else f"{last[:160]} ...").replace("|", "/")


def said_by(program: str, out: bytes) -> str:
    """Give what a peer says about its run; ours prints counts instead."""
    if program == OURS:
        return ""
    lines = [line for line in out.decode("utf-8", "replace").splitlines() if line.startswith("{")]
    return str(json.loads(lines[-1]).get("words", "")) if lines else ""


def peers_are_installed() -> bool:
    """Say whether the peers' environment is there; complain if not."""
    if PEERS_PYTHON.exists():
        return True
    print("The peers are not installed: make .venv-bench/ready", file=sys.stderr)
    return False
