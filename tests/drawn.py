"""Laws over what Hypothesis draws: few examples in `make test`, many in `make verify`."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy

Law = Callable[..., None]


def drawn(few: int, many: int, **strategies: SearchStrategy[Any]) -> Callable[[Law], Law]:
    """Hold a law for as many examples as each tier has time for; its other arguments are pytest's."""

    def held(law: Law) -> Law:
        def test(examples: int, **others: Any) -> None:
            settings(max_examples=examples)(given(**strategies)(law))(**others)

        given_by_pytest = [one for name, one in inspect.signature(law).parameters.items() if name not in strategies]
        number = inspect.Parameter("examples", inspect.Parameter.KEYWORD_ONLY)
        test.__signature__ = inspect.Signature([*given_by_pytest, number])  # type: ignore[attr-defined]
        test.__name__, test.__doc__, test.__module__ = law.__name__, law.__doc__, law.__module__
        return pytest.mark.parametrize("examples", [few, pytest.param(many, marks=pytest.mark.verify)])(test)

    return held
