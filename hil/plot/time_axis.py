# SPDX-License-Identifier: Apache-2.0
"""The horizontal axis: the line's own time in seconds, so that each second is as wide as any other.

Where the meter's time was skipped the axis is cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from xky.emulator.legal_time import SECOND_US, local_time
from xky.emulator.scenario.timeline import Timeline, TimelineEntry, TimelineNote

from .sheet import PLOT_IN

__all__ = ["DAY_S", "HOUR_S", "TimeAxis", "Window", "is_skip", "spoken"]

HOUR_S, DAY_S = 3600, 86_400
_SKIPPED_S = HOUR_S + 60  # two entries of a meter with supply are further apart only across a skip
_SEAM_IN = 0.07


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time without a skip, and where it begins on the axis."""

    start_us: int
    end_us: int
    x: float

    def multiples_us(self, step_s: int, slack_us: int = 0) -> range:
        """The instants of the window, or so little before, that are whole multiples of a step."""
        step_us = step_s * SECOND_US
        return range(-(-(self.start_us - slack_us) // step_us) * step_us, self.end_us + 1, step_us)


class TimeAxis:
    """Instants to seconds along the axis.

    Attributes:
        windows: in order; between them the axis ``is_cut``, as wide as ``seam``.
        end: of the axis, which starts at 0.
        changes_us: the changes of legal time that it shows, and ``change_days`` on which they are.
        first, last: what it shows, in legal time; ``one_day`` if that is one day.
    """

    def __init__(self, timeline: Timeline) -> None:
        starts_us, ends_us = [timeline.moments[0].at_us], []
        for before, after in pairwise(timeline.moments):
            cut_us = _skip_between(before, after, timeline.remarks)
            if cut_us is not None:
                ends_us.append(cut_us)
                starts_us.append(after.at_us)
        ends_us.append(timeline.moments[-1].at_us)
        self.seam = max((sum(ends_us) - sum(starts_us)) / SECOND_US, 1.0) * _SEAM_IN / PLOT_IN
        self.windows: list[Window] = []
        x = 0.0
        for start_us, end_us in zip(starts_us, ends_us, strict=True):
            self.windows.append(Window(start_us, end_us, x))
            x += (end_us - start_us) / SECOND_US + self.seam
        self.end, self.is_cut = max(x - self.seam, 1.0), len(self.windows) > 1
        hours_us = [at_us for window in self.windows for at_us in window.multiples_us(HOUR_S, -1)]
        self.changes_us = [at for at in hours_us if local_time(at).dst() != local_time(at - 1).dst()]
        self.change_days = {local_time(change_us).date() for change_us in self.changes_us}
        self.first, self.last = local_time(starts_us[0]), local_time(ends_us[-1])
        # The midnight that ends a day belongs to it
        self.one_day = self.first.date() == local_time(max(starts_us[0], ends_us[-1] - SECOND_US)).date()

    def x(self, at_us: int) -> float:
        """Where an instant stands; one that was skipped, at the cut."""
        window = next((window for window in self.windows if at_us <= window.end_us), self.windows[-1])
        return window.x + (min(max(at_us, window.start_us), window.end_us) - window.start_us) / SECOND_US

    def inches(self, seconds: float) -> float:
        """How wide so many seconds are."""
        return seconds / self.end * PLOT_IN

    @property
    def label(self) -> str:
        """The axis's label."""
        dates = " to ".join(f"{spoken(day)} {day.year}" for day in (self.first, self.last)[: 1 if self.one_day else 2])
        return f"legal time (Europe/Paris), {dates}" + ("; cut where time was skipped" if self.is_cut else "")

    def text(self, at_us: int) -> str:
        """An instant as the list of events tells it."""
        local = local_time(at_us)
        day = "" if self.one_day else f"{local.day} {local:%b} "
        year = "" if self.first.year == self.last.year else f"{local.year} "
        return f"{day}{year}{local:%H:%M:%S}" + (f" {local:%Z}" if local.date() in self.change_days else "")


def spoken(day: datetime) -> str:
    """A date in words."""
    return f"{day:%a} {day.day} {day:%b}"


def is_skip(remark: TimelineNote) -> bool:
    """Whether it tells only that time was skipped."""
    return "skip_to" in remark.text.split(", ")


def _skip_between(before: TimelineEntry, after: TimelineEntry, remarks: Sequence[TimelineNote]) -> int | None:
    """When the meter's time was skipped between two entries; None if it was not."""
    within = [one for one in remarks if before.at_us <= one.at_us < after.at_us]
    told_us = [one.at_us for one in within if is_skip(one)]
    if not told_us and not (before.powered and after.at_us - before.at_us > _SKIPPED_S * SECOND_US):
        return None
    return max(told_us or [one.at_us for one in within] or [before.at_us])
