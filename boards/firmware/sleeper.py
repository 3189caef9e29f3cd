# SPDX-License-Identifier: Apache-2.0
"""What every firmware that sleeps does: it wakes, listens, publishes the last frame, and sleeps.

It listens for whole frames, as long as a wake is reckoned with. What the TIC says before the network is up is not
heard, as in the Tasmota driver (v3.x). It lives on its capacitor: too little charge ends a wake early, and a brown-out
ends everything at once.
"""

from collections.abc import Generator, Sequence
from math import inf

import simpy

from xky.protocol import Frame, Group, InputError, Mode
from xky.protocol.uart import Uart

from ..description.phases import WakePhase, planned_phases
from ..description.states import LISTEN, SLEEP
from .context import SWITCHED_OFF, FirmwareContext
from .energy_policy import WakeDecisions
from .receiver import LineReceiver

__all__ = ["SleepingFirmware", "end"]


class SleepingFirmware:
    """One running device that sleeps; it publishes bare readings unless a firmware says otherwise."""

    def __init__(self, context: FirmwareContext) -> None:
        env, board = context.env, context.board
        if board.wake is None:
            raise InputError(
                f"board {board.id}: firmware {board.firmware} sleeps; give the board file a [wake] section"
            )
        self._env = env
        self._board = board
        self._line = context.line
        self._listen = board.listen
        self._uplink = context.uplink
        self._parser = context.parser
        self._power = context.power
        self._energy_policy = context.energy_policy
        self._timeout_s: float | None = board.listen.timeout_s  # of listening
        self.uarts: list[tuple[float, Uart]] = []
        self._set_mode(context.mode)
        self._heard: list[Sequence[Group]] = []
        self._enough = env.event()
        self._began_s = 0.0

    def _set_mode(self, mode: Mode) -> None:
        """Be set for a TIC mode from now on."""
        phases = planned_phases(self._board, mode)
        listens = 1 + next(place for place, phase in enumerate(phases) if phase.load == LISTEN)
        self._mode = mode
        self._until_read, self._publishing = phases[:listens], phases[listens:]
        self._listens_s = self._listen.usual_s(mode)
        parser = self._parser
        self.uarts.append((self._env.now, parser.uart(mode)))
        self._receiver = LineReceiver(
            self._env, self._line, parser.sampling(mode), lambda: parser.listener(mode), self._take
        )

    def run(self) -> Generator[simpy.Event, None, None]:
        """The process."""
        assert self._env.active_process is not None
        self._power.carries(self._env.active_process)
        while True:
            try:
                if not self._power.is_on:
                    yield self._power.when_on()
                self._starts()
                while True:
                    yield from self._cycle()
            except simpy.Interrupt as cut:  # wherever it was
                self._receiver.sleep()
                self._stops()
                if cut.cause == SWITCHED_OFF:
                    return
                self._energy_policy.forget()

    def _starts(self) -> None:
        """Power is there, or a restart is over."""

    def _stops(self) -> None:
        """All that was in memory is lost."""

    def _cycle(self) -> Generator[simpy.Event, None, None]:
        """A wake, and the sleep behind it."""
        decisions = WakeDecisions(self._energy_policy)
        self._wakes()
        for phase in self._until_read:
            if not decisions.goes_on_with(phase.load, self._terminal_v):
                break
            if phase.load == LISTEN:
                yield from self._read()
            elif not (yield from self._gets_through(phase)):
                break
        self._leaves()
        self._power.draw(SLEEP)
        yield self._env.timeout(self._sleep_s(decisions))
        decisions.has_slept(self._env.now, self._terminal_v)

    def _wakes(self) -> None:
        """A wake begins."""

    def _leaves(self) -> None:
        """It ends."""

    def _sleep_s(self, decisions: WakeDecisions) -> float:
        """How long it sleeps, from now on."""
        return decisions.sleep_s(self._env.now, self._terminal_v)

    def _terminal_v(self) -> float:
        return self._power.terminal_v

    def _read(self) -> Generator[simpy.Event, None, None]:
        self._heard, self._enough = [], enough = [], self._env.event()
        self._power.draw(LISTEN)
        self._power.alarm(self._energy_policy.stop_v, lambda: end(enough))
        self._receiver.wake()
        self._began_s = self._env.now
        if self._timeout_s is not None:
            self._end_after(self._timeout_s, enough)
        yield enough
        self._power.alarm(None, lambda: None)
        self._receiver.sleep()
        if len(self._heard) >= self._listen.frames:  # fewer are no publishable state, as in the Tasmota driver
            yield from self._publish()

    def _publish(self) -> Generator[simpy.Event, None, None]:
        """Say the last of what was heard."""
        for phase in self._publishing:
            yield from self._spend(phase, phase.duration_s)
        self._uplink.publish(self._heard[-1])

    def _gets_through(self, phase: WakePhase) -> Generator[simpy.Event, None, bool]:
        """A phase before the listening: whether the wake goes on behind it."""
        return self._spend(phase, phase.duration_s)

    def _spend(self, phase: WakePhase, for_s: float = inf) -> Generator[simpy.Event, None, bool]:
        """A phase, which ends no wake; ``for_s`` where something else is drawn right behind it, in any case."""
        if phase.duration_s > 0:
            self._power.draw(phase.load, for_s)
            yield self._env.timeout(phase.duration_s)
        return True

    def _end_after(self, seconds: float, enough: simpy.Event) -> None:
        """End the listening; an event of its own is a third of the cost of ``enough | timeout``."""

        alarm = self._env.timeout(seconds)
        assert alarm.callbacks is not None
        alarm.callbacks.append(lambda _: end(enough))

    def _take(self, frame: Frame) -> None:
        groups = self._parser.groups(frame) if frame.complete else None
        if not groups:  # waking inside a character can make an STX and an ETX of nothing
            return
        self._heard.append(groups)
        if not self._enough.triggered:
            self._count()

    def _count(self) -> None:
        """One more was heard: it may be enough."""
        if len(self._heard) == self._listen.frames:
            left_s = self._began_s + self._listens_s - self._env.now
            if left_s > 0:  # short frames: it goes on, and what it publishes is the newest
                self._end_after(left_s, self._enough)
            else:
                self._enough.succeed()


def end(event: simpy.Event) -> None:
    """Let an event happen, unless it did."""
    if not event.triggered:
        event.succeed()
