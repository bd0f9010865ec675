"""Train rules: m, u and the prior of a rules document from files alone, with what could not be learnt said."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from matching.block import Rows, blocking_keys, candidate_pairs
from matching.columns import Table
from matching.compare import Levels, compare
from matching.rules import Comparison, LevelTuning, MatchModel, MatchRules, match_model
from matching.score import NEVER, score
from matching.standardise import standardise
from matching.train import ALWAYS_KNOWN, FLOOR, MATCHES, OTHERS, Estimate, Fit, Known, prior_for, refine
