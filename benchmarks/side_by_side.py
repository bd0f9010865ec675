"""Measure us beside Splink and GoldenMatch, in one run: `python benchmarks/side_by_side.py --up-to 100000`.

The labelled sets of MDM_BENCH_DATA (../shared/data if not given; one that is not there is reported as absent), then
generated persons, and persons and companies mixed, of 100,000, 250,000 and 1,000,000 records. The programs alternate,
each in a process of its own.
"""

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from calibration import COLUMNS as RELIABILITY
from calibration import reliability
from generate import generate
from measure import Cost, keep, table
from programs import BASELINE, GOLDENMATCH, OURS, SETTINGS, SPLINK, Data, Outcome, attempt, peers_are_installed

SIZES = (100_000, 250_000, 1_000_000)
GENERATED = ("persons", "mixed")
SPLITS = {"magellan_abt_buy": "test"}
SETS = (
    *("chicago_childcare", "fodors_zagats", "febrl3", "gen_customers_20k", "musicbrainz_20k_5src"),
    *("magellan_abt_buy", "opensanctions_name_bench"),
)
COLUMNS = (
    *("set", "records", "program", "wall s", "CPU s", "peak MB", "precision", "recall", "F1", "B-cubed F1", "said"),
)
RELIABLE = """Of every pair at or above the review threshold, in sets whose truth is complete: how far the match
probability is from the share that is right, on average over pairs (expected calibration error).
"""
Row = tuple[object, ...]


class Run:
    """One measurement, and what has been found so far."""

    def __init__(self, rounds: int, only: Sequence[str], folder: Path) -> None:
        self.rounds, self.only, self.folder = rounds, only, folder
        self.rows: list[Row] = []
        self.walls: dict[tuple[str, str, int], float] = {}
        self.errors: list[Row] = []
        self.reliability: list[Row] = []

    def measure(self, data: Data) -> None:
        """Measure every program on the data; each round begins with another one."""
        programs = [one for one in (OURS, SPLINK, GOLDENMATCH, BASELINE) if one in self.only]
        if data.generated and BASELINE in programs:
            programs.remove(BASELINE)
        count = data.count()
        found: dict[str, list[Outcome]] = {program: [] for program in programs}
        for number in range(self.rounds):
            start = number % len(programs)
            for program in programs[start:] + programs[:start]:
                found[program].append(attempt(program, data, self.folder))
                if program == OURS and number == 0 and found[program][0].figures:
                    self._calibrate(data)
        for program, outcomes in found.items():
            self._note(data, count, program, outcomes)

    def _note(self, data: Data, count: int, program: str, outcomes: list[Outcome]) -> None:
        cost = typical([one.cost for one in outcomes])
        first = outcomes[0]
        pairs, records = (first.figures.get(measure, {}) for measure in ("pairwise", "bcubed"))
        judged = [*(pairs.get(name) for name in ("precision", "recall", "f1")), records.get("f1")]
        figures = ["" if value is None else f"{value:.4f}" for value in judged]  # the last digits tell them apart
        costs = (cost.wall, cost.cpu, round(cost.memory))
        self.rows.append((data.name, count, program, *costs, *figures, first.words))
        if data.generated and first.figures:
            self.walls[data.generated, program, count] = cost.wall

    def _calibrate(self, data: Data) -> None:
        if data.truth.name != "truth.csv":
            return
        found = reliability(self.folder / "pairs.csv", data.truth)
        self.errors.append((data.name, found.pairs, found.error))
        self.reliability += found.rows(data.name)

    def growth(self) -> list[Row]:
        """Give the factors by which wall seconds grew from size to size."""
        sizes = Counter((what, program) for what, program, _ in self.walls)
        known = sorted(one for one, count in sizes.items() if count > 1)
        steps = [(SIZES[0], SIZES[1]), (SIZES[1], SIZES[2]), (SIZES[0], SIZES[2])]
        walls = [[tuple(self.walls.get((*one, size)) for size in step) for step in steps] for one in known]
        return [
            (*one, *(f"{last / first:.1f}" if first and last else "" for first, last in pairs))
            for one, pairs in zip(known, walls, strict=True)
        ]

    def parts(self) -> list[str]:
        """Put the results into Markdown."""
        parts = [SETTINGS + "\n", table(COLUMNS, self.rows)]
        if growth := self.growth():
            steps = ("100,000 to 250,000", "250,000 to 1,000,000", "100,000 to 1,000,000")
            parts += ["## Growth of wall seconds\n", table(("generated", "program", *steps), growth)]
        if self.errors:
            parts += [
                "## Are our probabilities right?\n",
                RELIABLE,
                table(("set", "pairs", "calibration error"), self.errors),
                table(RELIABILITY, self.reliability),
            ]
        return parts


def typical(costs: list[Cost]) -> Cost:
    """Give the median of the rounds' seconds, and the highest memory."""
    return Cost(median(one.wall for one in costs), median(one.cpu for one in costs), max(one.memory for one in costs))


def labelled(names: Sequence[str]) -> Iterator[Data | str]:
    """Give the labelled sets, or words where one is absent."""
    beside = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    everything = Path(os.environ.get("MDM_BENCH_DATA", beside))
    for name in names:
        data = Data(name, everything / name, SPLITS.get(name, ""))
        there = data.records.exists() and data.truth.exists()
        yield data if there else f"{name} is absent: the folder that MDM_BENCH_DATA names has no {name}/records.csv.\n"


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sets", nargs="*", default=list(SETS), help=f"which, or none, of: {', '.join(SETS)}")
    parser.add_argument("--up-to", type=int, default=SIZES[0], help="the most generated records; 0 for none")
    parser.add_argument("--rounds", type=int, default=1, help="how often each is run; the median counts")
    parser.add_argument("--only", nargs="*", default=[OURS, SPLINK, GOLDENMATCH, BASELINE], help="which programs")
    parser.add_argument("--date", help="keep the result in benchmarks/results under this date")
    arguments = parser.parse_args()
    if unknown := set(arguments.sets) - set(SETS):
        parser.error(f"no set {', '.join(sorted(unknown))}; there are: {', '.join(SETS)}")
    if not peers_are_installed():
        raise SystemExit(1)
    with tempfile.TemporaryDirectory(prefix="mdm-bench-") as name:
        if arguments.sets:
            run = Run(arguments.rounds, arguments.only, Path(name))
            absent = [words for data in labelled(arguments.sets) if (words := measure(run, data))]
            keep("side_by_side", "Side by side on labelled sets", [*run.parts(), *absent], date=arguments.date)
        if arguments.up_to:
            run = Run(arguments.rounds, arguments.only, Path(name))
            for what in GENERATED:
                for size in [one for one in SIZES if one <= arguments.up_to] or [arguments.up_to]:
                    generate(size, Path(name) / what, what=what)
                    run.measure(Data(f"generated {what}", Path(name) / what, generated=what))
            keep("side_by_side_generated", "Side by side on generated records", run.parts(), date=arguments.date)


def measure(run: Run, data: Data | str) -> str:
    """Measure a set, or give the words that say it is absent."""
    if isinstance(data, str):
        return data
    run.measure(data)
    return ""


if __name__ == "__main__":
    main()
