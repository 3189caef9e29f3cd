# SPDX-License-Identifier: Apache-2.0
"""A timeline laid along the time axis: its entries, what each index gained, and stretches of one value."""

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
    """An entry on the axis, from ``start`` to ``end``, and what each index gained before."""

    start: float
    end: float
    entry: TimelineEntry
    gained_wh: Sequence[float]


class PlottedRun:
    """What the panels draw.

    Attributes:
        time: the axis.
        entries: in order.
        windows: the same along the axis, by window of the axis.
        gained_wh: by each index in all.
        numbers: of the supplier indexes that ran or moved, counted from 0; a look belongs to each number.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.time, self.entries = TimeAxis(timeline), timeline.moments
        sums_wh = _sums_wh(self.entries)
        self.gained_wh = sums_wh[-1]
        ends_us = [entry.at_us for entry in (*self.entries[1:], self.entries[-1])]
        self.windows = [
            [
                PlottedEntry(self.time.x(entry.at_us), self.time.x(min(end_us, window.end_us)), entry, gained_wh)
                for entry, end_us, gained_wh in zip(self.entries, ends_us, sums_wh, strict=True)
                if window.start_us <= entry.at_us <= window.end_us
            ]
            for window in self.time.windows
        ]
        shown = {entry.supplier_index for entry in self.entries}
        shown |= {index for index, gained_wh in enumerate(self.gained_wh, 1) if gained_wh}
        self.numbers = {index: number for number, index in enumerate(sorted(shown))}


def _sums_wh(entries: Sequence[TimelineEntry]) -> list[list[float]]:
    """What each index gained since the start; roll-overs, other meters and registers that were set leave no jump."""
    sums_wh = [[0.0] * len(entries[0].indexes_wh)]
    for before, after in pairwise(entries):
        possible_wh = _POSSIBLE_VA * (after.at_us - before.at_us) / SECOND_US / HOUR_S + 100
        gains_wh = [(b - a) % _ROLLOVER_WH for a, b in zip(before.indexes_wh, after.indexes_wh, strict=True)]
        sums_wh.append([s + g if g <= possible_wh else s for s, g in zip(sums_wh[-1], gains_wh, strict=True)])
    return sums_wh


def bands(
    windows: Sequence[Sequence[PlottedEntry]], key: Callable[[TimelineEntry], _Value]
) -> Iterator[tuple[float, float, _Value]]:
    """Stretches of one value of ``key(entry)``: start, end, value. All end at a cut."""
    for plotted in windows:
        for value, group in groupby(plotted, lambda one: key(one.entry)):
            members = list(group)
            yield members[0].start, members[-1].end, value


def tariff_of(entry: TimelineEntry) -> tuple[int, str]:
    """The supplier index that runs, and its name."""
    return entry.supplier_index, " ".join(entry.tariff.split())
