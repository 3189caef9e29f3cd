# SPDX-License-Identifier: Apache-2.0
"""A home played from its first midnight to its end, in virtual time or paced, and written a local day at a time.

It is looked at every ten minutes of its time, so that no day of it ever stands in memory whole: what was said by then
goes to columns and through the chain, and what became of each reading that was due is noted as soon as that is known.
In real time its messages are taken through the chain more often; nothing else differs, and its files are the same.
"""

import gc
import shutil
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from xky.emulator.legal_time import SECOND_US, local_time, midnight_after
from xky.hil.workers import is_unwanted
from xky.protocol import Mode

from ..chain import Chain
from ..distributor.export_file import Interval, Measured, export
from ..distributor.form import drawn_form
from ..layout import CONSUMPTION, DISTRIBUTOR, HOME, INJECTION, Cause, home_folder
from ..panel_file import ServerOutage
from .away import radio_absences
from .columns import FrameColumns, ReadingColumns, labels_said
from .daybook import Daybook, Energies, Event
from .dues import Due, HeardFrame, Sent, Sleeper
from .gateway import Gateway
from .home import Home
from .journey import Journey
from .written import room_is_needed, write_json

__all__ = ["LOOKS_EACH_US", "HomeTask", "collected_at_its_end", "home_under_way", "play_home"]

LOOKS_EACH_US = 600 * SECOND_US  # ten minutes: intervals of the distributor's curve
_SELDOM = 200_000, 50, 100  # a day of a gateway leaves as many objects that only a collection frees
_BLAMED_S = 1800.0  # what was away so long ago is not to blame for anything any more


