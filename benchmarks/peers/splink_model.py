"""What a hand-made model of Splink consists of, and the comparisons that several of them share."""

from collections.abc import Sequence
from dataclasses import dataclass

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink.internals.blocking_rule_creator import BlockingRuleCreator
from splink.internals.comparison_creator import ComparisonCreator

MACROS = (
    "CREATE MACRO clean(x) AS nullif(trim(regexp_replace(lower(strip_accents(x)), '[^a-z0-9]+', ' ', 'g')), '')",
    "CREATE MACRO digits(x) AS nullif(regexp_replace(x, '[^0-9]', '', 'g'), '')",
    """CREATE MACRO iso_day(x) AS coalesce(
           try_strptime(x, '%d.%m.%Y'), try_strptime(x, '%Y-%m-%d'), try_strptime(x, '%d/%m/%Y'))::DATE::VARCHAR""",
    "CREATE MACRO filled(x) AS nullif(x, '')",
    "CREATE MACRO seconds_of(minutes, seconds) AS try_cast(minutes AS DOUBLE) * 60 + try_cast(seconds AS DOUBLE)",
    "CREATE MACRO words(x) AS string_split(clean(x), ' ')",
    "CREATE MACRO sorted_words(x) AS array_to_string(list_sort(words(x)), ' ')",
)


@dataclass(frozen=True, slots=True)
class Model:
    """A model: how columns are prepared, what is compared, and which rules block, train and set the prior."""

    prepare: str
    comparisons: Sequence[ComparisonCreator]
    block: Sequence[BlockingRuleCreator]
    train: Sequence[BlockingRuleCreator]
    sure: Sequence[BlockingRuleCreator]
    recall: float = 0.7


def exact(column: str) -> ComparisonCreator:
    """Compare for equality; rare values weigh more."""
    return cl.ExactMatch(column).configure(term_frequency_adjustments=True)


def near(column: str, *thresholds: float) -> ComparisonCreator:
    """Compare by Jaro and Winkler; equal values weigh more when they are rare."""
    return cl.JaroWinklerAtThresholds(column, list(thresholds)).configure(term_frequency_adjustments=True)


def within(column: str, *steps: float) -> ComparisonCreator:
    """Compare numbers by how far they are apart."""
    levels = [cll.CustomLevel(f"abs({column}_l - {column}_r) <= {step}", f"within {step}") for step in steps]
    return cl.CustomComparison(
        output_column_name=column, comparison_levels=[cll.NullLevel(column), *levels, cll.ElseLevel()]
    )


def named(column: str, *, term_frequencies: bool = True) -> ComparisonCreator:
    """Compare names of things: as they are, then by the words they share, then by letters."""
    left, right = (f"string_split({column}_{side}, ' ')" for side in "lr")
    shared = f"len(list_intersect({left}, {right}))"
    of_shorter = f"{shared} / least(len(list_distinct({left})), len(list_distinct({right})))"
    of_all = f"{shared} / len(list_distinct(list_concat({left}, {right})))"
    return cl.CustomComparison(
        output_column_name=column,
        comparison_levels=[
            cll.NullLevel(column),
            cll.ExactMatchLevel(column, term_frequency_adjustments=term_frequencies),
            cll.JaroWinklerLevel(column, 0.92),
            cll.CustomLevel(f"{of_all} >= 0.6 OR ({of_shorter} = 1 AND {shared} > 1)", "most words shared"),
            cll.CustomLevel(f"{of_shorter} >= 0.5", "half of the words shared"),
            cll.JaroWinklerLevel(column, 0.8),
            cll.ElseLevel(),
        ],
    )
