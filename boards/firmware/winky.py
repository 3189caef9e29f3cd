# SPDX-License-Identifier: Apache-2.0
"""Winky's firmware, simulated: wakes, listens for whole frames as long as a wake is reckoned with, publishes the last
one, sleeps.

What the TIC says before the network is up is not heard, as in the Tasmota driver (v3.x). It lives on its
capacitor: too little charge ends a wake early, and a brown-out ends everything at once.
"""

from collections.abc import Generator, Sequence

import simpy

from xky.protocol import Frame, Group, InputError
from xky.protocol.uart import Uart

from ..description.phases import WakePhase, planned_phases
from ..description.states import LISTEN, SLEEP
from .context import SWITCHED_OFF, FirmwareContext
from .energy_policy import WakeDecisions
from .receiver import LineReceiver

__all__ = ["FIRMWARE", "WinkyFirmware"]


class WinkyFirmware:
    """One running Winky."""

    def __init__(self, context: FirmwareContext) -> None:
        env, board, mode, parser = context.env, context.board, context.mode, context.parser
        if board.wake is None:
            raise InputError(f"board {board.id}: firmware winky sleeps; give the board file a [wake] section")
        self._env = env
        phases = planned_phases(board, mode)
        listens = 1 + next(place for place, phase in enumerate(phases) if phase.load == LISTEN)
        self._until_read, self._publishing = phases[:listens], phases[listens:]
        self._listen = board.listen
        self._listens_s = board.listen.usual_s(mode)
        self._uplink = context.uplink
        self._parser = parser
        self._power = context.power
        self._energy_policy = context.energy_policy
        self.uarts: list[tuple[float, Uart]] = [(env.now, parser.uart(mode))]
        self._receiver = LineReceiver(
            env, context.line, parser.sampling(mode), lambda: parser.listener(mode), self._take
        )
        self._heard: list[Sequence[Group]] = []
        self._enough = env.event()
        self._began_s = 0.0

    def run(self) -> Generator[simpy.Event, None, None]:
        """The process."""
        assert self._env.active_process is not None
        self._power.carries(self._env.active_process)
        while True:
            try:
                if not self._power.is_on:
                    yield self._power.when_on()
                while True:
                    yield from self._cycle()
            except simpy.Interrupt as cut:  # wherever it was
                self._receiver.sleep()
                if cut.cause == SWITCHED_OFF:
                    return
                self._energy_policy.forget()

    def _cycle(self) -> Generator[simpy.Event, None, None]:
        """A wake, and the sleep behind it."""
        decisions = WakeDecisions(self._energy_policy)
        for phase in self._until_read:
            if not decisions.goes_on_with(phase.load, self._terminal_v):
                break
            yield from self._read() if phase.load == LISTEN else self._spend(phase)
        self._power.draw(SLEEP)
        yield self._env.timeout(decisions.sleep_s(self._env.now, self._terminal_v))
        decisions.has_slept(self._env.now, self._terminal_v)

    def _terminal_v(self) -> float:
        return self._power.terminal_v

    def _read(self) -> Generator[simpy.Event, None, None]:
        self._heard, self._enough = [], enough = [], self._env.event()
        self._power.draw(LISTEN)
        self._power.alarm(self._energy_policy.stop_v, lambda: _end(enough))
        self._receiver.wake()
        self._began_s = self._env.now
        self._end_after(self._listen.timeout_s, enough)
        yield enough
        self._power.alarm(None, lambda: None)
        self._receiver.sleep()
        if len(self._heard) >= self._listen.frames:  # fewer are no publishable state, as in the Tasmota driver
            for phase in self._publishing:
                yield from self._spend(phase)
            self._uplink.publish(self._heard[-1])

    def _spend(self, phase: WakePhase) -> Generator[simpy.Event, None, None]:
        if phase.duration_s > 0:
            self._power.draw(phase.load)
            yield self._env.timeout(phase.duration_s)

    def _end_after(self, seconds: float, enough: simpy.Event) -> None:
        """End the listening; an event of its own is a third of the cost of ``enough | timeout``."""

        alarm = self._env.timeout(seconds)
        assert alarm.callbacks is not None
        alarm.callbacks.append(lambda _: _end(enough))

    def _take(self, frame: Frame) -> None:
        groups = self._parser.groups(frame) if frame.complete else None
        if not groups:  # waking inside a character can make an STX and an ETX of nothing
            return
        self._heard.append(groups)
        if len(self._heard) == self._listen.frames and not self._enough.triggered:
            left_s = self._began_s + self._listens_s - self._env.now
            if left_s > 0:  # short frames: it goes on, and what it publishes is the newest
                self._end_after(left_s, self._enough)
            else:
                self._enough.succeed()


def _end(enough: simpy.Event) -> None:
    if not enough.triggered:
        enough.succeed()


FIRMWARE = WinkyFirmware
