# SPDX-License-Identifier: Apache-2.0
"""A chronicle laid along the time axis: its moments, what each index gained, and stretches of one value."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TypeVar

from xky.emulator.legal_time import SECOND_US
from xky.emulator.scenario.timeline import Timeline, TimelineEntry

from .time_axis import HOUR_S, TimeAxis

__all__ = ["PlottedEntry", "PlottedRun", "bands", "tariff_of"]

_ROLLOVER_WH = 10**9  # nine digits (54E §6.2.3)
_POSSIBLE_VA = 100_000.0  # no house draws more: what an index gains beyond is a person's doing, or another meter's
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class PlottedEntry:
    """A moment on the axis, from ``start`` to ``end``, and what each index gained before."""

    start: float
    end: float
    moment: TimelineEntry
    gained_wh: Sequence[float]


class PlottedRun:
    """What the panels draw.

    Attributes:
        time: the axis.
        moments: in order.
        windows: the same as pieces, by window of the axis.
        gained_wh: by each index in all.
        numbers: of the supplier indexes that ran or moved, counted from 0; a look belongs to each number.
    """

    def __init__(self, chronicle: Timeline) -> None:
        self.time, self.moments = TimeAxis(chronicle), chronicle.moments
        sums_wh = _sums_wh(self.moments)
        self.gained_wh = sums_wh[-1]
        ends_us = [moment.at_us for moment in (*self.moments[1:], self.moments[-1])]
        self.windows = [
            [
                PlottedEntry(self.time.x(moment.at_us), self.time.x(min(end_us, window.end_us)), moment, gained_wh)
                for moment, end_us, gained_wh in zip(self.moments, ends_us, sums_wh, strict=True)
                if window.start_us <= moment.at_us <= window.end_us
            ]
            for window in self.time.windows
        ]
        shown = {moment.supplier_index for moment in self.moments}
        shown |= {index for index, gained_wh in enumerate(self.gained_wh, 1) if gained_wh}
        self.numbers = {index: number for number, index in enumerate(sorted(shown))}


def _sums_wh(moments: Sequence[TimelineEntry]) -> list[list[float]]:
    """What each index gained since the start; roll-overs, other meters and registers that were set leave no jump."""
    sums_wh = [[0.0] * len(moments[0].indexes_wh)]
    for before, after in pairwise(moments):
        possible_wh = _POSSIBLE_VA * (after.at_us - before.at_us) / SECOND_US / HOUR_S + 100
        gains_wh = [(b - a) % _ROLLOVER_WH for a, b in zip(before.indexes_wh, after.indexes_wh, strict=True)]
        sums_wh.append([s + g if g <= possible_wh else s for s, g in zip(sums_wh[-1], gains_wh, strict=True)])
    return sums_wh


def bands(
    windows: Sequence[Sequence[PlottedEntry]], key: Callable[[TimelineEntry], _Value]
) -> Iterator[tuple[float, float, _Value]]:
    """Stretches of one value of ``key(moment)``: start, end, value. All end at a cut."""
    for pieces in windows:
        for value, group in groupby(pieces, lambda piece: key(piece.moment)):
            members = list(group)
            yield members[0].start, members[-1].end, value


def tariff_of(moment: TimelineEntry) -> tuple[int, str]:
    """The supplier index that runs, and its name."""
    return moment.supplier_index, " ".join(moment.tariff.split())
