# SPDX-License-Identifier: Apache-2.0
"""Winky's firmware, simulated: wakes, listens for whole frames, publishes the last one, sleeps.

What the TIC says before the network is up is not heard, as in the Tasmota driver (v3.x).
"""

from collections.abc import Generator, Sequence

import simpy

from xky.protocol import Frame, Group, InputError, Mode
from xky.protocol.uart import Uart

from ..board import Board
from ..ports import BurstSource, Uplink
from ..receiver import LineReceiver
from .parser import Parser

__all__ = ["Firmware"]


class Firmware:
    """One running Winky."""

    def __init__(
        self, env: simpy.Environment, board: Board, mode: Mode, line: BurstSource, uplink: Uplink, parser: Parser
    ) -> None:
        if board.wake is None:
            raise InputError(f"board {board.id}: firmware winky sleeps; give the board file a [wake] section")
        self._env = env
        self._wake = board.wake
        self._listen = board.listen
        self._uplink = uplink
        self._parser = parser
        self.uarts: list[tuple[float, Uart]] = [(env.now, parser.uart(mode))]
        self._receiver = LineReceiver(env, line, parser.sampling(mode), lambda: parser.listener(mode), self._take)
        self._heard: list[Sequence[Group]] = []
        self._enough = env.event()

    def run(self) -> Generator[simpy.Event, None, None]:
        """The process."""
        wake = self._wake
        yield self._env.timeout(wake.deaf_s)
        while True:
            self._heard, self._enough = [], self._env.event()
            self._receiver.wake()
            self._give_up_after(self._listen.timeout_s, self._enough)
            yield self._enough
            self._receiver.sleep()
            yield self._env.timeout(wake.publish_s)
            if len(self._heard) >= self._listen.frames:  # fewer are no publishable state, as in the Tasmota driver
                self._uplink.publish(self._heard[-1])
            yield self._env.timeout(wake.sleep_s + wake.deaf_s)

    def _give_up_after(self, timeout_s: float, enough: simpy.Event) -> None:
        """End the listening; an event of its own is a third of the cost of ``enough | timeout``."""

        def give_up(_: simpy.Event) -> None:
            if not enough.triggered:
                enough.succeed()

        alarm = self._env.timeout(timeout_s)
        assert alarm.callbacks is not None
        alarm.callbacks.append(give_up)

    def _take(self, frame: Frame) -> None:
        groups = self._parser.groups(frame) if frame.complete else None
        if not groups:  # waking inside a character can make an STX and an ETX of nothing
            return
        self._heard.append(groups)
        if len(self._heard) == self._listen.frames and not self._enough.triggered:
            self._enough.succeed()
