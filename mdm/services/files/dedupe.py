"""Deduplicate files without a hub: one pass of the pipeline over whole columns, clusters out."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import numpy as np

from matching import score
from matching.columns import Rows
from matching.copies import copies_of
from matching.rules import MatchModel
from mdm.entity_types import EntityType, hint, parse, shipped
from mdm.errors import InvalidInput, NotFound, UnreadableFile
from mdm.ingest.evidence import Records, read_records
from mdm.ingest.header import like_data
from mdm.ingest.rows import Rejected
from mdm.ingest.table import Columns, read_columns
from mdm.ingest.wanted import Wanted
from mdm.services.files.dedupe_clusters import Edges, clusters_of, linked, who_is
from mdm.services.files.dedupe_files import write_clusters, write_golden, write_model, write_pairs
from mdm.services.files.dedupe_pairs import pairs_to_compare
from mdm.services.files.dedupe_stages import scored, standardised
from mdm.services.files.inferring import Understood, understand
from mdm.services.uncollected import uncollected
from mdm.services.whole_files import check_outputs

Result = TypeVar("Result")

SUSPICIOUS, SUSPICIOUS_SHARE = 50, 0.01
"""A cluster of more records than this, and than this share of all, is seldom one thing."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """The files to write; None leaves one out."""

    clusters: str | None = None
    pairs: str | None = None
    golden: str | None = None
    model: str | None = None
    report: str | None = None

    @property
    def files(self) -> list[str]:
        """The files that are asked for."""
        return [file for file in (self.clusters, self.pairs, self.golden, self.model, self.report) if file is not None]

    @property
    def show_values(self) -> bool:
        """Whether one of the files shows values of records as they came."""
        return self.golden is not None or self.report is not None


@dataclass(frozen=True, slots=True)
class Job:
    """What to deduplicate: files, and the entity type by its name (`entity_type`) or in a file (`rules`)."""

    files: tuple[str, ...]
    entity_type: str | None = None
    rules: str | None = None
    wanted: Wanted = field(default_factory=Wanted)
    link_only: bool = False
    outputs: Outputs = field(default_factory=Outputs)


@dataclass(slots=True)
class Report:
    """What came out: counts, wall seconds of each stage, the rules used, and the rows that were not taken.

    `warnings` say in words where the model fits badly.
    """

    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    model: dict[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def json(self) -> dict[str, object]:
        """Give the report as `mdm dedupe --json` prints it."""
        rejected = [
            {"file": one.file, "line": one.line, "rule": one.rule, "detail": one.detail} for one in self.rejected
        ]
        return {
            "counts": self.counts,
            "seconds": self.seconds,
            "model": self.model,
            "rejected": rejected,
            "notes": self.notes,
            "warnings": self.warnings,
        }

    def timed(self, stage: str, work: Callable[[], Result]) -> Result:
        """Do one stage and note its seconds."""
        started = perf_counter()
        result = work()
        self.seconds[stage] = round(perf_counter() - started, 3)
        return result


@uncollected()
def dedupe(job: Job) -> Report:
    """Cluster the records of some files and write what was asked for; the same files give the same bytes.

    Raises:
        InvalidInput: both an entity type and a rules file are given, no column can be compared, or a file would be
            overwritten that is read.
        InvalidRules: the rules file is not valid.
        UnreadableFile: a file cannot be read or written.
    """
    check_outputs(job.outputs.files, inputs=[*job.files, *([] if job.rules is None else [job.rules])])
    report = Report()
    understood = _understood(job, report)
    entity_type, records, copies = understood.entity_type, understood.records, understood.copies
    edges = report.timed("compare and score", lambda: _scored(understood))
    leads = copies.leads(report.timed("cluster", lambda: _cluster(understood, edges)))
    pairs = copies.edges(edges)
    _count(report, records, candidates=copies.count_pairs(*understood.pairs), pairs=pairs, leads=leads)
    report.model = entity_type.model_dump(mode="json", exclude_defaults=True)
    if job.link_only and len(set(records.sources)) == 1:
        report.warnings.append(f"all records are of one source, {records.sources[0]}, so that --link-only joins none")
    report.notes += understood.notes
    report.warnings += understood.warnings
    report.rejected = records.rejected
    report.timed("write", lambda: _write(job, entity_type, records, pairs, leads))
    if job.outputs.report is not None:
        from mdm.services.files.dedupe_report import Deduplicated, write_report  # slow to load, and few ask for a page

        done = Deduplicated(
            job.files, _origin(job), job.link_only, entity_type, records, understood.table, copies,
            *copies.pairs(*understood.pairs), pairs, leads,
        )  # fmt: skip
        page = job.outputs.report
        said = (report.counts, dict(report.seconds), report.warnings)
        report.timed("report", lambda: write_report(page, done, counts=said[0], seconds=said[1], warnings=said[2]))
    return report


def _understood(job: Job, report: Report) -> Understood:
    """Take the rules that are named, or infer them from the files."""
    if job.entity_type is None and job.rules is None:
        columns = report.timed("read", lambda: read_columns(job.files, job.wanted))
        report.warnings += _headless(columns)
        return understand(columns, link_only=job.link_only, keep=job.outputs.show_values, timed=report.timed)
    entity_type = _entity_type(job)
    records = report.timed("read", lambda: read_records(job.files, entity_type, job.wanted))
    _comparable(entity_type.matching, records, job)
    table = report.timed("standardise", lambda: standardised(entity_type.matching, records.values))
    if not job.outputs.show_values:
        records.values.clear()
    everybody = who_is(records.sources, records.ids)
    copies = report.timed("copies", lambda: copies_of(table, everybody.sources, everybody.ranks))
    fewer, who = copies.table(table), everybody.where(copies.kept)
    pairs, comparisons = report.timed("block", lambda: pairs_to_compare(entity_type.matching, fewer, who))
    notes = [f"column {name} is for no attribute of {entity_type.entity_type}" for name in records.unused]
    return Understood(entity_type, records, table, copies, who, pairs, comparisons, notes, [])


def _headless(columns: Columns) -> Iterator[str]:
    """Say that a file may have no header, so that its first record would be taken for one."""
    if (values := like_data(columns.named)) and not any(columns.typed):
        yield (
            f"the names of the columns look like a record ({', '.join(values[:3])}): if the file has no header, its "
            "first record is missing; put a line of names above it"
        )


def _origin(job: Job) -> str:
    if job.rules is not None:
        return f"Rules from {job.rules}"
    if job.entity_type is None:
        return "Worked out from the records themselves"
    return f"The shipped entity type {job.entity_type}"


def _entity_type(job: Job) -> EntityType:
    if job.entity_type is not None and job.rules is not None:
        raise InvalidInput("give --type (a shipped entity type) or --rules (a YAML file), or neither, but not both")
    if job.rules is not None:
        return _asked(parse(_rules_text(job.rules), file=job.rules), job)
    name = job.entity_type or ""
    documents = shipped()
    if name not in documents:
        raise NotFound(f"no entity type {name!r} is shipped{hint(name, documents)}; for others give --rules FILE")
    return _asked(parse(documents[name], file=f"{name}.yaml"), job)


def _asked(entity_type: EntityType, job: Job) -> EntityType:
    if not job.link_only:
        return entity_type
    said = entity_type.model_dump(exclude_defaults=True)  # made anew: a copy would keep what it has worked out
    return EntityType.model_validate({**said, "match": {**said["match"], "one_per_source": True}})


def _rules_text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{file}: byte {error.start + 1} is not UTF-8; save the rules as UTF-8") from None


def _comparable(model: MatchModel, records: Records, job: Job) -> None:
    if records.ids and not set(model.compared) & records.values.keys():
        raise InvalidInput(
            f"{', '.join(job.files)}: no column is named like an attribute that {model.entity_type} compares "
            f"({', '.join(model.compared)}); the columns are {', '.join(records.columns)}"
        )


def _scored(understood: Understood) -> score.Edges:
    """Weigh the candidate pairs, by the levels that are known already where they are."""
    model, table, (left, right) = understood.entity_type.matching, understood.comparisons.table, understood.pairs
    if understood.levels is not None:
        return score.edges_at(model, table, understood.levels, left, right)
    return scored(model, table, understood.comparisons, (left, right))


def _cluster(understood: Understood, pairs: score.Edges) -> Rows:
    model, records, table = understood.entity_type.matching, understood.records, understood.comparisons.table
    if model.rules.linkage == "average":
        return linked(model, table, pairs, understood.who, levels=understood.comparisons.levels)
    edges = Edges(pairs.left, pairs.right, pairs.weights).where(pairs.outcomes == score.MATCH)
    kept = understood.copies.kept.tolist()
    sources = [records.sources[row] for row in kept]
    keys = [f"{source}:record:{records.ids[row]}" for source, row in zip(sources, kept, strict=True)]
    return clusters_of(model, table, edges, keys=keys, sources=sources if model.rules.one_per_source else None)


def _count(report: Report, records: Records, *, candidates: int, pairs: score.Edges, leads: Rows) -> None:
    matches = int((pairs.outcomes == score.MATCH).sum())
    sizes = np.unique(leads, return_counts=True)[1]
    if len(sizes) and sizes.max() > max(SUSPICIOUS, SUSPICIOUS_SHARE * len(records.ids)):
        report.warnings.append(f"the largest cluster holds {sizes.max():,} of {len(records.ids):,} records: look at it")
    report.counts = {
        "records": len(records.ids),
        "rejected": len(records.rejected),
        "sources": len(Counter(records.sources)),
        "candidate_pairs": candidates,
        "match_pairs": matches,
        "review_pairs": len(pairs.left) - matches,
        "clusters": len(sizes),
    }


def _write(job: Job, entity_type: EntityType, records: Records, pairs: score.Edges, leads: Rows) -> None:
    """Write the files, clusters numbered in the order of their first records."""
    _, numbers = np.unique(leads, return_inverse=True)
    clusters = (numbers + 1).tolist()
    if job.outputs.clusters is not None:
        write_clusters(job.outputs.clusters, records, clusters)
    if job.outputs.pairs is not None:
        write_pairs(job.outputs.pairs, records, pairs)
    if job.outputs.golden is not None:
        write_golden(job.outputs.golden, entity_type, records, clusters)
    if job.outputs.model is not None:
        write_model(job.outputs.model, entity_type)
