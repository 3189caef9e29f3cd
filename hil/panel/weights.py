# SPDX-License-Identifier: Apache-2.0
"""How often each of some kinds is: weights as a person writes them, and the draw by them."""

import difflib
from collections.abc import Callable, Collection, Mapping
from math import isfinite
from random import Random
from typing import Annotated, TypeVar

from pydantic import AfterValidator

__all__ = ["Weights", "drawn", "named", "positive"]

_Kind = TypeVar("_Kind")


def _checked(weights: Mapping[str, float]) -> Mapping[str, float]:
    if not weights:
        raise ValueError("no kind is in it; write one with its weight, such as NAME = 1")
    for name, weight in weights.items():
        if not isfinite(weight) or weight < 0:
            raise ValueError(f"{name}: a weight is 0 or more, and {weight:g} is none; write how often it is, as 3")
    if not any(weights.values()):
        raise ValueError("all weights are 0, so that nothing can be drawn; give one of them a weight")
    return weights


Weights = Annotated[Mapping[str, float], AfterValidator(_checked)]
"""Kind to its weight: the others count by how it compares with theirs."""


def named(what: str, known: Callable[[], Collection[str]]) -> AfterValidator:
    """A check that each kind is a known one.

    Args:
        what: one of them, for people.
        known: their names.
    """

    def check(weights: Mapping[str, float]) -> Mapping[str, float]:
        names = known()
        for name in weights:
            if name not in names:
                near = difflib.get_close_matches(name, names, 1)
                hint = f". Did you mean {near[0]}?" if near else ""
                raise ValueError(f"{name}: no such {what}; known: {', '.join(names)}{hint}")
        return weights

    return AfterValidator(check)


def positive(weights: Mapping[str, float]) -> list[str]:
    """The kinds that may be drawn."""
    return [name for name, weight in weights.items() if weight > 0]


def drawn(rng: Random, weights: Mapping[_Kind, float], possible: Callable[[_Kind], bool] = lambda kind: True) -> _Kind:
    """One kind of those possible, as often as their weights say; one number is taken of ``rng`` in any case.

    Args:
        rng: of the draw.
        weights: of all kinds; one that is possible has a weight.
        possible: whether a kind may be.
    """
    left = {kind: weight for kind, weight in weights.items() if weight > 0 and possible(kind)}
    place = rng.random() * sum(left.values())
    for kind, weight in left.items():
        place -= weight
        if place < 0:
            return kind
    return next(reversed(left))
