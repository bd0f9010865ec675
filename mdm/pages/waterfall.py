"""The page of one pair: a waterfall from the prior over each attribute's weight to the whole."""

from mdm.pages.page import render
from mdm.pages.pairs import Pair


def waterfall_page(pair: Pair, *, verdict: str | None) -> str:
    """The page as text; `verdict` is what a steward said of the pair, which stands above the weights."""
    return render("why.html", pair=pair, verdict=verdict)
