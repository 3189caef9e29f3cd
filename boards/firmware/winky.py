# SPDX-License-Identifier: Apache-2.0
"""Winky's firmware, simulated: wakes, listens for whole frames, publishes the last one, sleeps.

What the TIC says before the network is up is not heard, as in the Tasmota driver (v3.x). It lives on its
capacitor: too little charge ends a wake early, and a brown-out ends everything at once.
"""

from collections.abc import Generator, Sequence

import simpy

from xky.protocol import Frame, Group, InputError
from xky.protocol.uart import Uart

from ..receiver import LineReceiver
from .context import FirmwareContext

__all__ = ["FIRMWARE", "WinkyFirmware"]


class WinkyFirmware:
    """One running Winky."""

    def __init__(self, fittings: FirmwareContext) -> None:
        env, board, mode, parser = fittings.env, fittings.board, fittings.mode, fittings.parser
        if board.wake is None:
            raise InputError(f"board {board.id}: firmware winky sleeps; give the board file a [wake] section")
        self._env = env
        self._wake = board.wake
        self._listen = board.listen
        self._uplink = fittings.uplink
        self._parser = parser
        self._power = fittings.power
        self._thrift = fittings.thrift
        self.uarts: list[tuple[float, Uart]] = [(env.now, parser.uart(mode))]
        self._receiver = LineReceiver(
            env, fittings.line, parser.sampling(mode), lambda: parser.listener(mode), self._take
        )
        self._heard: list[Sequence[Group]] = []
        self._enough = env.event()

    def run(self) -> Generator[simpy.Event, None, None]:
        """The process."""
        assert self._env.active_process is not None
        self._power.carries(self._env.active_process)
        while True:
            if not self._power.is_on:
                yield self._power.when_on()
            try:
                while True:
                    yield from self._cycle()
            except simpy.Interrupt:  # a brown-out, wherever it was
                self._receiver.sleep()
                self._thrift.forget()

    def _cycle(self) -> Generator[simpy.Event, None, None]:
        """A wake, and the sleep behind it."""
        power, thrift, wake = self._power, self._thrift, self._wake
        yield from self._spend("boot", wake.boot_s)
        if not thrift.may_start(power.terminal_v):
            yield from self._spend("sleep", thrift.retry_s)
            return
        for load, duration_s in (
            ("associate", wake.associate_s),
            ("address", wake.address_s),
            ("connect", wake.connect_s),
        ):
            yield from self._spend(load, duration_s)
            if thrift.must_stop(power.terminal_v):
                break
        else:
            yield from self._read()
        power.draw("sleep")
        yield self._env.timeout(thrift.sleep_s(self._env.now, lambda: power.terminal_v))
        thrift.wakes(self._env.now, lambda: power.terminal_v)

    def _read(self) -> Generator[simpy.Event, None, None]:
        self._heard, self._enough = [], enough = [], self._env.event()
        self._power.draw("listen")
        self._power.alarm(self._thrift.stop_v, lambda: _end(enough))
        self._receiver.wake()
        self._give_up_after(self._listen.timeout_s, enough)
        yield enough
        self._power.alarm(None, lambda: None)
        self._receiver.sleep()
        if len(self._heard) >= self._listen.frames:  # fewer are no publishable state, as in the Tasmota driver
            yield from self._spend("publish", self._wake.publish_s)
            self._uplink.publish(self._heard[-1])

    def _spend(self, load: str, duration_s: float) -> Generator[simpy.Event, None, None]:
        if duration_s > 0:
            self._power.draw(load)
            yield self._env.timeout(duration_s)

    def _give_up_after(self, timeout_s: float, enough: simpy.Event) -> None:
        """End the listening; an event of its own is a third of the cost of ``enough | timeout``."""

        alarm = self._env.timeout(timeout_s)
        assert alarm.callbacks is not None
        alarm.callbacks.append(lambda _: _end(enough))

    def _take(self, frame: Frame) -> None:
        groups = self._parser.groups(frame) if frame.complete else None
        if not groups:  # waking inside a character can make an STX and an ETX of nothing
            return
        self._heard.append(groups)
        if len(self._heard) == self._listen.frames and not self._enough.triggered:
            self._enough.succeed()


def _end(enough: simpy.Event) -> None:
    if not enough.triggered:
        enough.succeed()


FIRMWARE = WinkyFirmware
