# SPDX-License-Identifier: Apache-2.0
"""When readings were due that nobody wrote down: by the period that was told, else by the usual interval.

A gateway that sleeps has no even period: a gap is a loss only where it is longer than three of four intervals, by half.
"""

from dataclasses import dataclass

import numpy as np

from ..columns import Floats, Instants

__all__ = ["Gaps", "Usual", "gaps_of", "instants_of", "usual_interval"]

_JOINED_US = 400_000  # points of one reading are no further apart; frames are never as short
_MANY = 0.75  # share of the intervals
_BROKEN = 1.6  # times as long as usual, at least
_BEGINS = 2.0  # times as long may the first interval be; an assumption
_SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Usual:
    """How often readings come.

    Attributes:
        interval_us: usual one.
        longest_us: beyond which a reading is missing.
        is_told: somebody told it.
    """

    interval_us: float
    longest_us: float
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Gaps:
    """Where readings are missing: instants before and behind, and how many fit in between."""

    from_us: Instants
    to_us: Instants
    number: Instants

    def due_us(self) -> Instants:
        """When the missing ones were due, evenly."""
        whole = [
            np.linspace(begin, end, number + 2)[1:-1]
            for begin, end, number in zip(self.from_us, self.to_us, self.number, strict=True)
        ]
        return np.concatenate(whole).astype(np.int64) if whole else np.empty(0, np.int64)


def instants_of(at_us: Instants, said: dict[str, Floats], series: Instants) -> Instants:
    """When there was a reading: by the label of a series that is said most often, and whatever comes far from that."""
    if not len(at_us):
        return at_us
    rows = max(
        (np.flatnonzero((series == number) & ~np.isnan(column)) for _, column in sorted(said.items())
         for number in np.unique(series)),
        key=len,
    )  # fmt: skip
    main = _apart(np.unique(at_us[rows]))
    usual_us = float(np.median(np.diff(main))) if len(main) > 1 else 0.0
    others = np.setdiff1d(np.unique(at_us), main)
    place = np.searchsorted(main, others).clip(1, max(len(main) - 1, 1))
    near_us = np.minimum(np.abs(others - main[np.minimum(place, len(main) - 1)]), np.abs(others - main[place - 1]))
    alone = others[near_us > usual_us / 2]
    return _apart(np.union1d(main, alone))


def _apart(instants_us: Instants) -> Instants:
    """Without those that follow another at once."""
    return np.asarray(instants_us[np.concatenate([[True], np.diff(instants_us) > _JOINED_US])], np.int64)


def usual_interval(instants_us: Instants, told_s: float | None, board_s: float | None) -> Usual:
    """The interval that readings usually have.

    Args:
        instants_us: of readings.
        told_s: that somebody told, which counts in any case.
        board_s: that the board promises, where one reading tells nothing.
    """
    if told_s is not None:
        return Usual(told_s * _SECOND_US, _BROKEN * told_s * _SECOND_US, True)
    gaps = np.diff(instants_us)
    if not len(gaps):
        return Usual((board_s or 0.0) * _SECOND_US, _BROKEN * (board_s or 0.0) * _SECOND_US)
    interval_us, many_us = float(np.median(gaps)), float(np.quantile(gaps, _MANY))
    return Usual(interval_us, _BROKEN * max(interval_us, many_us))


def gaps_of(instants_us: Instants, usual: Usual, from_us: int | None, until_us: int | None) -> Gaps:
    """Where readings are missing.

    Args:
        instants_us: of readings, rising.
        usual: interval.
        from_us: from which on they are due; None: the first.
        until_us: until which; None: the last.
    """
    if usual.interval_us <= 0:
        return Gaps(*(np.empty(0, np.int64) for _ in range(3)))
    marks, interval_us = instants_us, usual.interval_us
    if from_us is not None and (number := int((marks[0] - from_us) // interval_us)) > 0:
        marks = np.concatenate([[round(marks[0] - (number + 1) * interval_us)], marks])  # as if one had come before
    if until_us is not None and (number := int((until_us - marks[-1]) // interval_us)) > 0:
        marks = np.concatenate([marks, [round(marks[-1] + (number + 1) * interval_us)]])
    lengths = np.diff(marks)
    longest_us = np.full(len(lengths), usual.longest_us)
    if from_us is None and not usual.is_told and len(lengths):
        longest_us[0] *= _BEGINS  # it may just have been switched on
    broken = np.flatnonzero(lengths > longest_us)
    missing = np.maximum(np.round(lengths[broken] / interval_us) - 1, 1).astype(np.int64)
    return Gaps(marks[broken], marks[broken + 1], missing)
