"""Steps: the best level of a kind in steps, from agreement on a rare value to agreement on a common one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from matching.columns import PART
from matching.document import Frequencies, Step
from matching.fields import Field, fields_of
from matching.kinds.kind import Kind, Level, by_name
from matching.kinds.pairs import Bounded, Codes, Outcomes, PairComparison

FEWEST = 10
"""So many records have a value that is listed: what fewer have says of whom it speaks, and is as good as rare."""

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _InSteps(Kind):
    """A kind whose best level has steps."""

    def __reduce__(self) -> tuple[Callable[..., Kind], tuple[object, ...]]:
        """Go to another process as the kind that it is made of, and the frequencies."""
        return by_frequency, (by_name(self.name), self.frequencies)


def by_frequency(kind: Kind, frequencies: Frequencies) -> Kind:
    """Give the kind with its best level in steps, the rarest first; steps have m and u as far as they share in it."""
    best, *others = kind.levels
    steps = [
        Level(_name(best, step), f"{best.words}; {_words(frequencies.steps, place)}", best.m * step.m, best.u * step.u)
        for place, step in enumerate(frequencies.steps)
    ]
    edges = np.array([_edge(step) for step in frequencies.steps[1:]])

    def prepare(values: Sequence[str]) -> PairComparison:
        places = np.searchsorted(
            edges, shares_of(kind, values, frequencies.common, frequencies.records), side="right"
        ).astype(np.int8)

        def in_steps(compare: PairComparison) -> PairComparison:
            def compared(left: Codes, right: Codes) -> Outcomes:
                levels = compare(left, right)
                best = np.maximum(places[left], places[right]) + np.int8(1)
                return np.where(levels == 1, best, levels + np.int8(len(edges)))

            return compared

        comparison = kind.prepare(values)
        return comparison.each(in_steps) if isinstance(comparison, Bounded) else in_steps(comparison)

    own = {one.name: getattr(kind, one.name) for one in fields(kind)}
    return _InSteps(**own | {"levels": (*steps, *others), "prepare": prepare, "frequencies": frequencies})


def shares_of(kind: Kind, values: Sequence[str], common: Sequence[Mapping[str, int]], records: int) -> Shares:
    """Give how large a share of so many records has each value, at most where it is not listed as common.

    Of parts that are common or rare each by itself the shares are multiplied; an empty part says nothing.
    """
    shares = np.ones(len(values))
    for listed, field in zip(common, parts(kind, values), strict=False):
        known = {**listed, "": records}
        shares *= np.array([known.get(text, FEWEST - 1) for text in field.texts])[field.codes] / records
    return shares


def parts(kind: Kind, values: Sequence[str]) -> list[Field]:
    """Give the parts of distinct values that are common or rare each by itself; else the whole."""
    if kind.independent_parts and values:
        return fields_of(values, values[0].count(PART) + 1)
    return [Field(np.arange(len(values)), list(values))]


def _edge(step: Step) -> float:
    """The least share of the records that a value of the step has, apart from what rounding takes off."""
    return (1 - 1e-9) / (step.one_in or np.inf)


def _name(best: Level, step: Step) -> str:
    return best.name if step.one_in is None else f"{best.name}_1_in_{step.one_in}"


def _words(steps: Sequence[Step], place: int) -> str:
    one_in = [f"1 in {step.one_in:,} records" for step in steps if step.one_in is not None]
    if place == 0:
        return f"a rare value: fewer than {one_in[0]} would have it"
    if place == len(steps) - 1:
        return f"a common value: at least {one_in[-1]} would have it"
    return f"a value neither rare nor common: at least {one_in[place - 1]} would have it, fewer than {one_in[place]}"
