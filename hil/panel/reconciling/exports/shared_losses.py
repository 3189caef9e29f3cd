# SPDX-License-Identifier: Apache-2.0
"""Who lost readings that nobody wrote down, inferred: what most homes lost at once was lost by the servers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..columns import Instants, Truths
from ..results import UNKNOWN
from .usual_interval import Gaps

__all__ = ["HOME_ALONE", "SERVERS", "Silence", "inferred"]

SERVERS, HOME_ALONE = "broker or database", "radio or device"
_MOST = 0.6  # share of the other homes: those that publish by another way need not have lost anything


@dataclass(frozen=True, slots=True)
class Silence:
    """A home's readings: from when to when there are some, and where some are missing."""

    from_us: int
    to_us: int
    gaps: Gaps

    def is_silent(self, instants_us: Instants) -> Truths:
        """Of each instant, whether it lies in a gap, and not next to a reading."""
        gaps = self.gaps
        beside_us = (gaps.to_us - gaps.from_us) / (gaps.number + 1) / 2
        place = np.searchsorted(gaps.from_us, instants_us, "right") - 1
        silent = np.zeros(len(instants_us), bool)
        known = np.flatnonzero(place >= 0)
        at_us, place = instants_us[known], place[known]
        after, before = at_us - gaps.from_us[place] > beside_us[place], gaps.to_us[place] - at_us > beside_us[place]
        silent[known] = after & before
        return silent


def inferred(due_us: Instants, others: Sequence[Silence]) -> list[str]:
    """The cause of each loss of a home.

    Args:
        due_us: when the lost readings were due.
        others: the other homes of the panel.
    """
    there, silent = np.zeros(len(due_us), np.int64), np.zeros(len(due_us), np.int64)
    for other in others:
        is_there = (other.from_us <= due_us) & (due_us <= other.to_us)
        there += is_there
        silent += is_there & other.is_silent(due_us)
    shared = silent >= _MOST * there
    return [
        UNKNOWN if not number else SERVERS if all_ else HOME_ALONE
        for number, all_ in zip(there.tolist(), shared.tolist(), strict=True)
    ]
