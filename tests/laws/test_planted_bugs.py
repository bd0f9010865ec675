"""Bugs planted on purpose, one at a time in a copy of the hub: the laws catch each of them, and nothing without one."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

# Most are caught by the first. The state machine is left out, since where it fails it looks long for a smaller case.
LAWS = ("tests/laws/test_resolution_laws.py", "tests/laws/test_named_histories.py", "tests/laws/test_as_of_laws.py",
        "tests/golden_records", "tests/laws/test_dated_hierarchies.py")  # fmt: skip
COPIED = ("mdm", "matching", "golden_records", "migrations", "tests", "pyproject.toml")
CAUGHT, HELD = 1, 0
"""What pytest ends with."""


@dataclass(frozen=True, slots=True)
class Bug:
    """One slip: what it breaks, the module, and the text that stands there once, rightly and wrongly."""

    breaks: str
    module: str
    right: str
    wrong: str


BUGS = [
    Bug("a block at its cap", "mdm/resolution/candidates.py",
        "any_deleted else living) <= self.cap", "any_deleted else living) < self.cap"),
    Bug("a block that comes down to its cap", "mdm/resolution/candidates.py",
        "if was > cap >= now:", "if was > cap > now:"),
    Bug("a block that goes over its cap", "mdm/resolution/candidates.py",
        "blocks.crossed_up.add(key)", "pass"),
    Bug("a pair with a deleted record in a crowded block", "mdm/resolution/candidates.py",
        "one, other = one[~bad], other[~bad]", "one, other = one[crowded | ~bad], other[crowded | ~bad]"),
    Bug("edges that changed records had", "mdm/resolution/edges.py",
        "old = {pair for id_ in work.dirty for pair in _pairs_of(graph, id_)}", "old = set()"),
    Bug("cells of records that changed since they were read", "mdm/resolution/edges.py",
        "work.known.drop(work.dirty)", "pass"),
    Bug("edges of deleted records", "mdm/resolution/edges.py",
        "both = living[found.left] & living[found.right]", "both = living[found.left] | living[found.right]"),
    Bug("the old pieces of what changed", "mdm/resolution/clusters.py",
        "seeds |= work.records.keys() if work.afresh else pieces(graph, seeds, new=False).keys()", "pass"),
    Bug("the deleted that hang where a verdict keeps them apart", "mdm/resolution/clusters.py",
        'in {"distinct", "related"} for one in some', "in {None} for one in some"),
    Bug("the deleted beside a record that is deleted or revived", "mdm/resolution/clusters.py",
        "near = neighbours_gone(clusters.graph, clusters.piece_of)",
        "near = neighbours_gone(clusters.graph, [])"),
    Bug("edges of a record that is deleted or revived", "mdm/resolution/edges.py",
        "if graph.edges(one, new=False).get(other) != (weight, alive):",
        "if graph.edges(one, new=False).get(other, (None,))[0] != weight:"),
    Bug("records whose edges changed though they did not", "mdm/pipeline.py",
        "for pair in [*graph.changes, *verdicts.changed, *links.changed]",
        "for pair in [*verdicts.changed, *links.changed]"),
    Bug("source merges that a constraint's task tells of", "mdm/resolution/tasks.py",
        "if pair(*(work.records[id_].cluster for id_ in ends)) not in explained", "if ends"),
    Bug("the latest verdict on a pair", "mdm/resolution/verdicts.py",
        "for position in sorted(self.by_pair.get(ends, ()), reverse=True):",
        "for position in sorted(self.by_pair.get(ends, ())):"),
    Bug("an undone undo", "mdm/resolution/verdicts.py",
        "holds[position] = not any(holds.get(by, True) for by in voided_by[position])", "holds[position] = False"),
    Bug("a related pair, which is kept apart", "mdm/resolution/verdicts.py",
        'verdict in {"distinct", "related"}\n        ]', 'verdict in {"distinct"}\n        ]'),
    Bug("the order of versions", "mdm/resolution/fold.py",
        "ordered = sorted(versions, key=order)", "ordered = sorted(versions, key=lambda version: version[0])"),
    Bug("what a partial update leaves", "mdm/resolution/fold.py",
        'if body["mode"] == "put":', 'if body["mode"] in {"put", "patch"}:'),
    Bug("the founder that gives the ID", "mdm/resolution/golden.py",
        "return min(work.records[id_].first_position or 0 for id_ in members)",
        "return min(work.living(members), key=lambda id_: id_, default=0) and min("
        "work.records[id_].first_position or 0 for id_ in (work.living(members) or members))"),
    Bug("golden records that are due", "mdm/store/golden_writing.py",
        "AND due IS NOT NULL AND due <= ?", "AND due IS NOT NULL AND due < ?"),
    Bug("overrides that are no longer in force", "mdm/resolution/overrides.py",
        "in_force = self.switched.get(one.position, bool(one.in_force))", "in_force = True"),
    Bug("the overrides of a record that moves", "mdm/resolution/overrides.py",
        "self.changed = {one.record_id for one in [*self.new, *switched]}",
        "self.changed = {one.record_id for one in self.new}"),
    Bug("review tasks about pairs that were judged", "mdm/resolution/tasks.py",
        "if graph.verdicts.holds(ends, new=True) is None and not", "if not"),
    Bug("those that refer to what was deleted or revived", "mdm/resolution/commit.py",
        "if before.get(id_) != after.get(id_)}", "if before.get(id_, ('',))[0] != after.get(id_, ('',))[0]}"),
    Bug("the newest link of a record", "mdm/resolution/links.py",
        "if slot not in found or order(found[slot]) < order((position, body)):", "if slot not in found:"),
    Bug("the end of a cross-reference", "mdm/store/golden_writing.py",
        "UPDATE xref SET until = ? WHERE record_id {in} AND until IS NULL",
        "UPDATE xref SET until = ? WHERE record_id {in}"),
    Bug("the counters of blocks", "mdm/resolution/candidates.py",
        "self.counts[key][before.deleted] -= 1", "self.counts[key][record.deleted] -= 1"),
    Bug("the day on which a value is too old", "golden_records/conditions.py",
        "+ when.fresher_than for one in considered", "+ when.fresher_than + 1 for one in considered"),
    Bug("conflicts of golden records that are gone", "mdm/resolution/conflict_tasks.py",
        "for number in [*golden.conflicts, *golden.ended]}", "for number in golden.conflicts}"),
    Bug("conflicts that somebody has decided", "golden_records/survive.py",
        "conflicts.pop(one.attribute, None)", "pass"),
    Bug("weak bridges between the living alone", "mdm/resolution/bridge_tasks.py",
        "[work.records[id_].living for id_ in members], edges,", "[True for id_ in members], edges,"),
    Bug("weak bridges where a decision holds the sides", "mdm/resolution/bridge_tasks.py",
        "ties = [*graph.verdicts.between(members)[0], *graph.links.between(members)]", "ties = list[Pair]()"),
    Bug("days on which dated values begin and end", "golden_records/survive.py",
        "due = earlier(due, next_day(attributes.get(name), today))", "pass"),
    Bug("a piece that holds exactly the limit", "mdm/resolution/graph.py",
        "len(found) > limit:\n            return None", "len(found) >= limit:\n            return None"),
    Bug("the lowest threshold at which a piece fits", "mdm/resolution/graph.py",
        "low, high = 1, len(grid) - 1", "low, high = 2, len(grid) - 1"),
    Bug("pairs of verdicts that come back into force", "mdm/resolution/verdicts.py",
        "stored_decisions.pairs_at(work.reader, list(self.switched))",
        "stored_decisions.pairs_at(work.reader, [at for at, now in self.switched.items() if not now])"),
    Bug("pairs of verdicts that are no longer in force", "mdm/resolution/verdicts.py",
        "stored_decisions.pairs_at(work.reader, list(self.switched))",
        "stored_decisions.pairs_at(work.reader, [at for at, now in self.switched.items() if now])"),
    Bug("equal values in the order of arrival", "golden_records/strategies.py",
        "ranks.get(one.source, unranked), one.record),", "ranks.get(one.source, unranked), one.position),"),
    Bug("equal matches of the deleted in the order of arrival", "mdm/resolution/clusters.py",
        "(-weight, sorted((work.key(id_), work.key(other))), other)", "(-weight, sorted((id_, other)), other)"),
    Bug("merges of sources in the order of arrival", "mdm/resolution/merge_judging.py",
        "sorted(merges, key=lambda ends: sorted(map(work.key, ends)))", "sorted(merges)"),
    Bug("an override of two values of which one still survives", "golden_records/overrides.py",
        "one.overruled is None or all(", "one.overruled is None or any("),
    Bug("the day on which an override ends", "golden_records/overrides.py",
        "one.until <= today", "one.until < today"),
    Bug("the latest override, where an older one has no end", "golden_records/overrides.py",
        "key=lambda one: one.position, reverse=True)",
        "key=lambda one: (one.until is None, one.position), reverse=True)"),
    Bug("an ID whose records have all gone elsewhere", "mdm/store/xref.py",
        "source_record.id IN (SELECT record_id FROM xref WHERE golden = ?",
        "source_record.id IN (SELECT record_id FROM xref WHERE until IS NULL AND golden = ?"),
    Bug("golden records as of the position at which they change", "mdm/store/golden.py",
        "golden {{in}} AND since <= ? AND (until IS NULL OR until > ?)",
        "golden {{in}} AND since < ? AND (until IS NULL OR until >= ?)"),
    Bug("what stood at the position at which it changes", "mdm/store/moments.py",
        'THEN = "{0}.since <= ? AND ({0}.until IS NULL OR {0}.until > ?)"',
        'THEN = "{0}.since < ? AND ({0}.until IS NULL OR {0}.until >= ?)"'),
    Bug("deletions as of a position that was not resolved yet", "mdm/services/as_then.py",
        "stored_log.versions(transaction, some, upto=found.upto)", "stored_log.versions(transaction, some, upto=at)"),
    Bug("histories that know of the next commit", "mdm/store/golden.py",
        "if one.until is None or one.until <= position else", "if one.until is None or one.until <= position + 1 else"),
    Bug("a day that falling trust reaches late", "golden_records/trust.py",
        "yield from _falls_to(upper, below)", "yield from _falls_to(upper, below - 1)"),
    Bug("values behind the second, which fall too", "golden_records/trust.py",
        "for upper in (above,) if above is best else (above, best):", "for upper in (above,):"),
    Bug("a due date that moves while the values stay", "mdm/resolution/golden.py",
        "(attributes, due, dated) != (was, *rest)", "(attributes, dated) != (was, rest[1])"),
    Bug("members that come and go without a change of values", "mdm/resolution/golden.py",
        "stored is None or living != before or (", "stored is None or ("),
    Bug("what people made refer to what moves", "mdm/store/records.py",
        " UNION SELECT entity_type, record_id FROM decision WHERE target_token {in} ON",
        " UNION SELECT entity_type, record_id FROM decision WHERE target_token {in} AND 0 = 1 ON"),
    Bug("edges between records of one cut piece", "mdm/resolution/tasks.py",
        "and pieces.get(one) is not pieces.get(other)", ""),
    Bug("the founder of a conflict", "mdm/resolution/conflict_tasks.py",
        "return next(id_ for id_ in members if work.records[id_].first_position == number)", "return min(members)"),
    Bug("links that are taken back", "mdm/resolution/links.py",
        "for end in (other, held.get(slot)) if end is not None", "for end in (other,) if end is not None"),
    Bug("the doubt about a merge that a constraint holds up", "mdm/resolution/clusters.py",
        "clusters.asked |= judged.asked - held_apart.keys()", "clusters.asked |= judged.asked"),
    Bug("what a tombstone leaves underneath", "mdm/resolution/fold.py",
        "        if deleted:\n            continue",
        "        if deleted:\n            values = {}\n            continue"),
    Bug("two times of one version", "mdm/resolution/fold.py",
        'body["event_time"] or "", position', '"", position'),
    Bug("equally trusted edges of a cycle in the order of arrival", "mdm/resolution/hierarchy_cycles.py",
        "(link.trust, keys[link.record_id]))", "(link.trust, link.record_id))"),
    Bug("merges that wait for records that are gone", "mdm/resolution/merge_judging.py",
        "!= work.records[merged].source for id_ in work.living(side))",
        "!= work.records[merged].source for id_ in side)"),
    Bug("the one spelling of golden values", "mdm/resolution/golden.py",
        "shown = kind.shown(shown, cell)", "pass"),
    Bug("a dated line that goes on over a gap", "golden_records/effective.py",
        "return held.end == start and one.record", "return one.record"),
]  # fmt: skip


@pytest.fixture
def root() -> Path:
    return Path(__file__).parents[2]


def laws_in(folder: Path) -> int:
    """What the laws say of the hub in a folder, which stops at the first that does not hold."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-k", "not postgresql", *LAWS]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    ended = subprocess.run(
        command, cwd=folder, env={**environment, "PYTHONPATH": str(folder)}, capture_output=True, check=False
    )
    return ended.returncode


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A copy of the hub and its laws."""
    for name in COPIED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.breaks)
def test_there_is_a_place_to_plant_it(root: Path, bug: Bug) -> None:
    text = (root / bug.module).read_text(encoding="utf-8")
    assert text.count(bug.right) == 1, f"{bug.module} no longer says {bug.right!r}: plant the bug anew"


@pytest.mark.soak
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.breaks)
def test_the_laws_catch_it(copy: Path, bug: Bug) -> None:
    module = copy / bug.module
    text = module.read_text(encoding="utf-8")
    module.write_text(text.replace(bug.right, bug.wrong), encoding="utf-8")
    ended = laws_in(copy)
    assert ended == CAUGHT


@pytest.mark.soak
def test_the_laws_hold_in_a_copy_without_one(copy: Path) -> None:
    assert laws_in(copy) == HELD
