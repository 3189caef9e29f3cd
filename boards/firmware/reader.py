# SPDX-License-Identifier: Apache-2.0
"""The plainest firmware there is: always on, reports each whole frame as it ends."""

from collections.abc import Generator

import simpy

from xky.protocol import Frame, Mode
from xky.protocol.uart import Uart

from ..board import Board
from ..ports import BurstSource, Uplink
from ..receiver import LineReceiver
from .parser import Parser

__all__ = ["Firmware"]


class Firmware:
    """One running reader."""

    def __init__(
        self, env: simpy.Environment, board: Board, mode: Mode, line: BurstSource, uplink: Uplink, parser: Parser
    ) -> None:
        self._env = env
        self._uplink = uplink
        self._parser = parser
        self._receiver = LineReceiver(env, line, Uart(mode.baud), mode, self._take)

    def run(self) -> Generator[simpy.Event, None, None]:
        """The process: nothing to do but to listen."""
        self._receiver.wake()
        yield self._env.event()

    def _take(self, frame: Frame) -> None:
        groups = self._parser.groups(frame) if frame.complete else None
        if groups:
            self._uplink.publish(groups)
