"""The law of what happens in sources: any order, batches and spelling of ids give one state, as a rebuild does.

Random sources send records whole and in part, delete and revive them, merge them in all shapes, in chains, in circles
and into what never arrives, say that some changed and not how, send everything twice, spell ids in several ways, and
copy production into a sandbox.
"""

import random
from pathlib import Path
from typing import Any

import pytest

from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import rebuild, resolving
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import refetches as thin
from mdm.services.intake.records import put_many
from mdm.services.reading import golden, lookup
from mdm.services.rulebook import rules
from mdm.services.watching import refetches
from mdm.settings import Settings
from mdm.store import digests, log
from mdm.store.batches import Origin
from tests.conftest import AUTHOR
from tests.stories.state_language import SITE

DECLARED = "sources: {a: {ids: no_leading_zeros}, b: {ids: ignore_case}, t: {environment: sandbox}}\n"
MODES = ("put",) * 5 + ("patch",) * 2 + ("delete",) * 2 + ("changed",) * 4


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
    if mode == "changed":  # the version that it names is that of another word, or of none
        return Incoming(source, "site", spelled, {}, pick(range(60)) * 37 % 101, None, mode)
    return Incoming(source, "site", spelled, {} if mode == "delete" else given, number * 37 % 101, day, mode, **said)


def events(seed: int) -> list[Incoming]:
    pick = random.Random(seed).choice
    return [event(pick, number) for number in range(40 + seed % 20)]


def behind(sent: list[Incoming]) -> dict[str, int]:
    """By source key what must be fetched again, as the newest version that its source named: told in plain words."""
    found = {}
    for key in {(one.source, one.source_id) for one in sent}:
        said = [one for one in sent if (one.source, one.source_id) == key]
        whole = [one.version for one in said if one.mode in {"put", "delete"}]
        parts = {one.version for one in said if one.mode == "patch"}
        left = [
            one.version
            for one in said
            if one.mode == "changed" and one.version not in parts and not any(it >= one.version for it in whole)
        ]
        if left:
            found[f"{key[0]}:site:{key[1]}"] = max(left)
    return found


def told(hub: Hub, as_of: int | None = None) -> dict[str, int]:
    items = refetches.page(hub, refetches.Wanted(), limit=1_000, as_of=as_of)["items"]
    return {one["key"]: one["version"] for one in items}


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
        assert told(hub) == behind([one.in_form(hub.entity_type("site")) for one in events(seed)])
        for one in golden.export(hub, "site"):
            sandbox = {entry["source"] == "t" for entry in one["crosswalk"]}
            assert len(sandbox) == 1, "a sandbox is never linked to production"
        hub.close()
    assert len(found) == 1


@pytest.mark.parametrize("seed", [3, *(pytest.param(seed, marks=pytest.mark.verify) for seed in range(200, 215))])
def test_what_was_to_be_fetched_at_any_moment_is_told_ever_after(hub: Hub, seed: int) -> None:
    rules.apply(hub, SITE, file="site.yaml", author=AUTHOR)
    kept, rnd = [], random.Random(seed)
    for one in events(seed):
        word = one._replace(version=None) if one.mode == "changed" and rnd.random() < 0.3 else one
        put_many(hub, [word], author=AUTHOR, batch=Origin())
        if rnd.random() < 0.2:
            thin.gap(hub, rnd.choice("ab"), "site", author=AUTHOR)
        resolving.resolve_all(hub, author=AUTHOR)
        with hub.database.read() as reader:
            position = log.head(reader)
        key = Key(one.source, "site", one.source_id)
        kept.append((position, key, _page(hub), lookup.xrefs(hub, [key])))
    assert max(len(page) for _, _, page, _ in kept) > 3
    for position, key, page, found in kept:
        assert _page(hub, as_of=position) == page
        assert lookup.xrefs(hub, [key], as_of=position) == found
    assert rebuild.verify(hub).match


def _page(hub: Hub, **asked: Any) -> list[dict[str, Any]]:
    items = refetches.page(hub, refetches.Wanted(), limit=1_000, **asked)["items"]
    return [{name: value for name, value in one.items() if name != "days"} for one in items]
