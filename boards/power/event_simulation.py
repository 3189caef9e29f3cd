# SPDX-License-Identifier: Apache-2.0
"""A board on a supply: it charges, wakes, reads, sleeps, browns out; event by event, each at its instant.

No line and no frames: what the TIC says takes as long as it does as a rule. Phases and decisions are those of the
simulated firmware (``planned_phases``, ``WakeDecisions``), which draws on the same states when there is a line.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from math import inf
from typing import NamedTuple

from xky.protocol import Mode

from ..description.board import Board
from ..description.phases import phases_of
from ..description.states import BOOT, OFF, RUN, SLEEP
from ..firmware.energy_policy import EnergyPolicy, WakeDecisions
from ..ports import SupplyPort
from .energy import EnergyBalance, energy_of
from .train import PowerState, Train

__all__ = ["EventSimulation", "PowerEvent", "PowerEventKind", "Stretch", "energy_over"]


class PowerEventKind(StrEnum):
    """What happens."""

    POWER_ON = "power on"
    WAKE = "wake"
    WAITS = "waits"  # too little charge: it sleeps on
    STOPS = "stops"  # the charge runs out: it sleeps before it has read
    READING = "reading"
    SLEEP = "sleep"
    BROWN_OUT = "brown-out"
    SUPPLY = "supply changes"


@dataclass(frozen=True, slots=True)
class PowerEvent:
    """Something happens.

    Attributes:
        at_s: since the beginning.
        what: it is.
        inner_v: of the capacitance.
        terminal_v: of the capacitor, at the load that was.
    """

    at_s: float
    what: PowerEventKind
    inner_v: float
    terminal_v: float


class Stretch(NamedTuple):
    """Time in one state; a tuple, since a day of a board has tens of thousands.

    Attributes:
        at_s: its beginning.
        duration_s: of it.
        state: of supply and load.
        before_v: inner voltage at its beginning.
        after_v: at its end.
    """

    at_s: float
    duration_s: float
    state: PowerState
    before_v: float
    after_v: float


class _End(StrEnum):
    THROUGH = "through"
    DOWN = "down"
    STOPPED = "stopped"


class _Over(Exception):  # noqa: N818  # no error: the time that was asked for is over
    pass


class EventSimulation:
    """One board on one supply.

    Args:
        board: lives on the TIC.
        train: of the board, at a temperature; may be shared by simulations.
        supply: at the beginning.
        changes: further supplies, each with the second from which on it is there, ascending.
        inner_v: of the capacitor at the beginning.
        full_once: see ``EnergyPolicy``.
        mode: of the TIC; frames of historic mode take longer.
        sleep_s: in the place of what the board does.
        keep: whether to keep each stretch of time.

    Attributes:
        now_s: since the beginning.
        inner_v: of the capacitor.
        waits_for_fall: it was reset, and its rail has not yet fallen to where the microcontroller starts again.
    """

    def __init__(
        self,
        board: Board,
        supply: SupplyPort,
        *,
        train: Train | None = None,
        changes: Sequence[tuple[float, SupplyPort]] = (),
        inner_v: float = 0.0,
        full_once: bool = True,
        mode: Mode = Mode.STANDARD,
        sleep_s: float | None = None,
        keep: bool = False,
    ) -> None:
        assert board.power is not None
        self.board = board
        self.train = train or Train(board.power)
        self.supply = supply
        self.now_s = 0.0
        self.inner_v = inner_v
        self.stretches: list[Stretch] | None = [] if keep else None
        self._changes = list(changes)
        self._energy_policy = EnergyPolicy(board, full_once=full_once)
        self._phases = phases_of(board, mode)
        self._sleep_s = sleep_s
        self._until_s = inf
        self.waits_for_fall = False

    def run(self, until_s: float) -> Iterator[PowerEvent]:
        """What happens until then, one after the other."""
        self._until_s = until_s
        try:
            while True:
                yield from self._charge()
                yield self._event(PowerEventKind.POWER_ON, OFF)
                self._energy_policy.forget()
                yield from self._run_from_power_on()
                yield self._event(PowerEventKind.BROWN_OUT, OFF)
                if self.waits_for_fall:
                    yield from self._fall()
                yield from self._spend(OFF, self.train.power.mcu.reset_s)
        except _Over:
            return

    def _charge(self) -> Generator[PowerEvent, None, None]:
        while True:
            state = self.train.state(self.supply, OFF)
            if self.inner_v >= state.on_v:
                return
            on_s = state.flow.time_to(self.inner_v, state.on_v)
            change_s = self._changes[0][0] - self.now_s if self._changes else inf
            if change_s <= on_s:
                yield from self._spend(OFF, change_s)
            else:
                yield from self._spend(OFF, on_s, until_v=state.on_v)

    def _fall(self) -> Generator[PowerEvent, None, None]:
        while self.waits_for_fall:
            state = self.train.state(self.supply, OFF)
            if self.inner_v <= state.restart_v:
                self.waits_for_fall = False
                return
            fallen_s = state.flow.time_to(self.inner_v, state.restart_v)
            change_s = self._changes[0][0] - self.now_s if self._changes else inf
            if change_s <= fallen_s:
                yield from self._spend(OFF, change_s)
            else:
                yield from self._spend(OFF, fallen_s, until_v=state.restart_v)

    def _run_from_power_on(self) -> Iterator[PowerEvent]:
        """From power on to brown-out."""
        if self.board.wake is None:
            yield self._event(PowerEventKind.WAKE, RUN)
            yield from self._spend(RUN, inf)
            return
        while (yield from self._cycle()):
            pass

    def _cycle(self) -> Generator[PowerEvent, None, bool]:
        """A wake and the sleep behind it; whether it still has its rail."""
        decisions = WakeDecisions(self._energy_policy)
        yield self._event(PowerEventKind.WAKE, SLEEP)
        drawn = SLEEP  # when it looks at its capacitor
        what = PowerEventKind.STOPS
        for phase in self._phases:
            if not decisions.goes_on_with(phase.load, partial(self._terminal_v, drawn)):
                break
            stop_v = self._energy_policy.stop_v if phase.watched else None
            end = yield from self._spend(phase.load, phase.duration_s, stop_v=stop_v)
            if end is _End.DOWN:
                return False
            if phase.load != BOOT:
                drawn = phase.load
            if end is _End.STOPPED:
                break
        else:
            what = PowerEventKind.READING
        yield self._event(PowerEventKind.WAITS if decisions.waits else what, drawn)
        sleep_s = self._sleep_s
        if sleep_s is None or decisions.waits:
            sleep_s = decisions.sleep_s(self.now_s, partial(self._terminal_v, SLEEP))
        if not decisions.waits:
            yield self._event(PowerEventKind.SLEEP, SLEEP)
        if (yield from self._spend(SLEEP, sleep_s)) is _End.DOWN:
            return False
        decisions.has_slept(self.now_s, partial(self._terminal_v, SLEEP))
        return True

    def _spend(
        self, name: str, duration_s: float, *, stop_v: float | None = None, until_v: float | None = None
    ) -> Generator[PowerEvent, None, _End]:
        """Let time pass in a load; how it ended.

        Args:
            name: of the load.
            duration_s: at the most.
            stop_v: at this terminal voltage, falling, the firmware breaks off.
            until_v: inner voltage that it ends at exactly, when nothing came between.
        """
        end_s = self.now_s + duration_s
        while True:
            state = self.train.state(self.supply, name)
            flow, before_v = state.flow, self.inner_v
            if name != OFF and before_v <= state.off_v:
                self.waits_for_fall = not state.restarts
                return _End.DOWN
            left_s = end_s - self.now_s
            down_s = inf if name == OFF else flow.time_to(before_v, state.off_v)
            stop_s = inf
            if stop_v is not None:
                stop_inner_v = state.inner_v(stop_v)
                stop_s = 0.0 if before_v <= stop_inner_v else flow.time_to(before_v, stop_inner_v)
            change_s = self._changes[0][0] - self.now_s if self._changes else inf
            step_s = min(left_s, down_s, stop_s, change_s)
            if self.now_s + step_s >= self._until_s:
                self._pass(state, self._until_s - self.now_s, None)
                self.now_s = self._until_s
                raise _Over
            exact_v = state.off_v if step_s == down_s else until_v if step_s == left_s else None
            self._pass(state, step_s, exact_v)
            if step_s == down_s:  # the reset comes first, whatever else happens at that instant
                self.waits_for_fall = not state.restarts
                return _End.DOWN
            if step_s == change_s:
                self.supply = self._changes.pop(0)[1]
                yield self._event(PowerEventKind.SUPPLY, name)
                if step_s != left_s:
                    continue
            return _End.STOPPED if step_s == stop_s else _End.THROUGH

    def _pass(self, state: PowerState, duration_s: float, after_v: float | None) -> None:
        before_v = self.inner_v
        self.inner_v = state.flow.after(before_v, duration_s) if after_v is None else after_v
        if self.stretches is not None and duration_s > 0:
            self.stretches.append(Stretch(self.now_s, duration_s, state, before_v, self.inner_v))
        self.now_s += duration_s

    def _terminal_v(self, name: str) -> float:
        return self.train.state(self.supply, name).terminal_v(self.inner_v)

    def _event(self, what: PowerEventKind, name: str) -> PowerEvent:
        return PowerEvent(self.now_s, what, self.inner_v, self._terminal_v(name))


def energy_over(stretches: Sequence[Stretch]) -> EnergyBalance:
    """Where the energy of some stretches went."""
    total = EnergyBalance()
    for stretch in stretches:
        total.add(energy_of(stretch.state, stretch.before_v, stretch.after_v, stretch.duration_s))
    return total
