# SPDX-License-Identifier: Apache-2.0
"""A suite spread over several boards: who plays which part of the plans, so that all are done at about one time."""

from collections.abc import Iterable, Sequence

from xky.protocol import Mode

from .campaign import Campaign
from .judgement import Asked
from .stimulus import Stimulus

__all__ = ["shares_of"]


def shares_of(campaign: Campaign, asked: Sequence[Asked], boards: int) -> list[int]:
    """For each of what is asked the number of the board, from 0 on, that it is asked of.

    The plans are cut where their time is, rehearsed on a simulated reader, in so many equal parts, mode after mode: a
    board plays little of more than one. What has a step in common is asked of one board, which plays it once.

    Args:
        campaign: over the whole suite.
        asked: all of it.
        boards: how many there are.
    """
    campaign.select(asked)
    lengths = {mode: campaign.step_lengths_s(mode) for mode in campaign.modes if any(one.mode is mode for one in asked)}
    groups = _together(asked)
    costs = [sum(lengths[mode].get(step, 0.0) for step in steps) for mode, steps, _ in groups]
    shares, before_s, whole_s = [0] * len(asked), 0.0, sum(costs) or 1.0
    for (_, _, members), cost_s in zip(groups, costs, strict=True):
        middle = (before_s + cost_s / 2) / whole_s
        for member in members:
            shares[member] = min(int(middle * boards), boards - 1)
        before_s += cost_s
    return shares


def _together(asked: Sequence[Asked]) -> list[tuple[Mode, set[Stimulus], list[int]]]:
    """What shares steps, mode by mode in the order asked: its mode, its steps, and places in ``asked``."""
    groups: list[tuple[Mode, set[Stimulus], list[int]]] = []
    for place, one in enumerate(asked):
        steps = set(_steps(one))
        kin = [group for group in groups if group[0] is one.mode and not steps.isdisjoint(group[1])]
        first = kin[0] if kin else (one.mode, set(), [])
        for other in kin[1:]:
            first[1].update(other[1])
            first[2].extend(other[2])
            groups.remove(other)
        if not kin:
            groups.append(first)
        first[1].update(steps)
        first[2].append(place)
    return groups


def _steps(one: Asked) -> Iterable[Stimulus]:
    return (step for step in one.purpose.stimuli if one.mode in step.modes)
