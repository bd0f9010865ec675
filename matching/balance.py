"""Balance: from which probability on a pair is taken for a match, so that most is found for what is found wrongly."""

import numpy as np

from matching.pieces import Weights


def balanced_threshold(weights: Weights) -> float:
    """Give the probability from which on pairs are to be matches, by what the weights of all candidate pairs promise.

    The F1 to be expected of the likeliest pairs, so many of them, is best where the last one is half as likely as
    that F1 (Lipton, Elkan and Naryanaswamy 2014). Where matches are told from others, that is just below even odds;
    where much stays doubtful, to leave out all that is less likely than not would lose most of the matches.
    """
    likely = 1 / (1 + np.exp2(-np.sort(weights)[::-1] / 1000))
    expected = 2 * np.cumsum(likely) / (np.arange(1, len(likely) + 1) + likely.sum())
    return float(expected.max(initial=0.0)) / 2
