# SPDX-License-Identifier: Apache-2.0
"""Demand: filtered apparent power, by which the breaker opens, and its maximum of the day (SMAXSN, SMAXIN): 54E §7."""

from collections import deque
from dataclasses import dataclass, field, replace
from math import ceil, log, sqrt

from ..legal_time import SECOND_US
from .clock import MeterClock

__all__ = ["TOLD_US", "Demand", "MaximaSeen", "Maximum"]

FILTER_B = 0.008  # of the recursive low-pass filter, once a second (54E §7)
_TRUE = MeterClock()
_DAYS_KEPT = 6  # as far back as a captured SMAXSN-1 was seen to reach
TOLD_US = (_DAYS_KEPT + 3) * 86_400 * SECOND_US  # of days that ended earlier no maximum is told any more


@dataclass(frozen=True, slots=True)
class Maximum:
    """Highest filtered power of a day, and when it was reached on the meter's clock."""

    va: int
    at_us: int


@dataclass(frozen=True, slots=True)
class MaximaSeen:
    """The maxima that a meter says; None and empty where nothing is told.

    Attributes:
        today: of the day under way.
        days: of the days before, newest first.
        yesterday_va: of yesterday, where its time is not told.
    """

    today: Maximum | None = None
    days: tuple[Maximum, ...] = ()
    yesterday_va: int | None = None


@dataclass
class Demand:
    """Filtered apparent power and its maximum of the day (SMAXSN, SMAXIN): 54E §7.

    The filter runs once a second, Y(n) = B·X² + (1-B)·Y(n-1); n seconds of one power are one power of
    (1-B). That SMAXSN is the square root of Y is implied by 54E, not written (uncertain).

    Attributes:
        days: maxima of the days before, newest first.
    """

    filtered: float = 0.0  # Y, in VA²
    today: Maximum = Maximum(0, 0)
    days: deque[Maximum] = field(default_factory=lambda: deque(maxlen=_DAYS_KEPT))

    def settle(self, apparent_va: float, at_us: int) -> None:
        """Start as if this power had been drawn for long."""
        self.filtered = apparent_va**2
        self.today = Maximum(round(apparent_va), at_us)

    def recall(self, seen: MaximaSeen) -> None:
        """Let the maxima be these, as far as they are told."""
        if seen.today is not None:
            self.today = seen.today
            self.filtered = min(self.filtered, float(seen.today.va) ** 2)
        if seen.days:
            self.days.clear()
            self.days.extend(seen.days)
        if seen.yesterday_va is not None:
            self.days[0] = replace(self.days[0], va=seen.yesterday_va)

    def rises(self, apparent_va: float) -> bool:
        """Whether this power may raise the maximum of the day."""
        return apparent_va > self.today.va

    def rests_at(self, apparent_va: float) -> bool:
        """Whether this power, drawn on, changes nothing any more, as in a house that has been empty for a day."""
        return self.filtered == apparent_va**2 and not self.rises(apparent_va)

    def run(self, apparent_va: float, start_us: int, end_us: int, clock: MeterClock = _TRUE) -> None:
        """Constant power from ``start_us`` to ``end_us``: the filter ticks at each whole second in it.

        ``clock`` is the meter's, which dates the maximum.
        """
        ticks = end_us // SECOND_US - start_us // SECOND_US
        if ticks <= 0:
            return
        if self.rests_at(apparent_va):
            return
        square, before = apparent_va**2, self.filtered
        self.filtered = square + (before - square) * (1 - FILTER_B) ** ticks
        shown_va = round(sqrt(self.filtered))
        if shown_va > self.today.va:  # it rises: the last tick is the highest, the time that of the first as high
            needed = _ticks_to_reach((shown_va - 0.5) ** 2, before, square) or 1
            at_us = (start_us // SECOND_US + min(needed, ticks)) * SECOND_US
            self.today = Maximum(shown_va, clock.shown(at_us))

    def ticks_to_reach(self, limit_va: float, apparent_va: float) -> int | None:
        """Seconds of this power until the filter's output reaches a limit; None when it never does."""
        return _ticks_to_reach(limit_va**2, self.filtered, apparent_va**2)

    def close_day(self, at_us: int) -> None:
        """Midnight: today becomes yesterday."""
        self.days.appendleft(self.today)
        self.today = Maximum(round(sqrt(self.filtered)), at_us)


def _ticks_to_reach(threshold: float, before: float, square: float) -> int | None:
    if before >= threshold:
        return 1
    if square <= threshold:
        return None
    return max(1, ceil(log((square - threshold) / (square - before)) / log(1 - FILTER_B) - 1e-9))
