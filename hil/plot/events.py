# SPDX-License-Identifier: Apache-2.0
"""What happened: numbers above the picture, lines through it, and the list below."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from xky.emulator.legal_time import SECOND_US, local_time
from xky.emulator.scenario.timeline import Timeline, TimelineNote

from .sheet import GREY, SMALL_PT, plain, width_in
from .time_axis import TimeAxis, is_skip

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Events"]

_TIERS = 4


@dataclass
class _Mark:
    """The number of one event, or of several too close for numbers of their own."""

    x: float
    tier: int
    first: int
    last: int

    @property
    def text(self) -> str:
        """As it is drawn."""
        return f"{self.first}" if self.first == self.last else f"{self.first}–{self.last}"


class Events:
    """The timeline's remarks without skips, which the axis shows, and with the changes of legal time.

    Attributes:
        tiers: how many numbers stand one above the other at most.
        listed: two columns of lines: number, empty where a text goes on, and text.
    """

    def __init__(self, timeline: Timeline, time: TimeAxis) -> None:
        told = [one for one in timeline.remarks if not is_skip(one)] + [_change(at_us) for at_us in time.changes_us]
        told.sort(key=lambda one: one.at_us)
        self._places = [time.x(one.at_us) for one in told]
        self._marks = _marks(self._places, time)
        self.tiers = max((mark.tier + 1 for mark in self._marks), default=0)
        self.listed = _listed([f"{time.text(one.at_us)}  {plain(one.text)}" for one in told])

    def draw(self, lane: "Axes", panels: Sequence["Axes"]) -> None:
        """The numbers into a lane, from which lines go down through the panels."""
        lane.set_axis_off()
        lane.set_ylim(-0.3, max(self.tiers, 1))
        style: dict[str, Any] = {"color": GREY, "linewidth": 0.8, "linestyle": (0, (1, 1.5))}
        for x in self._places:
            for axes in panels:
                axes.axvline(x, zorder=1.8, **style)
        box = {"boxstyle": "round,pad=0.18", "facecolor": "white", "edgecolor": GREY, "linewidth": 0.6}
        for mark in self._marks:
            y = mark.tier + 0.5
            lane.plot([mark.x, mark.x], [-0.3, y], clip_on=False, **style)
            lane.text(mark.x, y, mark.text, ha="center", va="center_baseline", size=SMALL_PT, bbox=box)


def _marks(places: Sequence[float], time: TimeAxis) -> list[_Mark]:
    """One above the other where they would touch; together where even that does not help."""
    marks: list[_Mark] = []
    free_in = [-1.0] * _TIERS
    for number, x in enumerate(places, 1):
        half_in = width_in(str(number)) / 2 + 0.06
        tier = next((tier for tier in range(_TIERS) if free_in[tier] <= time.inches(x) - half_in), None)
        if tier is None:
            marks[-1].last = number
        else:
            marks.append(_Mark(x, tier, number, number))
        mark = marks[-1]
        free_in[mark.tier] = time.inches(mark.x) + width_in(mark.text) / 2 + 0.06
    return marks


def _listed(texts: Sequence[str]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    items = []
    for number, text in enumerate(texts, 1):
        first, *others = textwrap.wrap(text, 74)
        items.append([(f"{number}", first), *(("", line) for line in others)])
    left: list[tuple[str, str]] = []
    while items and len(left) < sum(map(len, items)):
        left += items.pop(0)
    return left, [line for lines in items for line in lines]


def _change(at_us: int) -> TimelineNote:
    """A change of legal time."""
    before, after = local_time(at_us - SECOND_US), local_time(at_us)
    stopped, way = before + timedelta(seconds=1), "on" if after.dst() else "back"
    return TimelineNote(at_us, f"legal time goes from {stopped:%H:%M} {before:%Z} {way} to {after:%H:%M %Z}")
