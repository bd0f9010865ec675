"""The law of what happens in sources: any order, batches and spelling of ids give one state, as a rebuild does.

Random sources send records whole and in part, delete and revive them, merge them in all shapes, in chains, in circles
and into what never arrives, send everything twice, spell ids in several ways, and copy production into a sandbox.
"""

import random
from pathlib import Path
from typing import Any

import pytest

from mdm.ingest import Incoming
from mdm.services import rebuild, resolving
from mdm.services.hub import Hub, open_hub
from mdm.services.intake.records import put_many
from mdm.services.reading import golden
from mdm.services.rulebook import rules
from mdm.settings import Settings
from mdm.store import digests
from mdm.store.batches import Origin
from tests.conftest import AUTHOR
from tests.stories.state_language import SITE

DECLARED = "sources: {a: {ids: no_leading_zeros}, b: {ids: ignore_case}, t: {environment: sandbox}}\n"
MODES = ("put",) * 5 + ("patch",) * 2 + ("delete",) * 2


def event(pick: Any, number: int) -> Incoming:
    """One word of a source; versions come late as often as not, and no two words are equally new."""
    source, ident, mode = pick("aabbct"), pick("1234567"), pick(MODES)
    spelled = {"a": pick(["", "0", "00"]) + ident, "b": pick(["X", "x"]) + ident}.get(source, ident)
    others = [one for one in "1234567" if one != ident]
    values = {"number": pick(["47110815", "98233342", "55501020", None]), "street": pick(["Ash", "Oak", "Elm", None])}
    given = {name: value for name, value in values.items() if value is not None or (mode == "patch" and pick([0, 1]))}
    shape = pick(["", "", "", "into", "into", "from"])
    said = {
        "merged_into": pick(others) if shape == "into" else None,
        "merged_from": tuple(sorted({pick(others), pick(others)})) if shape == "from" else (),
    }
    if source == "b":
        said = {"merged_into": said["merged_into"] and "x" + said["merged_into"],
                "merged_from": tuple("X" + one for one in said["merged_from"])}  # fmt: skip
    day = f"2026-01-{number % 28 + 1:02}T{number // 28:02}:00:00.000000Z"
    return Incoming(source, "site", spelled, {} if mode == "delete" else given, number * 37 % 101, day, mode, **said)


def events(seed: int) -> list[Incoming]:
    pick = random.Random(seed).choice
    return [event(pick, number) for number in range(40 + seed % 20)]


def settled(template: Path, folder: Path, sent: list[Incoming], seed: int) -> Hub:
    """A hub that took all of it in, in an order of its own, some of it twice, resolving now and then."""
    path = folder / f"hub{seed}.db"
    path.write_bytes(template.read_bytes())
    hub = open_hub(Settings(database_url=f"sqlite:///{path}", resolve_chunk=(1, 7, 1_000)[seed % 3]))
    rules.apply(hub, SITE + DECLARED, file="site.yaml", author=AUTHOR)
    rnd, left = random.Random(seed), [one.in_form(hub.entity_type("site")) for one in sent]
    if seed:
        rnd.shuffle(left)
        left += rnd.sample(left, len(left) // 3)
    while left:
        size = rnd.choice((1, 2, 9))
        put_many(hub, left[:size], author=AUTHOR, batch=Origin())
        left = left[size:]
        if rnd.random() < 0.4:
            resolving.resolve_all(hub, author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    return hub


@pytest.mark.parametrize("seed", [7, *(pytest.param(seed, marks=pytest.mark.verify) for seed in range(100, 125))])
def test_what_sources_do_to_their_records_gives_one_state_in_any_order(
    seed: int, sqlite_template: Path, tmp_path: Path
) -> None:
    found = set()
    for order in range(3 if seed < 100 else 4):
        hub = settled(sqlite_template, tmp_path, events(seed), order)
        with hub.database.read() as reader:
            found.add(digests.neutral(reader))
        assert rebuild.verify(hub).match
        for one in golden.export(hub, "site"):
            sandbox = {entry["source"] == "t" for entry in one["crosswalk"]}
            assert len(sandbox) == 1, "a sandbox is never linked to production"
        hub.close()
    assert len(found) == 1
