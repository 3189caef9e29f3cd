# SPDX-License-Identifier: Apache-2.0
"""A home played from its first midnight to its end, in virtual time, and written a local day at a time.

It is looked at every ten minutes of its time, so that no day of it ever stands in memory whole: what was said by then
goes to columns and through the chain, and what became of each reading that was due is noted as soon as that is known.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import NamedTuple

from xky.emulator.legal_time import SECOND_US, local_time, midnight_after
from xky.hil.bench.reading import Reading
from xky.protocol import Group, Mode

from ..chain import Arrival, Carried, Chain, Message
from ..distributor.export_file import Interval, Measured, export
from ..layout import CONSUMPTION, DISTRIBUTOR, HOME, INJECTION, STORED, Cause, home_folder
from ..panel_file import ServerOutage
from .away import radio_absences
from .columns import Arrived, FrameColumns, ReadingColumns, labels_said, stamp_of
from .dues import Due, HeardFrame, Sent, Sleeper
from .gateway import Gateway, Said
from .home import Home
from .reread import reread
from .written import DayRows, room_is_needed, write_day, write_json

__all__ = ["HomeResult", "HomeTask", "play_home"]

LOOKS_EACH_US = 600 * SECOND_US  # ten minutes: intervals of the distributor's curve
_RETURNS_S = 600.0  # what was away so long ago is not to blame for anything any more


@dataclass(frozen=True, slots=True)
class HomeTask:
    """What a worker is given: one home, to be played into a panel's folder.

    Attributes:
        home: that is played.
        drawn_for: panel's seed and home's number, for what is drawn by the day.
        from_us: its first midnight, µs since 1970-01-01 UTC.
        until_us: its end.
        outages: of the panel's servers.
        folder: of the panel.
    """

    home: Home
    drawn_for: str
    from_us: int
    until_us: int
    outages: Sequence[ServerOutage]
    folder: Path


class HomeResult(NamedTuple):
    """What came of a home: readings that were due, by how far they got."""

    number: int
    got: Mapping[str, int]


def play_home(task: HomeTask, chain: Chain) -> HomeResult:
    """Play a home, and write all of it; what another run had begun of it goes first.

    Raises:
        BenchError: no room is left on the disc, or a server of the chain is not there.
    """
    folder = home_folder(task.folder, task.home.number)
    with room_is_needed(task.folder):
        if folder.exists():
            shutil.rmtree(folder)
        with Gateway(task.home, task.from_us, keeps_all=chain.carries_all) as gateway:
            return _Playing(task, gateway, chain, folder).play()


class _Playing:
    """One home under way."""

    def __init__(self, task: HomeTask, gateway: Gateway, chain: Chain, folder: Path) -> None:
        self._task, self._gateway, self._chain, self._folder = task, gateway, chain, folder
        home, board = task.home, gateway.bench.board
        labels = labels_said(board, home.uplinks, Mode(home.mode), home.phases, producer=home.producer)
        self._frame_columns = FrameColumns(Mode(home.mode), labels)
        self._reading_columns = ReadingColumns(labels)
        self._dues = gateway.dues
        self._heard: list[HeardFrame] = []  # of the wake under way
        self._sent: list[Sent] = []
        self._open: list[Due] = []
        self._messages: dict[int, Said] = {}  # that may still arrive
        self._arrived: set[int] = set()
        self._lost: dict[int, Cause] = {}
        self._number = self._kept_from = 0
        self._days: dict[date, DayRows] = {}
        self._day_bounds: dict[date, tuple[int, int]] = {}
        self._intervals: list[tuple[Interval, Interval]] = []
        self._got: dict[str, int] = {}

    def _us(self, at_s: float) -> int:
        return self._task.from_us + round(at_s * 1e6)

    def _s(self, at_us: int) -> float:
        return (at_us - self._task.from_us) / 1e6

    def play(self) -> HomeResult:
        task, gateway = self._task, self._gateway
        for outage in task.outages:
            there = gateway.away.broker if outage.of == "broker" else gateway.away.database
            there.plan(self._s(outage.from_us), self._s(outage.to_us), f"{outage.of} away")
        now_us, energies = task.from_us, self._energies()
        while now_us < task.until_us:
            day = local_time(now_us).date()
            if day not in self._days:
                self._begin_day(day, now_us, energies)
            ends_us = self._day_bounds[day][1]
            next_us = min((now_us // LOOKS_EACH_US + 1) * LOOKS_EACH_US, ends_us)
            gateway.run_to(self._s(next_us))
            before, energies = energies, self._energies()
            self._intervals.append(
                (
                    Interval(now_us, next_us, energies[0] - before[0]),
                    Interval(now_us, next_us, energies[1] - before[1]),
                )
            )
            now_us = next_us
            if now_us == ends_us:
                self._end_day(day, energies)
            self._look(day, is_end=now_us == task.until_us)
        for day in [*self._days]:
            self._write(day)
        self._finish()
        return HomeResult(task.home.number, self._got)

    # days

    def _energies(self) -> tuple[Fraction, Fraction]:
        counters = self._gateway.bench.meter.counters
        return counters.drawn.exact, counters.injected.exact

    def _begin_day(self, day: date, from_us: int, energies: tuple[Fraction, Fraction]) -> None:
        midnight_us = midnight_after(from_us)
        ends_us = min(midnight_us, self._task.until_us)
        rows = self._days[day] = DayRows()
        self._day_bounds[day] = from_us, ends_us
        rows.midnights = {
            "from_us": from_us, "to_us": ends_us, "EAST_wh": [float(energies[0])], "EAIT_wh": [float(energies[1])]
        }  # fmt: skip
        for planned in radio_absences(self._task.home.wifi, self._task.drawn_for, from_us, midnight_us):
            self._gateway.away.radio.plan(self._s(planned.from_us), self._s(planned.to_us), planned.what)

    def _end_day(self, day: date, energies: tuple[Fraction, Fraction]) -> None:
        for key, energy in zip(("EAST_wh", "EAIT_wh"), energies, strict=True):
            self._days[day].midnights[key].append(float(energy))

    def _day_of(self, at_us: int) -> DayRows | None:
        return self._days.get(local_time(min(at_us, self._task.until_us - 1)).date())

    # a look

    def _look(self, day: date, *, is_end: bool) -> None:
        gateway = self._gateway
        heard = gateway.heard()
        self._note_frames(heard)
        said, now_s = [*gateway.said], float(gateway.bench.env.now)
        sent = [self._first_server_had(one) for one in said]
        gateway.forget()
        self._carry(day, sent)
        if is_end:
            self._take(self._chain.rest(self._task.home.number))
        readings = [one for one, message in zip(sent, said, strict=True) if message.reading is not None]
        settled_s = self._settle(heard, readings, now_s, is_end=is_end)
        self._resolve(is_end=is_end)
        self._close_days(settled_s)

    def _note_frames(self, heard: Sequence[HeardFrame]) -> None:
        of_day: dict[date, list[HeardFrame]] = {}
        for frame in heard:
            of_day.setdefault(self._local_date(frame.end_s), []).append(frame)
        for day, frames in of_day.items():
            if day in self._days:
                starts, ends = ([self._us(at_s) for at_s in column] for column in zip(*((one.start_s, one.end_s) for one in frames), strict=True))
                table = self._frame_columns.table(starts, ends, [one.data for one in frames])
                self._days[day].frames.append(table)

    def _local_date(self, at_s: float) -> date:
        return local_time(min(self._us(at_s), self._task.until_us - 1)).date()

    def _first_server_had(self, said: Said) -> Sent:
        away, at_s, probe = self._gateway.away, said.payload.at_s, said.probe.kind
        lost: Cause | None = None
        if probe == "lorawan" and away.broker.was(at_s, at_s):
            lost = Cause.BROKER
        elif probe != "influx" and away.database.was(at_s, at_s):
            lost = Cause.DATABASE
        number, self._number = self._number, self._number + 1
        if lost is None:
            self._messages[number] = said
        return Sent(number, at_s, lost, partial(_fits, said.reading))

    def _carry(self, day: date, sent: Sequence[Sent]) -> None:
        messages = []
        for one in sent:
            if one.lost is None:
                said = self._messages[one.number]
                payload = said.payload
                messages.append(
                    Message(one.number, self._us(one.at_s), said.probe.kind, payload.source, payload.data, payload.facts)
                )
        self._take(self._chain.carry(self._task.home.number, day, messages))

    def _take(self, carried: Carried) -> None:
        """What came out of the chain."""
        of_day: dict[date, list[Arrived]] = {}
        for arrival in sorted(carried.arrivals, key=lambda one: one.arrived_us):
            self._arrived.add(arrival.number)
            said = self._messages[arrival.number]  # those of the look before are kept, as one may come twice
            one = _arrived(said, arrival)
            if one is not None:
                of_day.setdefault(local_time(min(arrival.arrived_us, self._task.until_us - 1)).date(), []).append(one)
        for day, readings in of_day.items():
            rows = self._days.get(day) or self._days[max(self._days)]
            rows.readings.append(self._reading_columns.table(readings))
        self._lost.update(carried.lost)

    def _settle(
        self, heard: Sequence[HeardFrame], sent: Sequence[Sent], now_s: float, *, is_end: bool
    ) -> float:
        """Find the readings that were due; up to when all of them are known, seconds on the bench's clock."""
        dues = self._dues
        if not isinstance(dues, Sleeper):
            self._open += dues.dues(heard, sent)
            return now_s
        self._heard += heard
        self._sent += sent
        over, under_way = self._gateway.wakes()
        if is_end and under_way is not None and any(one.at_s >= under_way.begin_s for one in self._sent):
            over, under_way = [*over, under_way], None
        settled_s = now_s if under_way is None else under_way.begin_s
        self._open += dues.dues(over, self._heard, self._sent, settled_s)
        self._heard = [frame for frame in self._heard if frame.end_s >= settled_s]
        self._sent = [one for one in self._sent if one.at_s >= settled_s]
        return settled_s - dues.holds_s

    def _resolve(self, *, is_end: bool) -> None:
        """Note what is known of those that were due; at the end, of what was still under way nothing is due."""
        left: list[Due] = []
        for due in self._open:
            self._follow(due, is_end=is_end)
            if due.got is None:
                left.append(due)
                continue
            rows = self._day_of(self._us(due.at_s))
            if rows is not None:
                rows.dues.append((self._us(due.at_s), str(due.got)))
                self._got[str(due.got)] = self._got.get(str(due.got), 0) + 1
        self._open = [] if is_end else left
        waited_for = {number for due in self._open for number in due.numbers} | {one.number for one in self._sent}
        oldest = min(waited_for, default=self._number)
        self._arrived = {number for number in self._arrived if number >= oldest}
        self._lost = {number: cause for number, cause in self._lost.items() if number >= oldest}
        self._messages = {number: said for number, said in self._messages.items() if number >= self._kept_from}
        self._kept_from = oldest

    def _follow(self, due: Due, *, is_end: bool) -> None:
        if due.got is not None or not due.numbers:
            return
        if due.numbers & self._arrived:
            due.got = STORED
            return
        lost = [self._lost[number] for number in sorted(due.numbers) if number in self._lost]
        if len(lost) == len(due.numbers):
            due.got = lost[-1]
        elif is_end:
            due.got = Cause.DATABASE  # it never came out, and the chain does not know why

    # writing

    def _close_days(self, settled_s: float) -> None:
        oldest_us = min((self._us(due.at_s) for due in self._open), default=self._task.until_us)
        for day in [*self._days]:
            ends_us = self._day_bounds[day][1]
            if self._us(settled_s) >= ends_us and oldest_us >= ends_us and ends_us < self._task.until_us:
                self._write(day)
        from_us = min((bounds[0] for bounds in self._day_bounds.values()), default=self._us(settled_s))
        for absences in (self._gateway.away.radio, self._gateway.away.broker, self._gateway.away.database):
            absences.forget_before(self._s(from_us) - _RETURNS_S)
        self._gateway.dark = [span for span in self._gateway.dark if span[1] >= self._s(from_us)]

    def _write(self, day: date) -> None:
        from_us, to_us = self._day_bounds.pop(day)
        rows = self._days.pop(day)
        write_day(
            self._folder, day, rows, self._events(from_us, to_us), self._frame_columns.schema,
            self._reading_columns.schema,
        )  # fmt: skip

    def _events(self, from_us: int, to_us: int) -> list[tuple[int, int, str, str]]:
        gateway = self._gateway
        spans = [(one.from_s, one.to_s, Cause.RADIO, one.what) for one in gateway.away.radio.came]
        spans += [(from_s, to_s, Cause.DEVICE, "no power" if from_s == 0 else "brown-out") for from_s, to_s in gateway.dark]
        found = []
        for from_s, to_s, cause, what in spans:
            begin_us = max(self._us(from_s), from_us)
            end_us = to_us if to_s > self._s(to_us) else self._us(to_s)
            if begin_us < end_us:
                found.append((begin_us, end_us, str(cause), what))
        return found

    def _finish(self) -> None:
        home, meter = self._task.home, self._gateway.bench.meter
        exports = self._folder / DISTRIBUTOR
        exports.mkdir(parents=True, exist_ok=True)
        drawn, injected = zip(*self._intervals, strict=True)
        export(exports / CONSUMPTION, drawn, prm=meter.prm)
        if home.producer:
            export(exports / INJECTION, injected, prm=meter.prm, measured=Measured.INJECTION)
        write_json(self._folder / HOME, home.described(meter) | {"got": dict(sorted(self._got.items()))})


def _fits(reading: Reading | None, groups: Sequence[Group]) -> bool:
    """Whether a reading says these groups, as far as it says any of them."""
    if reading is None:
        return False
    by_label = {group.label: group for group in groups}
    found = [(said, by_label[label]) for label, said in reading.said.items() if label in by_label]
    return bool(found) and all(said.matches(group) for said, group in found)


def _arrived(said: Said, arrival: Arrival) -> Arrived | None:
    """The reading of what came out; None where that is none."""
    payload, reading = said.payload, said.reading
    if arrival.data is not payload.data and arrival.data != payload.data:
        payload = reread(said.probe.kind, payload, arrival.data)
        found = said.probe.statement.read(payload)
        reading = found if isinstance(found, Reading) else None
    if reading is None:
        return None
    time_ns = payload.content.get("time") if said.probe.kind == "influx" else None
    return Arrived(arrival.arrived_us, said.probe.kind, payload.source, stamp_of(reading.said, time_ns), reading.said)
