# SPDX-License-Identifier: Apache-2.0
"""Mean days: what homes draw and inject by half hour of the clock, on weekdays and on weekends.

A curve of dates would give each home of a group away to whoever has its own curve of a month; a mean day does not, and
is what models of households are made of. Which homes count is the same for every value of a set: else the difference of
two values would be of those few that one has and the other lacks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .half_hours import DAY_SLOTS, HalfHours

__all__ = ["DAY_TYPES", "STEP_W", "HomeDays", "MeanDays", "mean_days", "rounded"]

DAY_TYPES = ("weekday", "weekend")  # public holidays are days like others
STEP_W = 10  # to which published powers are rounded
_KNOWN_DAYS = 3  # of which somebody knows the curve of a home
_SATURDAY = 5
_COVERED = 0.9  # of the homes that have a half hour, for it to be published

Array = npt.NDArray[Any]


@dataclass
class HomeDays:
    """What is kept of a home: little, however long the panel was.

    Attributes:
        sums: of power, drawn and injected, by day type and half hour of the clock, W.
        counts: of what they are sums of.
        known: of its first days, whose curve somebody may have: the day type, half hours of the clock, power in W.
    """

    sums: Array = field(default_factory=lambda: np.zeros((2, len(DAY_TYPES), DAY_SLOTS)))
    counts: Array = field(default_factory=lambda: np.zeros((2, len(DAY_TYPES), DAY_SLOTS)))
    known: list[tuple[int, Array, Array]] = field(default_factory=list)

    def add(self, day: HalfHours) -> None:
        """One more day."""
        kind = int(day.day.weekday() >= _SATURDAY)
        for place, energy in enumerate((day.consumed_wh, day.injected_wh)):
            told = ~np.isnan(energy)
            np.add.at(self.sums[place, kind], day.slots[told], energy[told] * 2)  # Wh of half an hour in W
            np.add.at(self.counts[place, kind], day.slots[told], 1)
        if len(self.known) < _KNOWN_DAYS:
            self.known.append((kind, day.slots, day.consumed_wh * 2))

    @property
    def mean_w(self) -> Array:
        """Mean power: drawn and injected, by day type and half hour; NaN where nothing is known."""
        with np.errstate(invalid="ignore"):
            mean: Array = np.where(self.counts > 0, self.sums / np.maximum(self.counts, 1), np.nan)
        return mean


@dataclass(frozen=True)
class MeanDays:
    """The homes that count, on the half hours that do.

    Attributes:
        places: of the homes in the list that was given.
        minutes: how long each span of the clock is that counts.
        days: indices of day types, one a span.
        slots: half hours of the clock in which the spans begin.
        mean_w: a row a home: power drawn in each span, then power injected in each, in watts.
    """

    places: Sequence[int]
    minutes: int
    days: Array
    slots: Array
    mean_w: Array

    def of_day(self, day_w: Array) -> Array:
        """The spans of a day that has a row a day type and a column a half hour, NaN where that is not known."""
        long = self.minutes // 30
        rows = [day_w[kind, slot : slot + long] for kind, slot in zip(self.days, self.slots, strict=True)]
        return np.array([row.mean() for row in rows])

    def widened(self, minutes: int) -> "MeanDays":
        """The same on longer spans: those of which each half hour counts."""
        long = minutes // 30
        there = {
            (int(kind), int(slot)): column
            for column, (kind, slot) in enumerate(zip(self.days, self.slots, strict=True))
        }
        spans = [
            (kind, slot, columns)
            for kind in range(len(DAY_TYPES))
            for slot in range(0, DAY_SLOTS, long)
            if -1 not in (columns := [there.get((kind, each), -1) for each in range(slot, slot + long)])
        ]
        width = len(self.days)
        parts = [self.mean_w[:, np.array(columns) + width * place].mean(axis=1)
                 for place in (0, 1) for _, _, columns in spans]  # fmt: skip
        return MeanDays(
            self.places, minutes, np.array([kind for kind, _, _ in spans], int),
            np.array([slot for _, slot, _ in spans], int), np.array(parts).reshape(len(parts), len(self.places)).T,
        )  # fmt: skip


def mean_days(homes: Sequence[HomeDays]) -> MeanDays:
    """Choose the half hours that most homes have, and the homes that have all of these."""
    means = np.array([home.mean_w for home in homes]) if homes else np.zeros((0, 2, len(DAY_TYPES), DAY_SLOTS))
    there = ~np.isnan(means[:, 0])
    kept = (
        there.mean(axis=0) >= _COVERED * there.mean(axis=0).max(initial=0.0)
        if homes
        else np.zeros(there.shape[1:], bool)
    ) & there.any(axis=0)
    days, slots = np.nonzero(kept)
    whole = there[:, days, slots].all(axis=1) & bool(len(days))
    injected = np.nan_to_num(means[:, 1])
    rows = np.concatenate([means[:, 0][:, days, slots], injected[:, days, slots]], axis=1)
    return MeanDays([int(place) for place in np.nonzero(whole)[0]], 30, days, slots, rows[whole])


def rounded(power_w: Array) -> Array:
    """As it is published."""
    steps: Array = np.rint(power_w / STEP_W).astype(np.int64) * STEP_W
    return steps
