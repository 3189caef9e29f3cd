# SPDX-License-Identifier: Apache-2.0
"""What the capacitor does between events, as points of a line: from the motion itself, not straight from end to end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from xky.boards.power.event_simulation import Stretch

__all__ = ["Trace", "trace_of"]

_POINTS = 700  # in the width of a panel: closer than its ink
_LEAST = 6  # in a stretch, however short: a fast start is a bend there


@dataclass(slots=True)
class Trace:
    """Points in time.

    Attributes:
        times_s: ascending; twice the same where a load changes.
        terminal_v: of the capacitor.
        charge_a: what comes in.
    """

    times_s: list[float] = field(default_factory=list)
    terminal_v: list[float] = field(default_factory=list)
    charge_a: list[float] = field(default_factory=list)


def trace_of(stretches: Sequence[Stretch], start_s: float, end_s: float) -> Trace:
    """The points of some stretches between two times."""
    trace = Trace()
    for stretch in stretches:
        from_s, until_s = max(stretch.at_s, start_s), min(stretch.at_s + stretch.duration_s, end_s)
        if until_s < from_s:
            continue
        state, steps = stretch.state, max(_LEAST, ceil(_POINTS * (until_s - from_s) / (end_s - start_s)))
        for step in range(steps + 1):
            at_s = from_s + (until_s - from_s) * step / steps
            inner_v = state.flow.after(stretch.before_v, at_s - stretch.at_s)
            trace.times_s.append(at_s)
            trace.terminal_v.append(state.terminal_v(inner_v))
            trace.charge_a.append(state.balance.charge_a(inner_v))
    return trace
