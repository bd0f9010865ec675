"""Texts, compared many at once, get the level that judging them one by one gives."""

import numpy as np
import pytest
from hypothesis import strategies as st

from matching.kinds import KINDS
from matching.kinds.text_judge import judge, taken_apart
from tests.drawn import drawn

WORDS = (
    *("the", "of", "and", "chair", "chairs", "table", "lamp", "red", "blue", "small", "xl", "2019", "2020", "a", "x2"),
    *("gs782", "gs", "782", "xt200hd", "xt200", "1tb", "1000gb", "24", "25", "48port", "24port", "12pack", "edition"),
    *(
        "photoshop",
        "photoshops",
        "elements",
        "element",
        "shadows",
        "warlord",
        "warlrod",
        "consulting",
        "shadowswarlord",
    ),
)
WORD = st.sampled_from(WORDS)
BEGINNINGS = st.lists(WORD, max_size=4)
ENDS = st.lists(st.lists(WORD, min_size=1, max_size=2), min_size=2, max_size=10)


@drawn(few=300, many=3_000, beginning=BEGINNINGS, ends=ENDS)
def test_many_at_once_get_the_level_of_one_by_one(beginning, ends):
    texts = list(dict.fromkeys(" ".join([*beginning, *end]) for end in ends))
    left, right = (side.astype(np.int64) for side in np.triu_indices(len(texts), 0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matching.kinds.text_pairs.FEW", 0)
        found = KINDS["text"].prepare(texts)(left, right)
    pairs = zip(left.tolist(), right.tolist(), strict=True)
    assert found.tolist() == [judge(taken_apart(texts[one]), taken_apart(texts[other])) for one, other in pairs]
