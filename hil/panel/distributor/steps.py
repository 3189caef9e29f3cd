# SPDX-License-Identifier: Apache-2.0
"""How long the interval of each point is: by its row, by the head, or by how far apart points are.

A file that tells no step may change it, and may have gaps: an hour between two points is a step where some follow each
other at it, and a missing half hour else. Where a gap lies on a change of the step nothing tells how long the intervals
in between are.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise

from .curve import MINUTE_US
from .form import LEAST_RUN, STEPS_MIN

__all__ = ["steps_of"]


def steps_of(instants_us: Sequence[int], told_min: Mapping[int, int], step_min: int | None) -> dict[int, int | None]:
    """The step of each point, in minutes; None where nothing tells it.

    Args:
        instants_us: ends of the intervals, rising.
        told_min: steps that rows tell, by end.
        step_min: of all, if the head tells it.
    """
    if step_min is not None:
        return {end_us: told_min.get(end_us, step_min) for end_us in instants_us}
    found = _followed(instants_us)
    before, behind = _carried(found), _carried(found[::-1])[::-1]
    steps: dict[int, int | None] = {}
    for place, end_us in enumerate(instants_us):
        left, right = before[place], behind[place]
        agreed = left or right if left == right or not (left and right) else None
        if agreed and _may_be_finer(agreed, before[place - 1] if place else None, (*behind, None)[place + 1]):
            agreed = None
        steps[end_us] = told_min.get(end_us, agreed)
    return steps


def _carried(steps: Sequence[int | None]) -> list[int | None]:
    """Each step, on to where the next is known."""
    last = None
    return [last := one or last for one in steps]


def _may_be_finer(step_min: int, before_min: int | None, behind_min: int | None) -> bool:
    """Whether a point next to a finer step may have that one, the point before it missing."""
    return any(one is not None and one < step_min for one in (before_min, behind_min))


def _followed(instants_us: Sequence[int]) -> list[int | None]:
    """The step of each point that others follow at it; where they are too few, the one most often met, if any is."""
    gaps = [
        (right - left) // MINUTE_US if (right - left) % MINUTE_US == 0 else 0 for left, right in pairwise(instants_us)
    ]
    found: list[int | None] = [None]  # the first point ends no gap
    for gap, run in groupby(gaps):
        length = len(list(run))
        found += [gap if gap in STEPS_MIN and length >= LEAST_RUN else None] * length
    if any(found):
        return found
    possible = Counter(gap for gap in gaps if gap in STEPS_MIN)
    usual = max(possible, key=lambda gap: (possible[gap], -gap)) if possible else None
    return [usual] * len(instants_us)
