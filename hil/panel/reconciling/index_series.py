# SPDX-License-Identifier: Apache-2.0
"""What the readings of an index say of the energy between two instants: at least, at most, and about.

An index is the energy counted, cut to whole watt-hours, and never falls: at an instant it is at least what a reading
said before, and below what a reading says after it, plus one. Where power does not change in between, it is on the line
between both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .columns import Floats, Instants

__all__ = ["HISTORIC_TOTALS", "IndexSeries", "Marks", "sum_at", "total_labels"]

HISTORIC_TOTALS = (
    ("BASE",), ("HCHC", "HCHP"), ("EJPHN", "EJPHPM"),
    ("BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR"),
)  # fmt: skip


def total_labels(said: Iterable[str]) -> tuple[str, ...]:
    """The labels whose sum is all that was drawn, of those that are said; none where one is missing.

    >>> total_labels(["HCHC", "HCHP", "PAPP"]), total_labels(["HCHC"]), total_labels(["EAST", "EASF01"])
    (('HCHC', 'HCHP'), (), ('EAST',))
    """
    known = set(said)
    if "EAST" in known:
        return ("EAST",)
    return next((ones for ones in HISTORIC_TOTALS if known.issuperset(ones)), ())


@dataclass(frozen=True, slots=True)
class Marks:
    """The energy at some instants, watt-hours: at least, at most, about; NaN where nothing tells."""

    least_wh: Floats
    most_wh: Floats
    about_wh: Floats


class IndexSeries:
    """Readings of one index, by when they were true.

    Args:
        from_us: of each, an instant until which the index was not more: when the oldest frame began it may be of.
        to_us: of each, an instant from which the index was not less: the end of that frame.
        wh: what it says.
        exact: of each, whether it is exact, and not cut to whole watt-hours.
    """

    def __init__(self, from_us: Instants, to_us: Instants, wh: Floats, exact: Sequence[bool] | None = None) -> None:
        order = np.argsort(to_us, kind="stable")
        self._from_us, self._to_us, self._wh = from_us[order], to_us[order], wh[order]
        self._over_wh = np.ones(len(wh)) if exact is None else 1.0 - np.asarray(exact, float)[order]
        self._starts_order = np.argsort(self._from_us, kind="stable")
        self._starts = self._from_us[self._starts_order]

    def __len__(self) -> int:
        return len(self._wh)

    @property
    def times_us(self) -> Instants:
        """By when each was true, rising."""
        return self._to_us

    @property
    def wh(self) -> Floats:
        """What each says."""
        return self._wh

    def with_exact(self, known: Sequence[tuple[int, float]]) -> "IndexSeries":
        """The same, and exact energies at some instants."""
        at_us = np.array([one for one, _ in known], np.int64)
        exact = [*(self._over_wh == 0).tolist(), *[True] * len(known)]
        wh = np.concatenate([self._wh, [one for _, one in known]])
        return IndexSeries(
            np.concatenate([self._from_us, at_us]), np.concatenate([self._to_us, at_us]), wh, exact
        )  # fmt: skip

    def at(self, instants_us: Instants) -> Marks:
        """The energy at some instants."""
        number = len(self._wh)
        if number == 0:
            nothing = np.full(len(instants_us), np.nan)
            return Marks(nothing, nothing, nothing)
        before = np.searchsorted(self._to_us, instants_us, "right") - 1
        behind = np.searchsorted(self._starts, instants_us, "left")
        low, high = np.clip(before, 0, number - 1), self._starts_order[np.clip(behind, 0, number - 1)]
        known = (before >= 0) & (behind < number)
        least = np.where(known, self._wh[low], np.nan)
        most = np.where(known, self._wh[high] + self._over_wh[high], np.nan)
        left_us, right_us = self._to_us[low], self._to_us[high]
        wide_us = np.maximum(right_us - left_us, 1)
        share = np.clip((instants_us - left_us) / wide_us, 0, 1)
        left_wh, right_wh = self._wh[low] + self._over_wh[low] / 2, self._wh[high] + self._over_wh[high] / 2
        about = np.clip(left_wh + share * (right_wh - left_wh), least, most)
        return Marks(least, most, np.where(known, about, np.nan))


def sum_at(series: Sequence[IndexSeries], instants_us: Instants) -> Marks:
    """The sum of some indexes at some instants."""
    marks = [one.at(instants_us) for one in series]
    return Marks(
        np.sum([one.least_wh for one in marks], axis=0),
        np.sum([one.most_wh for one in marks], axis=0),
        np.sum([one.about_wh for one in marks], axis=0),
    )
