# SPDX-License-Identifier: Apache-2.0
"""One wake, phase by phase: how long, at what current, to what voltage, and how far from its brown-out."""

from collections.abc import Sequence
from dataclasses import dataclass

from xky.boards.description.states import SLEEP
from xky.boards.power.analysis import Analysis, one_period

__all__ = ["WakeStep", "reset_of", "wake_of", "wakes_at"]


@dataclass(frozen=True, slots=True)
class WakeStep:
    """A phase of a wake, or the sleep behind it.

    Attributes:
        phase: name of its load.
        duration_s: until its end, or until the device resets in it.
        current_a: mean of the rail.
        peak_a: of the rail in bursts; None: there are none.
        after_v: terminal voltage at the end.
        margin_v: least distance of the terminals from brown-out in it; 0 where it resets, negative where it
            begins under it.
        resets: whether the device browns out in it.
    """

    phase: str
    duration_s: float
    current_a: float
    peak_a: float | None
    after_v: float
    margin_v: float
    resets: bool


def wakes_at(analysis: Analysis) -> float | None:
    """Inner voltage at which a wake begins: in the long run; where there is none, of the last one seen.

    None where there was no wake at all.
    """
    train, cold = analysis.train, analysis.cold
    if train is None or cold is None or analysis.cycle is None:
        return None
    if analysis.settled_v is not None:
        return train.state(analysis.supply, SLEEP).inner_v(analysis.settled_v)
    return cold.wakes_v[-1] if cold.wakes_v else None


def wake_of(analysis: Analysis) -> Sequence[WakeStep]:
    """The steps of a wake that begins at ``wakes_at``, up to a brown-out."""
    begins_v = wakes_at(analysis)
    if begins_v is None or analysis.cycle is None:
        return ()
    steps = []
    for stretch in one_period(analysis.cycle, begins_v):
        state, before_v, after_v, duration_s = stretch.state, stretch.before_v, stretch.after_v, stretch.duration_s
        resets = min(before_v, after_v) <= state.off_v
        if resets:
            duration_s = 0.0 if before_v <= state.off_v else state.flow.time_to(before_v, state.off_v)
            after_v = min(before_v, state.off_v)
        margin_v = min(state.terminal_v(v) for v in (before_v, after_v)) - state.off_terminal_v
        if resets and duration_s:
            margin_v = 0.0
        steps.append(WakeStep(
            state.name, duration_s, state.load.current_a, state.load.peak_a, state.terminal_v(after_v), margin_v, resets
        ))  # fmt: skip
        if resets:
            break
    return steps


def reset_of(analysis: Analysis) -> tuple[str, float] | None:
    """The phase in which such a wake resets, and the terminal voltage under which it does; None: it comes through."""
    last = next(iter(wake_of(analysis)[-1:]), None)
    if last is None or not last.resets or analysis.train is None:
        return None
    return last.phase, analysis.train.state(analysis.supply, last.phase).off_terminal_v
