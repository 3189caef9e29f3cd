# SPDX-License-Identifier: Apache-2.0
"""The local days of a home that are not written yet: what is known of each, and when all of it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path

from xky.emulator.legal_time import local_time, midnight_after

from .columns import Arrived, FrameColumns, ReadingColumns
from .dues import HeardFrame
from .written import DayRows, write_day

__all__ = ["Daybook", "Energies", "Event"]

Event = tuple[int, int, str, str]
"""From, to (µs since 1970-01-01 UTC), cause, what."""
Energies = tuple[Fraction, Fraction]
"""Drawn and injected, Wh."""


@dataclass(frozen=True, slots=True)
class _Day:
    """One that is not written yet, from its midnight, or the beginning of the run, to the next, or its end."""

    from_us: int
    to_us: int
    rows: DayRows = field(default_factory=DayRows)


class Daybook:
    """The days of one home.

    Args:
        folder: of the home.
        until_us: end of the run, µs since 1970-01-01 UTC.
        instant_us: of a time on the bench's clock.
        frames: makes columns of frames.
        readings: makes columns of readings.
    """

    def __init__(
        self,
        folder: Path,
        until_us: int,
        instant_us: Callable[[float], int],
        frames: FrameColumns,
        readings: ReadingColumns,
    ) -> None:
        self._folder, self._until_us, self._instant_us = folder, until_us, instant_us
        self._frames, self._readings = frames, readings
        self._days: dict[date, _Day] = {}

    @property
    def from_us(self) -> int:
        """The beginning of the first day that is not written; the end of the run where all are."""
        return min((day.from_us for day in self._days.values()), default=self._until_us)

    def begin(self, from_us: int, energies: Energies) -> int:
        """A day begins; its end.

        Args:
            from_us: its first instant.
            energies: that the meter shows then.
        """
        to_us = min(midnight_after(from_us), self._until_us)
        day = self._days[local_time(from_us).date()] = _Day(from_us, to_us)
        day.rows.midnights.update(
            from_us=from_us, to_us=to_us, EAST_wh=[float(energies[0])], EAIT_wh=[float(energies[1])]
        )
        return to_us

    def end(self, day: date, energies: Energies) -> None:
        """It is over."""
        for key, energy in zip(("EAST_wh", "EAIT_wh"), energies, strict=True):
            self._days[day].rows.midnights[key].append(float(energy))

    def note_frames(self, heard: Sequence[HeardFrame]) -> None:
        """These were heard; they belong to the day in which they end."""
        of_day: dict[date, list[HeardFrame]] = {}
        for frame in heard:
            of_day.setdefault(self._date(self._instant_us(frame.end_s)), []).append(frame)
        for day, frames in of_day.items():
            starts = [self._instant_us(frame.start_s) for frame in frames]
            ends = [self._instant_us(frame.end_s) for frame in frames]
            self._days[day].rows.frames.append(self._frames.table(starts, ends, [frame.data for frame in frames]))

    def note_readings(self, readings: Sequence[Arrived]) -> None:
        """These arrived; what arrives for a day that is written is of the first one that is not."""
        of_day: dict[date, list[Arrived]] = {}
        for one in readings:
            day = self._date(one.arrived_us)
            of_day.setdefault(day if day in self._days else min(self._days), []).append(one)
        for day, arrived in of_day.items():
            self._days[day].rows.readings.append(self._readings.table(arrived))

    def note_due(self, at_us: int, got: str) -> None:
        """A reading was due, and got so far."""
        self._days[self._date(at_us)].rows.dues.append((at_us, got))

    def write_up_to(self, known_us: int, events: Callable[[int, int], Sequence[Event]]) -> None:
        """Write the days of which all is known.

        Args:
            known_us: nothing more will be found out of what was before.
            events: that touched a time.

        Raises:
            OSError: no room is left, for one.
        """
        for day in [name for name, day in self._days.items() if day.to_us <= known_us]:
            done = self._days.pop(day)
            told = events(done.from_us, done.to_us)
            write_day(self._folder, day, done.rows, told, self._frames.schema, self._readings.schema)

    def _date(self, at_us: int) -> date:
        return local_time(min(at_us, self._until_us - 1)).date()
