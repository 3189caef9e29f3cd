# SPDX-License-Identifier: Apache-2.0
"""Instruments as a routine uses them: what is done and what is read, each with its time on the bench's clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import TypeVar

from xky.boards import Board
from xky.emulator.supply import Supply as SupplyModel
from xky.protocol import InputError, Mode

from ..instruments import Instrument
from ..instruments.roles import Analyser, Capacitor, Load, Scope, Supply
from .bench_time import BenchTime, Stamp

__all__ = ["Action", "Reading", "Rig", "Settings"]

_Role = TypeVar("_Role", bound=Instrument)
_TRIES, _HELD_UP = 4, 4.0  # readings, while one took so many times as long as the quickest
_MOST_A = 0.3  # that a supply may give: 0.087 A flow from the strongest meter into a short circuit


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person asked for.

    Attributes:
        board: that is measured.
        supply: what the bench's supply stands for: voltage without load and resistance.
        mode: of the TIC.
        duration_s: how long; None: as long as the routine thinks right.
        readings: of the capacitor, about.
        load_a: that an electronic load draws, where a routine has one draw.
    """

    board: Board
    supply: SupplyModel
    mode: Mode = Mode.STANDARD
    duration_s: float | None = None
    readings: int = 300
    load_a: float = 0.02


@dataclass(frozen=True, slots=True)
class Action:
    """Something that was switched.

    Attributes:
        stamp: when.
        what: ``feed`` or ``drain``.
        value: volts or amperes from then on; 0 is off.
    """

    stamp: Stamp
    what: str
    value: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read at once.

    Attributes:
        stamp: when.
        voltage_v: of the capacitor.
        board_a: that the board takes from it; None without an analyser.
    """

    stamp: Stamp
    voltage_v: float
    board_a: float | None


class Rig:
    """The bench under a routine.

    Args:
        routine: its name, for complaints.
        instruments: by role.
        bench_time: of the bench.
        settings: asked for.
        tell: how far it is, for people.

    Attributes:
        events: what was switched and what was read, in order.
        readings: of these, what was read.
        remarks: what a person should know before believing what is found.
    """

    def __init__(
        self,
        routine: str,
        instruments: Mapping[str, Instrument],
        bench_time: BenchTime,
        settings: Settings,
        tell: Callable[[str], None],
    ) -> None:
        self._routine, self._instruments = routine, instruments
        self.time, self.settings, self.tell = bench_time, settings, tell
        self.events: list[Action | Reading] = []
        self.readings: list[Reading] = []
        self.remarks: list[str] = []
        self._quickest_s = inf

    def need(self, kind: type[_Role]) -> _Role:
        """An instrument by its role's class.

        Raises:
            InputError: the bench has none.
        """
        found = self.may_have(kind)
        if found is None:
            raise InputError(
                f'measure {self._routine}: the bench has no {kind.role}; add [[instrument]] with role = "{kind.role}"'
            )
        return found

    def may_have(self, kind: type[_Role]) -> _Role | None:
        """The same, where it can do without."""
        found = self._instruments.get(kind.role)
        return found if isinstance(found, kind) else None

    def prepare(self) -> None:
        """All off, all ready.

        Raises:
            LostInstrument: one does not answer.
        """
        load, analyser = self.may_have(Load), self.may_have(Analyser)
        if load is not None:
            load.switch(on=False)
        self.need(Supply).switch(on=False)
        self.need(Supply).set_current(min(_MOST_A, self.need(Supply).limits.get("current_a", _MOST_A)))
        self.need(Capacitor).prepare()
        if analyser is not None:
            analyser.prepare()

    def begin(self) -> Reading:
        """Forget what was before, and read: the curve begins here.

        Raises:
            LostInstrument: an instrument does not answer.
        """
        self.events.clear()
        self.readings.clear()
        return self.read()

    def feed(self, *, on: bool) -> Action:
        """Feed terminal A as the settings say, or not.

        Raises:
            LostInstrument: the supply does not say that it did.
        """
        supply, voltage_v = self.need(Supply), self.settings.supply.open_circuit_v
        if on:
            supply.set_voltage(voltage_v)
        stamp = self._switched(supply, on=on)
        return self._did(Action(stamp, "feed", voltage_v if on else 0.0))

    def drain(self, *, on: bool) -> Action:
        """Let the load draw what the settings say, or nothing.

        Raises:
            LostInstrument: the load does not say that it does.
        """
        load = self.need(Load)
        if on:
            load.set_current(self.settings.load_a)
        stamp = self._switched(load, on=on)
        return self._did(Action(stamp, "drain", self.settings.load_a if on else 0.0))

    def _switched(self, instrument: Supply | Load, *, on: bool) -> Stamp:
        """When it was told to; at the latest it did so when it says that it did."""
        _, told = self.time.stamped(lambda: instrument.order(on=on))
        _, confirmed = self.time.stamped(lambda: instrument.confirm(on=on))
        return Stamp(told.at_s, told.unsure_s + 2 * confirmed.unsure_s)

    def _did(self, action: Action) -> Action:
        self.events.append(action)
        self.read()  # what the curve says between two readings holds from the first to the second
        return action

    def read(self) -> Reading:
        """The capacitor, and what the board takes.

        Raises:
            LostInstrument: one does not answer.
        """
        voltage_v, stamp = self._timely(self.need(Capacitor))
        analyser = self.may_have(Analyser)
        reading = Reading(stamp, voltage_v, None if analyser is None else analyser.current_a())
        self.readings.append(reading)
        self.events.append(reading)
        return reading

    def _timely(self, meter: Capacitor) -> tuple[float, Stamp]:
        """A reading whose time is known as well as usual: one that this machine held up is taken again."""
        best: tuple[float, Stamp] | None = None
        for _ in range(_TRIES):
            taken = self.time.stamped(meter.voltage_v)
            if best is None or taken[1].unsure_s < best[1].unsure_s:
                best = taken
            self._quickest_s = min(self._quickest_s, taken[1].unsure_s)
            if best[1].unsure_s <= _HELD_UP * self._quickest_s:
                break
        assert best is not None
        return best

    def read_until(self, end_s: float, interval_s: float, stop: Callable[[Reading], bool] = lambda _: False) -> bool:
        """Read again and again.

        Args:
            end_s: on the bench's clock.
            interval_s: from one to the next.
            stop: whether a reading is the last.

        Returns:
            Whether it stopped before the end.
        """
        due_s = self.time.now_s()
        while True:
            reading = self.read()
            if stop(reading):
                return True
            due_s += interval_s
            if due_s > end_s:
                return False
            self.time.wait(due_s - self.time.now_s())

    def need_analyser(self) -> None:
        """Complain of a bench on which nobody sees the board's current.

        Raises:
            InputError: there is no analyser.
        """
        self.need(Analyser)

    @property
    def scope(self) -> Scope:
        """The scope.

        Raises:
            InputError: the bench has none.
        """
        return self.need(Scope)

    def error_v(self, voltage_v: float) -> float:
        """What a reading of the capacitor may be off."""
        return self.need(Capacitor).error_v(voltage_v)
