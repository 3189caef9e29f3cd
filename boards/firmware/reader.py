# SPDX-License-Identifier: Apache-2.0
"""The plainest firmware there is: always on, reports each whole frame as it ends."""

from collections.abc import Generator, Sequence

import simpy

from xky.protocol import Frame, Group, Mode
from xky.protocol.uart import Uart

from ..description.states import RUN
from .context import SWITCHED_OFF, FirmwareContext
from .receiver import LineReceiver

__all__ = ["FIRMWARE", "ReaderFirmware"]

_LOOKS_EACH_S = 1.0
_SILENT_S = 6.5  # without a good frame, it tries the other mode; assumption: two of the longest historic frames


class ReaderFirmware:
    """One running reader."""

    def __init__(self, context: FirmwareContext) -> None:
        self._env = context.env
        self._line = context.line
        self._uplink = context.uplink
        self._parser = context.parser
        self._power = context.power
        self._indicator = context.indicator
        self._mode = context.mode
        self._detects = context.board.detects_mode and context.parser.looks_for_the_mode_again
        self._heard_s = 0.0
        self._receiver: LineReceiver | None = None
        self.uarts: list[tuple[float, Uart]] = []

    def run(self) -> Generator[simpy.Event, None, None]:
        """The process: nothing to do but to listen, and to look for the other mode where the board does that."""
        assert self._env.active_process is not None
        self._power.carries(self._env.active_process)
        while True:
            try:
                if not self._power.is_on:
                    yield self._power.when_on()
                if self._indicator is not None:
                    self._indicator.starts()
                self._begins()
                yield from self._read()
            except simpy.Interrupt as cut:
                if self._receiver is not None:
                    self._receiver.sleep()
                if self._indicator is not None:
                    self._indicator.ends()
                self._ends()
                if cut.cause == SWITCHED_OFF:
                    return

    def _begins(self) -> None:
        """Power is there."""

    def _ends(self) -> None:
        """Power is gone: all that was in memory is lost."""

    def _read(self) -> Generator[simpy.Event, None, None]:
        receiver = self._receiver = self._listen()
        self._power.draw(RUN)
        while self._detects:
            yield self._env.timeout(_LOOKS_EACH_S)
            if self._env.now - self._heard_s > _SILENT_S:
                receiver.sleep()
                self._mode = Mode.STANDARD if self._mode is Mode.HISTORIC else Mode.HISTORIC
                receiver = self._receiver = self._listen()
        yield self._env.event()

    def _listen(self) -> LineReceiver:
        self._heard_s = self._env.now
        mode = self._mode
        self.uarts.append((self._env.now, self._parser.uart(mode)))
        uart = self._parser.sampling(mode)
        receiver = LineReceiver(self._env, self._line, uart, lambda: self._parser.listener(mode), self._take)
        if self._indicator is not None:
            receiver.on_noise = self._indicator.senses
        receiver.wake()
        return receiver

    def _take(self, frame: Frame) -> None:
        if self._indicator is not None:
            self._indicator.hears(frame)
        groups = self._parser.groups(frame) if frame.complete else None
        if groups:
            self._heard_s = self._env.now
            self._say(groups)

    def _say(self, groups: Sequence[Group]) -> None:
        """Publish what a frame held."""
        self._uplink.publish(groups)


FIRMWARE = ReaderFirmware
