"""Many tasks decided at once, over random histories: as foreseen, as one by one, and taken back as one."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import orjson
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from mdm.errors import HubError
from mdm.log import Author, Consent, Key
from mdm.services.deciding import decisions
from mdm.services.deciding.planning import Verdict
from mdm.services.hub import Hub, open_hub
from mdm.services.stewarding import bulk_decisions, task_work
from mdm.services.stewarding.bulk_decisions import Chosen
from mdm.settings import Settings
from mdm.store import log
from mdm.store.tasks import Filter
from tests.drawn import drawn
from tests.laws import histories, small_world
from tests.laws.replay import AUTHOR, Driven

OTHER = Author("another", AUTHOR.recorded_at)
APPROVED = Author(AUTHOR.actor, AUTHOR.recorded_at, consent=Consent(None, approved_by=OTHER.actor))
New = Callable[[int], Driven]
HALF_ARRIVED = 6246
"""In this history a task is about a pair of which only one has come."""


@pytest.fixture
def new(bare_template: Path, tmp_path: Path) -> Iterator[New]:
    """Fresh hubs with a history, all of it resolved, by its seed."""
    made, numbers = list[Hub](), count()

    def hub_of(seed: int) -> Driven:
        path = tmp_path / f"hub{next(numbers)}.db"
        shutil.copyfile(bare_template, path)
        made.append(open_hub(Settings(database_url=f"sqlite:///{path}")))
        driven = Driven(made[-1], seed % len(small_world.VARIANTS))
        driven.put_all(histories.history(seed, length=30))
        driven.settle()
        return driven

    yield hub_of
    for hub in made:
        hub.close()


def worked_on(hub: Hub, seed: int) -> list[Chosen]:
    """The tasks about pairs of places, of which some are held by others and some have changed since they were read."""
    rnd = Random(seed)
    with hub.database.read() as reader:
        ids = [task.id for task in bulk_decisions._matching(reader, Filter("place"))]
    read = bulk_decisions.choose_named(hub, ids)
    for one in read:
        if rnd.random() < 0.2:
            task_work.claim(hub, one.id, author=rnd.choice([AUTHOR, OTHER]))
    return [one if rnd.random() < 0.9 else Chosen(one.id, "as it was") for one in read]


@contextmanager
def nobody_writes(hub: Hub) -> Iterator[None]:
    """Refuse every transaction that would take the write lock."""

    def refuse(**_: object) -> NoReturn:
        raise AssertionError("a dry run writes")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(hub.database, "write", refuse)
        yield


def what_comes_of(tried: Callable[[], Any]) -> Any:
    try:
        return tried()
    except HubError as refused:
        return refused


def holds(driven: Driven, chosen: list[Chosen], verdict: Verdict, *, supersede: bool) -> None:
    """A dry run tells what the decision does, one by one gives the same, and one undo takes it all back."""
    hub, before = driven.hub, driven.digest()
    asked: dict[str, Any] = {"reason": "", "author": AUTHOR, "supersede": supersede}
    with nobody_writes(hub):
        dry = what_comes_of(lambda: bulk_decisions.preview_many(hub, chosen, verdict, **asked))
        foreseen = what_comes_of(lambda: bulk_decisions.foresee_many(hub, chosen, verdict, **asked)[1])
    done = what_comes_of(lambda: bulk_decisions.decide_many(hub, chosen, verdict, **{**asked, "author": APPROVED}))
    if isinstance(done, HubError):
        for one in (dry, foreseen):
            assert (type(one), one.detail, one.extra) == (type(done), done.detail, done.extra)
        assert driven.digest() == before
        return
    assert (dry["golden_ids"], dry["redirects"]) == (done.golden_ids, done.redirects)
    assert (dry["left_out"], dry["totals"]["tasks"]) == (done.left_out, done.tasks)
    at_once = driven.digest()
    with hub.database.read() as reader:
        said = log.bodies(reader, [done.position])[done.position]
    assert orjson.loads(orjson.dumps({**foreseen.body, "asks": ()})) == {**said, "asks": []}
    decisions.undo(hub, done.decision_id, reason="", author=AUTHOR)
    driven.settle()
    assert driven.digest() == before
    for left, right in said["pairs"]:
        decisions.verdict(hub, Key.parse(left), Key.parse(right), verdict, **asked)
    driven.settle()
    assert driven.digest() == at_once


@drawn(
    12, 200, seed=st.integers(0, 10_000), verdict=st.sampled_from(["same", "distinct", "related"]),
    supersede=st.booleans(),
)  # fmt: skip
def test_it_is_what_was_foreseen_what_one_by_one_gives_and_one_undo_takes_it_back(
    new: New, seed: int, verdict: Verdict, *, supersede: bool
) -> None:
    driven = new(seed)
    chosen = worked_on(driven.hub, seed)
    assume(chosen)
    holds(driven, chosen, verdict, supersede=supersede)


def test_a_pair_of_which_one_has_not_arrived_yet_is_decided_with_the_others(new: New) -> None:
    driven = new(HALF_ARRIVED)
    chosen = worked_on(driven.hub, HALF_ARRIVED)
    with driven.hub.database.read() as reader:
        assert reader.one(
            "SELECT 1 FROM task JOIN source_record ON source_record.id IN (left_id, right_id)"
            " WHERE status = 'open' AND task.entity_type = 'place' AND golden IS NULL"
        )
    holds(driven, chosen, "same", supersede=False)
