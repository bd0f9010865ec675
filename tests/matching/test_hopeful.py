"""Pairs that are given up early would have been no edges."""

import numpy as np
import pytest
from hypothesis import strategies as st

from matching.compare import Comparisons, compare
from matching.document import MatchAttribute, MatchRules, Thresholds
from matching.rules import match_model
from matching.score import edges_at, prepare_edges
from matching.standardise import standardise
from tests.drawn import drawn

GIVEN = ("Anna", "Ana", "Hanna", "Robert", "Bob", "R", "Ben", "Maria Anna", "Marianna", "")
FAMILY = ("Orlov", "Orlof", "Meier", "Maier", "van der Linden", "Vanderlinden", "Schewtschenko", "Shevchenko", "Ito")
DAYS = ("2001-02-03", "2001-03-02", "2001-02-13", "1999-12-31", None)
NAMES = st.builds(lambda given, family: f"{given} {family}", st.sampled_from(GIVEN), st.sampled_from(FAMILY))
RECORDS = st.lists(st.tuples(NAMES, st.sampled_from(DAYS)), min_size=2, max_size=8)


@drawn(few=100, many=1_000, records=RECORDS, kind=st.sampled_from(["person_name", "name"]), review=st.floats(0.01, 0.9))
def test_edges_are_those_of_comparing_every_pair_in_everything(records, kind, review):
    model = match_model(
        "thing",
        {"name": MatchAttribute(kind=kind), "born": MatchAttribute(kind="date")},
        MatchRules(block_on=[], compare=["name", "born"], thresholds=Thresholds(match=0.95, review=review), prior=0.1),
    )
    names, days = zip(*records, strict=True)
    table = standardise(model, {"name": names, "born": days})
    left, right = (side.astype(np.int64) for side in np.triu_indices(len(records), 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matching.kinds.person_name.FEW", 0)
        comparisons = Comparisons(model, table)
    found = prepare_edges(model, table, comparisons)(left, right)
    wanted = edges_at(model, table, compare(model, table, left, right), left, right)
    for side in ("left", "right", "weights", "outcomes"):
        assert getattr(found, side).tolist() == getattr(wanted, side).tolist()
