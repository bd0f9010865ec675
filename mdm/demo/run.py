"""Builds the hub of the demo firm and tells how well it came out, against the truth that only a made-up firm has."""

import os
import shlex
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

import orjson

from matching.evaluate import pairwise
from mdm.auth import Role
from mdm.demo.books import Load
from mdm.demo.built import Built, Figures
from mdm.demo.findings import findings
from mdm.demo.firm import SEED, Firm, firm, mapping_file, write
from mdm.demo.show import show
from mdm.demo.vocabulary import documents
from mdm.errors import Unauthorised
from mdm.ingest import Columns
from mdm.log import Author
from mdm.services import health, setup
from mdm.services.access import accounts, keys, passwords
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import ingest, preparing
from mdm.services.reading import golden
from mdm.services.rulebook import code_lists
from mdm.settings import Settings

Progress = Callable[[int], None]
Clusters = dict[str, str]
__all__ = ["build", "settings", "show"]

FOLDER = Path("demo")
KEYS = "keys.json"
PEOPLE = {"steward": "Stella Steward", "approver": "Axel Approver", "admin": "Ada Admin"}
"""Who can sign in, by name and role."""


def settings(chosen: Settings) -> Settings:
    """The settings of the demo: its own database, unless the caller's settings name one."""
    if "database_url" in chosen.model_fields_set:
        return chosen
    return chosen.model_copy(update={"database_url": f"sqlite:///{FOLDER / 'mdm.db'}"})


def build(
    chosen: Settings, *, author: Author, program: str = "mdm", progress: Progress | None = None, seed: int = SEED,
    password: str | None = None,
) -> Built:  # fmt: skip
    """Build the demo hub, or bring one that is there up to date; nothing is doubled.

    program: how to call `mdm` in the commands to try.
    seed: what the firm is made from.
    password: of the accounts; without one they get new random ones.
    """
    made = firm(seed)
    exports = write(made, FOLDER)
    admin_key = setup.initialise(chosen, author=author).admin_key
    hub = open_hub(chosen)
    try:
        for name, text in documents().items():
            code_lists.apply(hub, text, file=name, author=author)
        seconds = _load(hub, made, author=author, progress=progress)
        clusters = {name: _clusters(hub, name) for name in made.truth}
        figures = [_figures(hub, made, name, clusters=clusters[name], seconds=seconds[name]) for name in made.truth]
        found = findings(hub, made, exports)
        called = _called(chosen, program)
        return Built(
            chosen.database_url, str(FOLDER), figures, found, _passwords(hub, password, author=author),
            _keys(hub, author=author, admin_key=admin_key), _worth_trying(made, clusters["customer"], called),
        )  # fmt: skip
    finally:
        hub.close()


def _load(hub: Hub, made: Firm, *, author: Author, progress: Progress | None) -> Mapping[str, float]:
    seconds: defaultdict[str, float] = defaultdict(float)
    taken = 0
    for load in made.loads:
        summary = ingest.ingest_file(hub, _file(hub, load), author=author)
        seconds[load.entity_type] += summary.seconds
        taken += summary.rows
        if progress is not None:
            progress(taken)
    return seconds


def _file(hub: Hub, load: Load) -> preparing.File:
    mapping = ingest.mapping_file(hub, str(FOLDER / mapping_file(load)), load.entity_type)
    return preparing.File(str(FOLDER / load.file), load.source, load.entity_type, Columns(), mapping)


def _clusters(hub: Hub, entity_type: str) -> Clusters:
    """The golden ID of every source record, by its key."""
    return {
        f"{one['source']}:{entity_type}:{one['source_id']}": document["golden_id"]
        for document in golden.export(hub, entity_type)
        for one in document["crosswalk"]
    }


def _figures(hub: Hub, made: Firm, entity_type: str, *, clusters: Clusters, seconds: float) -> Figures:
    judged = pairwise(clusters, made.truth[entity_type])
    counts = health.stats(hub)["entity_types"][entity_type]
    traps = [(left, right) for _, left, right in made.traps if left in made.truth[entity_type]]
    return Figures(
        entity_type=entity_type,
        source_records=counts["source_records"],
        golden_records=counts["golden_records"],
        tasks=counts["open_tasks"],
        precision=round(judged.precision, 4),
        recall=round(judged.recall, 4),
        traps=len(traps),
        traps_merged=sum(clusters[left] == clusters[right] for left, right in traps),
        seconds=round(seconds, 2),
    )


def _passwords(hub: Hub, password: str | None, *, author: Author) -> dict[str, str]:
    """Accounts of a steward, an approver and an admin, with passwords that are told now and kept nowhere."""
    there = {one["name"] for one in accounts.listed(hub)}
    found = {name: password or passwords.generated() for name in PEOPLE}
    for name, chosen in found.items():
        if name in there:
            accounts.set_password(hub, name, chosen, author=author)
        else:
            person = accounts.Person(name, name, display_name=PEOPLE[name])
            accounts.add(hub, person, password=chosen, author=author)
    return found


def _keys(hub: Hub, *, author: Author, admin_key: str | None) -> dict[str, str]:
    """A key for each role, the same every time; they are kept beside the files, as this firm has no secrets."""
    file = FOLDER / KEYS
    kept: dict[str, str] = orjson.loads(file.read_bytes()) if file.exists() else {}
    if admin_key is not None:
        kept["admin"] = admin_key
    found = {}
    for role in get_args(Role):
        source = "crm" if role == "source" else None
        known = role in kept and _is_known(hub, kept[role])
        found[role] = kept[role] if known else keys.create(hub, role=role, source=source, author=author)["key"]
    file.touch(mode=0o600)
    file.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return found


def _is_known(hub: Hub, key: str) -> bool:
    try:
        keys.authenticate(hub, key)
    except Unauthorised:
        return False
    return True


def _called(chosen: Settings, program: str) -> str:
    if os.environ.get("MDM_DATABASE_URL") == chosen.database_url:
        return shlex.quote(program)
    return f"MDM_DATABASE_URL={shlex.quote(chosen.database_url)} {shlex.quote(program)}"


def _worth_trying(made: Firm, clusters: Clusters, called: str) -> list[str]:
    """Look up a CRM account, ask where its golden name came from, and why two look-alikes stay apart."""
    systems: defaultdict[str, set[str]] = defaultdict(set)
    for key, golden_id in clusters.items():
        systems[golden_id].add(key.partition(":")[0])
    known = min(
        (key for key in clusters if key.startswith("crm:")), key=lambda key: (-len(systems[clusters[key]]), key)
    )
    _, left, right = next(trap for trap in made.traps if trap[0] == "sister" and trap[1] in clusters)
    lookup = " ".join(known.split(":", 2))
    return [
        f"{called} lookup {lookup}",
        f"{called} lineage {clusters[known]} name",
        f"{called} why {left} {right}",
    ]
