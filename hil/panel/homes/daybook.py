# SPDX-License-Identifier: Apache-2.0
"""The local days of a home that are not written yet: what is known of each, and when all of it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from xky.emulator.legal_time import local_time, midnight_after

from ..layout import DUE, EVENTS, FRAMES, MIDNIGHTS, READINGS, day_folder
from .columns import Arrived, FrameColumns, ReadingColumns, due_table, event_table
from .dues import HeardFrame
from .written import GrowingTable, write_json, write_table

__all__ = ["Daybook", "Energies", "Event"]

Event = tuple[int, int, str, str]
"""From, to (µs since 1970-01-01 UTC), cause, what."""
Energies = tuple[Fraction, Fraction]
"""Drawn and injected, Wh."""


_DECODED_AT_ONCE = 2000  # frames: a call has its price, whatever it decodes
_READ_AT_ONCE = 200  # readings, likewise


@dataclass(frozen=True, slots=True)
class _Day:
    """One that is not written yet, from its midnight, or the beginning of the run, to the next, or its end."""

    folder: Path
    from_us: int
    to_us: int
    frames: GrowingTable
    readings: GrowingTable
    midnights: dict[str, Any]
    heard: list[HeardFrame] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)
    dues: list[tuple[int, str]] = field(default_factory=list)


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
        name = local_time(from_us).date()
        folder = day_folder(self._folder, name)
        self._days[name] = _Day(
            folder, from_us, to_us, GrowingTable(folder / FRAMES, self._frames.schema),
            GrowingTable(folder / READINGS, self._readings.schema),
            {"from_us": from_us, "to_us": to_us, "EAST_wh": [float(energies[0])], "EAIT_wh": [float(energies[1])]},
        )  # fmt: skip
        return to_us

    def end(self, day: date, energies: Energies) -> None:
        """It is over."""
        for key, energy in zip(("EAST_wh", "EAIT_wh"), energies, strict=True):
            self._days[day].midnights[key].append(float(energy))

    def note_frames(self, heard: Sequence[HeardFrame]) -> None:
        """These were heard; they belong to the day in which they end."""
        for frame in heard:
            self._days[self._date(self._instant_us(frame.end_s))].heard.append(frame)
        for day in self._days.values():
            if len(day.heard) >= _DECODED_AT_ONCE:
                self._decode(day)

    def _decode(self, day: _Day) -> None:
        if day.heard:
            starts = [self._instant_us(frame.start_s) for frame in day.heard]
            ends = [self._instant_us(frame.end_s) for frame in day.heard]
            day.frames.add(self._frames.table(starts, ends, [frame.data for frame in day.heard]))
            day.heard.clear()

    def note_readings(self, readings: Sequence[Arrived]) -> None:
        """These arrived; what arrives for a day that is written is of the first one that is not."""
        of_day: dict[date, list[Arrived]] = {}
        for one in readings:
            day = self._date(one.arrived_us)
            of_day.setdefault(day if day in self._days else min(self._days), []).append(one)
        for day, arrived in of_day.items():
            self._days[day].arrived.extend(arrived)
            if len(self._days[day].arrived) >= _READ_AT_ONCE:
                self._read(self._days[day])

    def _read(self, day: _Day) -> None:
        if day.arrived:
            day.readings.add(self._readings.table(day.arrived))
            day.arrived.clear()

    def note_due(self, at_us: int, got: str) -> None:
        """A reading was due, and got so far."""
        self._days[self._date(at_us)].dues.append((at_us, got))

    def write_up_to(self, known_us: int, events: Callable[[int, int], Sequence[Event]]) -> None:
        """Write the days of which all is known.

        Args:
            known_us: nothing more will be found out of what was before.
            events: that touched a time.

        Raises:
            OSError: no room is left, for one.
        """
        for name in [name for name, day in self._days.items() if day.to_us <= known_us]:
            day = self._days[name]
            self._decode(day)
            self._read(day)
            day.frames.finish()
            day.readings.finish()
            write_table(day.folder / DUE, due_table(day.dues))
            write_table(day.folder / EVENTS, event_table(events(day.from_us, day.to_us)))
            write_json(day.folder / MIDNIGHTS, day.midnights)
            del self._days[name]

    def close(self) -> None:
        """Let go of files that are not whole."""
        for day in self._days.values():
            day.frames.close()
            day.readings.close()

    def _date(self, at_us: int) -> date:
        return local_time(min(at_us, self._until_us - 1)).date()
