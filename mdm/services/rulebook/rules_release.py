"""Rules releases: simulate, apply or roll back a rules version, and tell what that does, always in the same shape."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mdm.errors import Conflict
from mdm.log import Author
from mdm.services.hub import Hub
from mdm.services.resolving import resolve_all
from mdm.services.rulebook import rules
from mdm.services.rulebook.rules_changes import changes, picture
from mdm.services.rulebook.rules_diff import differences
from mdm.services.rulebook.rules_regression import regression
from mdm.services.scratch import scratch
from mdm.store import copies

Document = dict[str, Any]
SHOWN = 20
"""How many examples of each sort a report lists unless it is asked for more."""
# What neither resolving under new rules nor the report reads: the feed so far, and the figures of past days.
_LEFT_OUT = {"change"}


@dataclass(frozen=True, slots=True)
class Release:
    """A rules document to put in force, and the name of its file for errors; or a version to go back to."""

    document: str
    file: str
    rolls_back: bool = False


def going_back(hub: Hub, entity_type: str, version: str | None = None) -> Release:
    """The release that puts an earlier version in force again: the one before, if none is named.

    Raises:
        Conflict: there is none before, or the version is in force.
        NotFound: the entity type never had that version.
    """
    wanted = rules.before(hub, entity_type) if version is None else version
    _, document = rules.show(hub, entity_type, version=wanted)
    if hub.entity_type(entity_type).version == wanted:
        raise Conflict(f"the rules version {wanted} of {entity_type} is in force")
    return Release(document, f"{entity_type}@{wanted}", rolls_back=True)


def check(hub: Hub, text: str, *, file: str, limit: int = SHOWN) -> Document:
    """What a hub knows about a rules document before it is applied: `{"warnings", "verdicts"}`, as in a report.

    Raises what `apply` would refuse at once.
    """
    entity_type = rules.check(text, file=file)
    known = hub.entity_types()
    rules.ensure_applicable(entity_type, known, file=file)
    stood = known.get(entity_type.entity_type)
    return {
        "warnings": rules.warnings(hub, entity_type), "verdicts": regression(hub, stood, entity_type, limit=limit),
    }  # fmt: skip


def simulate(hub: Hub, release: Release, *, author: Author, limit: int = SHOWN) -> Document:
    """What applying a release would do, worked out on a copy; nothing is written to the hub, and nobody waits.

    The report is the one that `apply` gives, with `dry_run` true and no `seq`. Raises what `apply` would.
    """
    rules.check(release.document, file=release.file)
    with simulated(hub) as copy:
        return {**_carried_out(copy, release, author=author, limit=limit), "dry_run": True, "seq": None}


def apply(hub: Hub, release: Release, *, author: Author, limit: int = SHOWN) -> Document:
    """Put a release in force in one flip, and tell what that did.

    `{"entity_type", "version_before", "version", "dry_run", "seq", "differences", "warnings", "verdicts"}` with all
    that `changes` tells, and `verdicts` as `regression` does. What still waits is resolved first, under the old rules.
    """
    return _carried_out(hub, release, author=author, limit=limit)


@contextmanager
def simulated(hub: Hub) -> Iterator[Hub]:
    """A copy of the hub to try a release on, as one read snapshot shows it."""
    wanted = [name for name in (*copies.FACTS, *copies.DERIVED) if name not in _LEFT_OUT]
    with scratch(hub) as copy:
        with hub.database.read() as reader, copy.database.write() as writer:
            copies.copy(reader, writer, wanted)
        yield copy


def _carried_out(hub: Hub, release: Release, *, author: Author, limit: int) -> Document:
    name = rules.check(release.document, file=release.file).entity_type
    resolve_all(hub, author=author)
    stood = hub.entity_types().get(name)
    with hub.database.read() as reader:
        before = picture(reader, name)
    applied = rules.apply(hub, release.document, file=release.file, author=author, rolls_back=release.rolls_back)
    resolve_all(hub, author=author)
    with hub.database.read() as reader:
        done = changes(reader, applied, before, limit=limit)
    return {
        "entity_type": name,
        "version_before": None if stood is None else stood.version,
        "version": applied.version,
        "dry_run": False,
        "seq": rules.history(hub, name)[-1]["seq"],
        "differences": [] if stood is None else [one.json() for one in differences(stood, applied)],
        "warnings": rules.warnings(hub, applied),
        "verdicts": regression(hub, stood, applied, limit=limit),
        **done,
    }