@dataclass(frozen=True, slots=True)
class HomeTask:
    """One home that is to be played into a panel's folder.

    Attributes:
        home: that is played.
        drawn_for: panel and home, for what is drawn by the day.
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


def play_home(task: HomeTask, chain: Chain) -> Mapping[str, int]:
    """Play a home, and write all of it; what another run had begun of it goes first.

    Returns:
        How many readings were due, by how far they got; of a home that nobody waits for any more it is not whole.

    Raises:
        BenchError: no room is left on the disc, or a server of the chain is not there.
    """
    with room_is_needed(task.folder), collected_at_its_end():
        return _played(task, chain)


def _played(task: HomeTask, chain: Chain) -> Mapping[str, int]:
    """In a frame of its own: what it holds is let go of before the home is collected."""
    with home_under_way(task, chain) as playing:
        for _ in playing.looks():
            if is_unwanted():
                break
        return playing.got


@contextmanager
def home_under_way(task: HomeTask, chain: Chain) -> Iterator["Playing"]:
    """A home that is to be played; what another run had begun of it goes first.

    Args:
        task: the home.
        chain: that carries its messages.
    """
    folder = home_folder(task.folder, task.home.number)
    if folder.exists():
        shutil.rmtree(folder)
    with Gateway(task.home, task.from_us, keeps_all=chain.carries_all) as gateway:
        playing = Playing(task, gateway, chain, folder)
        try:
            yield playing
        finally:
            playing.close()


@contextmanager
def collected_at_its_end() -> Iterator[None]:
    """A home lets go of nearly all by itself: the little that is left is looked for once, and only among its own."""
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    gc.freeze()
    try:
        yield
    finally:
        gc.collect()
        gc.unfreeze()
        gc.set_threshold(*before)


class Playing:
    """One home under way, see ``home_under_way``."""

    def __init__(self, task: HomeTask, gateway: Gateway, chain: Chain, folder: Path) -> None:
        self._task, self._gateway, self._folder = task, gateway, folder
        home, board = task.home, gateway.bench.board
        mode = Mode(home.mode)
        labels = labels_said(board, home.uplinks, mode, home.phases, producer=home.producer)
        columns = FrameColumns(mode, labels), ReadingColumns(labels)
        self._daybook = Daybook(folder, task.until_us, self._us, *columns)
        self._journey = Journey(home.number, chain, gateway.away, self._us)
        self._dues = gateway.dues
        self._heard: list[HeardFrame] = []  # of the wake under way
        self._sent: list[Sent] = []
        self._carried: list[Sent] = []  # since the last look
        self._open: list[Due] = []  # of which it is not known where they got
        self._intervals: list[tuple[Interval, Interval]] = []
        self._got: Counter[str] = Counter()

    def close(self) -> None:
        """Let go of files that are not whole."""
        self._daybook.close()

    def _us(self, at_s: float) -> int:
        return self._task.from_us + round(at_s * 1e6)

    def _s(self, at_us: int) -> float:
        return (at_us - self._task.from_us) / 1e6

    @property
    def got(self) -> Mapping[str, int]:
        """How many readings were due, by how far they got; of a home that is over all of them."""
        return dict(self._got)

    def looks(self, carries_each_us: int = LOOKS_EACH_US) -> Generator[int, None, None]:
        """Play it, and give the instant up to which it is played next, µs since 1970-01-01 UTC: to wait for, or not.

        Args:
            carries_each_us: how often its messages go through the chain, in the time of the run, at least.
        """
        task, gateway = self._task, self._gateway
        for outage in task.outages:
            there = gateway.away.broker if outage.of == "broker" else gateway.away.database
            there.plan(self._s(outage.from_us), self._s(outage.to_us), f"{outage.of} away")
        now_us = ends_us = task.from_us
        energies = self._energies()
        while now_us < task.until_us:
            if now_us == ends_us:
                ends_us = self._begin_day(now_us, energies)
            day, next_us = local_time(now_us).date(), min((now_us // LOOKS_EACH_US + 1) * LOOKS_EACH_US, ends_us)
            for carried_us in range(now_us + carries_each_us, next_us, carries_each_us):
                yield carried_us
                gateway.run_to(self._s(carried_us))
                self._carry(day)
            yield next_us
            gateway.run_to(self._s(next_us))
            gateway.bench.meter.integrate()
            before, energies = energies, self._energies()
            if next_us - now_us == LOOKS_EACH_US:  # the end of a run may cut one short, of which no curve tells
                drawn, injected = (Interval(now_us, next_us, b - a) for a, b in zip(before, energies, strict=True))
                self._intervals.append((drawn, injected))
            now_us = next_us
            if now_us == ends_us:
                self._daybook.end(day, energies)
            self._look(day, is_end=now_us == task.until_us)
        self._finish()

    def _energies(self) -> Energies:
        counters = self._gateway.bench.meter.counters
        return counters.drawn.exact, counters.injected.exact

    def _begin_day(self, from_us: int, energies: Energies) -> int:
        for planned in radio_absences(self._task.home.wifi, self._task.drawn_for, from_us, midnight_after(from_us)):
            self._gateway.away.radio.plan(self._s(planned.from_us), self._s(planned.to_us), planned.what)
        return self._daybook.begin(from_us, energies)

    # a look

    def _look(self, day: date, *, is_end: bool) -> None:
        gateway, journey = self._gateway, self._journey
        heard, now_s = gateway.heard(), float(gateway.bench.env.now)
        self._daybook.note_frames(heard)
        self._carry(day)
        sent, self._carried = self._carried, []
        if is_end:
            self._daybook.note_readings(journey.rest())
        settled_s = self._settle(heard, sent, now_s, is_end=is_end)
        self._resolve(is_end=is_end)
        known_us = min([self._us(settled_s), *(self._us(due.at_s) for due in self._open)])
        self._daybook.write_up_to(self._task.until_us if is_end else known_us, self._events)
        gateway.forget_before(self._s(self._daybook.from_us) - _BLAMED_S)

    def _carry(self, day: date) -> None:
        """Take what servers had through the chain."""
        sent, arrived = self._journey.carry(day, self._gateway.taken())
        self._carried += sent
        self._daybook.note_readings(arrived)

    def _settle(self, heard: Sequence[HeardFrame], sent: Sequence[Sent], now_s: float, *, is_end: bool) -> float:
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
        """Note what is known of those that were due; what is under way at the end is due no more."""
        left: list[Due] = []
        for due in self._open:
            self._journey.follow(due, is_end=is_end)
            if due.got is None:
                left.append(due)
            else:
                self._daybook.note_due(self._us(due.at_s), str(due.got))
                self._got[str(due.got)] += 1
        self._open = [] if is_end else left
        waited_for = [number for due in self._open for number in due.numbers]
        self._journey.forget([*waited_for, *(one.number for one in self._sent)])

    def _events(self, from_us: int, to_us: int) -> Sequence[Event]:
        """What befell the home in a time."""
        gateway = self._gateway
        spans = [(one.from_s, one.to_s, Cause.RADIO, one.what) for one in gateway.away.radio.came]
        spans += [(*span, Cause.DEVICE, "brown-out" if span[0] else "no power") for span in gateway.dark]
        found = []
        for from_s, to_s, cause, what in spans:
            begin_us = max(self._us(from_s), from_us)
            end_us = to_us if to_s >= self._s(to_us) else self._us(to_s)
            if begin_us < end_us:
                found.append((begin_us, end_us, str(cause), what))
        return found

    def _finish(self) -> None:
        home, meter = self._task.home, self._gateway.bench.meter
        exports = self._folder / DISTRIBUTOR
        exports.mkdir(parents=True, exist_ok=True)
        if self._intervals:
            drawn, injected = zip(*self._intervals, strict=True)
            form = drawn_form(Random(f"{self._task.drawn_for} export"))  # one a home: its files come from one request
            export(exports / CONSUMPTION, drawn, prm=meter.prm, form=form)
            if home.producer:
                export(exports / INJECTION, injected, prm=meter.prm, measured=Measured.INJECTION, form=form)
        write_json(self._folder / HOME, {**home.described(meter), "got": dict(sorted(self._got.items()))})
