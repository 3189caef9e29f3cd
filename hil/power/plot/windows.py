# SPDX-License-Identifier: Apache-2.0
"""Which stretches of a board's simulation are drawn: its start, one period, and its wake or its last reset enlarged."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from xky.boards.description.states import OFF
from xky.boards.power.analysis import Analysis, one_period
from xky.boards.power.event_simulation import Stretch

from ..wake_table import wakes_at

__all__ = ["PlotWindow", "enlarged_of", "period_of", "resets_in", "start_of"]

_RESETS_SHOWN = 10
_PERIODS_SHOWN = 1.5  # behind the first reading, or more if they are short
_CHARGES_SHOWN = 3.0  # times the way to the first reading
_NEARLY = 0.995  # of where a voltage comes to rest
_UNITS = ((1e-3, "ms", 0.3), (1.0, "s", 100.0), (60.0, "min", 7200.0), (3600.0, "h", inf))  # up to so many seconds
_BEHIND = 0.35  # of a wake: so much of the sleep is drawn with it


_WAKE = "the wake began"


@dataclass(frozen=True, slots=True)
class PlotWindow:
    """A window on some stretches.

    Attributes:
        stretches: in order.
        start_s: of the window.
        end_s: likewise.
        heading: what it shows.
        since: what time is counted from.
    """

    stretches: Sequence[Stretch]
    start_s: float
    end_s: float
    heading: str
    since: str

    @property
    def unit(self) -> tuple[float, str]:
        """Seconds of the unit in which its time is told, and the unit's name."""
        lasts_s = self.end_s - self.start_s
        return next(unit for unit in _UNITS if lasts_s < unit[2])[:2]

    @property
    def width(self) -> float:
        """Of the window, in its unit."""
        return (self.end_s - self.start_s) / self.unit[0]

    @property
    def seen(self) -> Sequence[Stretch]:
        """The stretches that are in the window, or partly."""
        return [one for one in self.stretches if one.at_s < self.end_s and one.at_s + one.duration_s > self.start_s]

    def ends(self, stretch: Stretch) -> tuple[float, float]:
        """Where a stretch begins and ends in the window."""
        return max(self.x(stretch.at_s), 0.0), min(self.x(stretch.at_s + stretch.duration_s), self.width)

    def x(self, at_s: float) -> float:
        """Where an instant stands."""
        return (at_s - self.start_s) / self.unit[0]


def start_of(analysis: Analysis) -> PlotWindow:
    """From an empty capacitor on."""
    cold = analysis.cold
    assert cold is not None
    stretches, heading = cold.stretches, "From an empty capacitor"
    end_s = stretches[-1].at_s + stretches[-1].duration_s
    if cold.start_s is None:
        resets_s = resets_in(stretches)
        if len(resets_s) > _RESETS_SHOWN:
            end_s = resets_s[_RESETS_SHOWN]
            heading += f": the first {_RESETS_SHOWN} of {cold.resets} resets in a row"
    elif cold.reading_s is not None:  # a device that sleeps for hours would leave no room for its charge
        end_s = min(end_s, cold.reading_s + max(_PERIODS_SHOWN * analysis.period_s, _CHARGES_SHOWN * cold.reading_s))
    if len(resets_in(stretches)) == 0 and (cold.start_s is None or analysis.cycle is None):
        last = stretches[-1]
        rest_v = last.state.flow.rest_v(last.before_v)
        near_v = last.before_v + _NEARLY * (rest_v - last.before_v)
        end_s = min(end_s, 1.2 * (last.at_s + last.state.flow.time_to(last.before_v, near_v)))
    return PlotWindow(stretches, 0.0, end_s, heading, "the meter was connected")


def resets_in(stretches: Sequence[Stretch]) -> list[float]:
    """When the device lost its rail."""
    return [b.at_s for a, b in pairwise(stretches) if a.state.name != OFF and b.state.name == OFF]


def period_of(analysis: Analysis) -> PlotWindow | None:
    """One period in the long run, from its wake on; None where there is none."""
    begins_v = wakes_at(analysis)
    if analysis.cycle is None or analysis.settled_v is None or begins_v is None:
        return None
    heading = "One period in the long run; the grey wake is enlarged below"
    return PlotWindow(one_period(analysis.cycle, begins_v), 0.0, analysis.cycle.period_s, heading, _WAKE)


def enlarged_of(analysis: Analysis, period: PlotWindow | None) -> PlotWindow | None:
    """The wake of a period, else the last one before a reset; None for a device that never wakes from a sleep."""
    if analysis.cycle is None or analysis.cold is None:
        return None
    wake_s = analysis.cycle.wake_s
    if period is not None:
        return PlotWindow(period.stretches, 0.0, min((1 + _BEHIND) * wake_s, period.end_s), "The wake enlarged", _WAKE)
    stretches = analysis.cold.stretches
    resets_s = resets_in(stretches)
    if len(resets_s) < 2:
        first = analysis.cycle.states[0][0].name
        begins_s = max((one.at_s for one in stretches if one.state.name == first), default=None)
        if begins_s is None:
            return None
        return PlotWindow(stretches, begins_s, begins_s + (1 + _BEHIND) * wake_s, "The last wake enlarged", _WAKE)
    start_s, next_s = resets_s[-2:]
    end_s = next_s + _BEHIND * (next_s - start_s)
    return PlotWindow(stretches, start_s, end_s, "From one reset to the next, enlarged", "the reset")
