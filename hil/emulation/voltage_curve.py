# SPDX-License-Identifier: Apache-2.0
"""The voltage of a capacitor over time, as pages draw it: its points, few enough, and the thresholds of its board."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Protocol

from xky.boards import Board
from xky.boards.power.clocked_train import train_of
from xky.boards.power.train import PowerState
from xky.emulator.supply import Supply

__all__ = ["Point", "Span", "inner_points_of", "once_each", "points_of", "thinned", "thresholds_of"]

Point = tuple[float, float]
"""Seconds, and volts at the terminals of the capacitor."""

_ROUND_S, _PIECES = 3.0, 40  # so often that a charge looks round


class Span(Protocol):
    """Time in one state: when it began, how long it lasted, and the capacitor's inner voltage at both ends."""

    @property
    def at_s(self) -> float: ...
    @property
    def duration_s(self) -> float: ...
    @property
    def before_v(self) -> float: ...
    @property
    def after_v(self) -> float: ...


def points_of(span: Span, state: PowerState, since_s: float = float("-inf")) -> Iterator[Point]:
    """Voltages at the terminals in a span; arguments as ``inner_points_of`` has them."""
    for at_s, inner_v in inner_points_of(span, state, since_s):
        yield at_s, state.terminal_v(inner_v)


def inner_points_of(span: Span, state: PowerState, since_s: float = float("-inf")) -> Iterator[Point]:
    """Inner voltages of a span: at both ends, and so often between that it is round.

    Args:
        span: of time.
        state: of the power train in it.
        since_s: what was before that is left out.
    """
    ago_s = min(max(since_s - span.at_s, 0.0), span.duration_s)
    left_s = span.duration_s - ago_s
    pieces = min(max(int(left_s / _ROUND_S), 1), _PIECES)
    for piece in range(pieces + 1):
        passed_s = ago_s + left_s * piece / pieces
        yield span.at_s + passed_s, span.after_v if piece == pieces else state.flow.after(span.before_v, passed_s)


def thinned(points: Sequence[Point], each_s: float) -> list[Point]:
    """Of each so many seconds the lowest and the highest voltage, in order; the last point stays."""
    shown: list[Point] = []
    for _, some in groupby(points, key=lambda point: int(point[0] / each_s)):
        group = [*some]
        shown += sorted({min(group, key=lambda point: point[1]), max(group, key=lambda point: point[1])})
    if points and (not shown or shown[-1] != points[-1]):
        shown.append(points[-1])
    return shown


def once_each(times_s: Iterable[float], each_s: float) -> list[float]:
    """Of instants the last one in each so many seconds."""
    return [*{int(at_s / each_s): at_s for at_s in times_s}.values()]


def thresholds_of(board: Board, supply: Supply) -> Iterator[tuple[str, float]]:
    """Voltages of the capacitor at which a board on terminals I1-A does something else, each with its name."""
    power = board.power
    if power is None or power.source != "tic":
        return
    lightest = min(power.loads, key=lambda name: power.loads[name].current_a)
    state, sleeps = train_of(power).state(supply, lightest), board.wake is not None
    told = {
        "wakes_up": state.on_terminal_v,
        "start": power.policy.begins_v if sleeps else None,
        "stop": power.policy.stop_v if sleeps else None,
        "brown_out": state.off_terminal_v,
    }
    yield from ((name, round(voltage_v, 3)) for name, voltage_v in told.items() if voltage_v is not None)
