"""What a hub says of its keys, IDs and tasks while a history goes on, to be asked for again when it is over."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from golden_records.identity import golden_id
from mdm.errors import NotFound
from mdm.log import Author, Key
from mdm.services.hub import Hub
from mdm.services.reading import golden, lookup
from mdm.services.stewarding import tasks
from mdm.store import log
from tests.laws import small_world
from tests.laws.replay import AUTHOR, Driven

START = datetime(2026, 3, 2)  # noqa: DTZ001  every time of the log is UTC
PREFIXES = {"place": "plc", "thing": "thg"}
NOTHING = "there was nothing"
NOT_KEPT = {"records", "candidates", "strategy", "step"}
Read = Callable[[Hub, str, Any], Any]


def _export(hub: Hub, about: str, as_of: Any) -> Any:
    return list(golden.export(hub, about, as_of=as_of))


def _task_page(hub: Hub, about: str, as_of: Any) -> Any:
    of, status, cursor = about.split(",")
    found = tasks.page(
        hub,
        entity_type=of,
        status=status or None,
        cursor=cursor or None,
        limit=4,
        as_of=as_of,
        moment=AUTHOR.recorded_at,
    )
    return {**found, "items": [_comparable(one) for one in found["items"]]}


def _comparable(task: dict[str, Any]) -> dict[str, Any]:
    """Which records held a value without a code, and which values were in conflict, is not kept."""
    if task["about"] is None:
        return task
    kept = {name: said for name, said in task["about"].items() if name not in NOT_KEPT}
    return {**task, "records": [], "about": kept}


# Whether a claim has run out is asked at one moment always, as it is no question of what was known.
READS: dict[str, Read] = {
    "xref": lambda hub, about, as_of: lookup.xref(hub, Key.parse(about), as_of=as_of),
    "lookup": lambda hub, about, as_of: lookup.xrefs(hub, [*map(Key.parse, about.split(","))], as_of=as_of),
    "golden record": lambda hub, about, as_of: golden.get(hub, about, as_of=as_of, include=("lineage",)),
    "lineage": lambda hub, about, as_of: golden.lineage(hub, about, as_of=as_of),
    "history": lambda hub, about, as_of: golden.history(hub, about, as_of=as_of),
    "list": lambda hub, about, as_of: golden.page(hub, entity_type=about, limit=3, as_of=as_of),
    "export": _export,
    "task": lambda hub, about, as_of: _comparable(tasks.get(hub, about, as_of=as_of, moment=AUTHOR.recorded_at)),
    "tasks": _task_page,
}
OFTEN = {"xref": 4, "lookup": 1, "golden record": 4, "lineage": 1, "history": 4, "list": 1, "export": 1, "task": 4,
         "tasks": 2}  # fmt: skip


@dataclass
class Recorder:
    """Lets a driven hub's clock go on, and keeps answers: (read, what it is about, position, moment, answer)."""

    driven: Driven
    rnd: random.Random
    steps: int = 0
    kept: list[tuple[str, str, int, str, Any]] = field(default_factory=list)

    def goes_on(self) -> None:
        """Some time passes."""
        self.steps += 1
        moment = START + timedelta(minutes=self.steps * 10)
        self.driven.author = Author("law", moment.isoformat(timespec="microseconds") + "Z")

    def note(self, count: int) -> None:
        """Ask so many things of the hub as it stands."""
        hub = self.driven.hub
        for _ in range(count):
            read = self.rnd.choices(list(OFTEN), list(OFTEN.values()))[0]
            named = about(hub, read, self.rnd.choice)
            if named is None:
                read, named = "xref", self.rnd.choice(small_world.ALL)
            self._keep(read, named)

    def note_all(self) -> None:
        """Ask for what has become of every golden ID: what is about to change is among them."""
        for written in golden_ids(self.driven.hub):
            self._keep("history", written)

    def _keep(self, read: str, named: str) -> None:
        with self.driven.hub.database.read() as reader:
            position = log.head(reader)
        moment = START + timedelta(minutes=self.steps * 10 + self.rnd.randrange(4))
        answer = asked(self.driven.hub, read, named, None)
        self.kept.append((read, named, position, moment.isoformat(), answer))

    def ask_again(self) -> int:
        """Ask for everything at the position and at the moment it was asked at; returns how many reads that were."""
        for read, about, position, moment, answer in self.kept:
            for as_of in (position, moment):
                again = asked(self.driven.hub, read, about, as_of)
                assert again == answer, f"{read} {about} as of {as_of}:\n{again}\nbut it said\n{answer}"
        return 2 * len(self.kept)


def about(hub: Hub, read: str, choice: Callable[[Any], Any]) -> str | None:
    """Something that such a read can be about; None where there is nothing yet."""
    if read == "xref":
        return str(choice([*small_world.ALL, *small_world.MASTERS["thing"]]))
    if read == "lookup":
        return ",".join(sorted({str(choice(small_world.ALL)) for _ in range(4)}))
    if read in {"list", "export"}:
        return str(choice(["place", "thing"]))
    if read == "tasks":
        return f"{choice(['place', 'thing'])},{choice(['open', 'open', 'closed', ''])},"
    there = _tasks(hub) if read == "task" else golden_ids(hub)
    return str(choice(there)) if there else None


def golden_ids(hub: Hub) -> list[str]:
    """Every golden ID that was ever given out."""
    with hub.database.read() as reader:
        rows = reader.rows("SELECT DISTINCT entity_type, golden FROM golden_version ORDER BY golden")
    return [golden_id(PREFIXES[of], number) for of, number in rows]


def _tasks(hub: Hub) -> list[str]:
    with hub.database.read() as reader:
        return [row[0] for row in reader.rows("SELECT id FROM task ORDER BY id")]


def asked(hub: Hub, read: str, about: str, as_of: Any) -> Any:
    """What the hub answers, as plain words where there is nothing to answer with."""
    try:
        return READS[read](hub, about, as_of)
    except NotFound:
        return NOTHING
