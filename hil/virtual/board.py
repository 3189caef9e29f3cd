# SPDX-License-Identifier: Apache-2.0
"""The simulated board behind virtual instruments: its terminals are what the supply gives, its capacitor is seen.

Power train and decisions are those of ``xky power``: no line and no frames, phases take as long as they do as a rule.
Nothing runs by itself: whoever asks lets it live up to the bench's present first.
"""

from collections import deque
from collections.abc import Generator
from dataclasses import replace
from threading import RLock
from typing import Any

import simpy

from xky.boards import Board
from xky.boards.description.phases import phases_of
from xky.boards.description.power import PowerDescription
from xky.boards.description.states import BOOT, RUN, SLEEP
from xky.boards.firmware.energy_policy import EnergyPolicy, WakeDecisions
from xky.boards.power.clocked_train import ClockedTrain
from xky.emulator.supply import Supply, Terminals
from xky.protocol import InputError, Mode

from .clock import BenchClock

__all__ = ["VirtualBoard"]

_KEPT = 10_000  # times that it came too late


class VirtualBoard:
    """A board, its capacitor empty at the beginning, on terminals that give nothing.

    Args:
        board: lives on the TIC.
        supply: whose resistance stands between the virtual supply and the terminals.
        clock: of the bench.
        mode: of the TIC.
        inner_v: of the capacitor at the beginning.

    Attributes:
        late: when this machine came too late to let it live, and by how many real seconds.

    Raises:
        InputError: it does not live on the TIC.
    """

    def __init__(
        self, board: Board, supply: Supply, clock: BenchClock, *, mode: Mode = Mode.STANDARD, inner_v: float = 0.0
    ) -> None:
        power = board.power
        if power is None or power.source != "tic":
            raise InputError(f"{board.id}: no power train on the TIC; a virtual bench needs one to measure")
        self.board, self.supply, self.mode = board, supply, mode
        self.lock = RLock()
        self._clock = clock
        self._env = simpy.Environment(initial_time=clock.now_s())
        self._terminals = Terminals(supply.cut)
        self.late: deque[tuple[float, float]] = deque(maxlen=_KEPT)
        self._voltage_v, self._is_fed = 0.0, False
        self._shunt_a, self._is_drained = 0.0, False
        self._train = self._living(power, inner_v)

    def _living(self, power: PowerDescription, inner_v: float) -> ClockedTrain:
        """Let it live from now on; its power train."""
        train = ClockedTrain(self._env, power, self._terminals, inner_v=inner_v)
        self._policy = EnergyPolicy(self.board)
        self._phases = phases_of(self.board, self.mode)
        train.carries(self._env.process(self._lives()))
        return train

    def feed(self, voltage_v: float, *, on: bool) -> None:
        """What the supply on I1-A gives from now on: the open-circuit voltage of the terminals, V rms."""
        with self.lock:
            self.catch_up()
            self._voltage_v, self._is_fed = voltage_v, on
            fed = replace(self.supply, open_circuit_v=voltage_v if on else 0.0)
            if fed != self._terminals.supply:
                self._terminals.supply = fed

    def drain(self, current_a: float, *, on: bool) -> None:
        """What a load on the capacitor draws from now on."""
        with self.lock:
            self.catch_up()
            self._shunt_a, self._is_drained = current_a, on
            self._train.draw_beside(current_a if on else 0.0)

    def came_late(self, late_s: float) -> None:
        """This machine let it live so much too late until now: a device on a desk would not have been.

        Args:
            late_s: real seconds.
        """
        self.late.append((self._clock.now_s(), late_s))

    def late_after(self, at_s: float) -> float | None:
        """When it came too late first, from an instant of the bench's clock on; None: never."""
        return next((late_at_s for late_at_s, _ in tuple(self.late) if late_at_s >= at_s), None)

    def catch_up(self) -> float:
        """Let it live up to the present; the present, in seconds."""
        with self.lock:
            now_s = self._clock.now_s()
            if now_s > self._env.now:
                self._env.run(until=now_s)
            return float(self._env.now)

    @property
    def fed_v(self) -> float:
        """Open-circuit voltage of the terminals now, V rms."""
        return self._voltage_v if self._is_fed else 0.0

    @property
    def drained_a(self) -> float:
        """What the load draws; less where the capacitor is all but empty."""
        return min(self._shunt_a, max(self.capacitor_v, 0.0)) if self._is_drained else 0.0

    @property
    def capacitor_v(self) -> float:
        """At the capacitor's terminals, now."""
        with self.lock:
            self.catch_up()
            return self._train.terminal_v

    @property
    def board_a(self) -> float:
        """What the board takes from its capacitor, now."""
        with self.lock:
            self.catch_up()
            return self._train.drawn_a

    @property
    def supply_a(self) -> float:
        """What the supply gives, now: its power over its voltage."""
        with self.lock:
            self.catch_up()
            return self._train.source_w / self.fed_v if self.fed_v else 0.0

    @property
    def is_on(self) -> bool:
        """Whether the board's microcontroller runs."""
        with self.lock:
            self.catch_up()
            return self._train.is_on

    def _lives(self) -> Generator[simpy.Event, Any, None]:
        """From power on to power on."""
        while True:
            if not self._train.is_on:
                yield self._train.when_on()
            self._policy.forget()
            try:
                yield from self._runs()
            except simpy.Interrupt:  # a brown-out
                continue

    def _runs(self) -> Generator[simpy.Event, Any, None]:
        if self.board.wake is None:
            self._train.draw(RUN)
            yield self._env.event()
        while True:
            yield from self._cycle()

    def _cycle(self) -> Generator[simpy.Event, Any, None]:
        """A wake and the sleep behind it, as ``EventSimulation`` has them."""
        decisions = WakeDecisions(self._policy)
        train = self._train
        for phase in self._phases:
            if not decisions.goes_on_with(phase.load, lambda: train.terminal_v):
                break
            train.draw(phase.load)
            stop = self._env.event()
            stop_v = self._policy.stop_v if phase.watched else None
            if stop_v is not None:
                train.alarm(stop_v, lambda stop=stop: stop.succeed())  # type: ignore[misc]
            over = yield self._env.timeout(phase.duration_s) | stop
            train.alarm(None, lambda: None)
            if stop in over:
                break
            if phase.load == BOOT:
                train.draw(SLEEP)  # it looks at its capacitor before the next load
        now_s = float(self._env.now)
        train.draw(SLEEP)
        yield self._env.timeout(max(decisions.sleep_s(now_s, lambda: train.terminal_v), 0.0))
        decisions.has_slept(float(self._env.now), lambda: train.terminal_v)
