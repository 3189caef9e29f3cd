# SPDX-License-Identifier: Apache-2.0
"""Bytes that a device prints, as lines stamped on the bench's clock; a flood of them must not drown the bench."""

import simpy

from .probes.lines import LinesProbe

__all__ = ["LINES_PER_S", "LINE_MAX", "Intake"]

LINE_MAX = 65_536  # characters of one line kept
LINES_PER_S = 1000  # lines taken in a second of the bench's clock: the rest of a flood is counted and dropped


class Intake:
    """Takes bytes as they come.

    Args:
        env: the bench's clock.
        probe: gets the lines.

    Attributes:
        pending: of a line whose end has not come.
    """

    def __init__(self, env: simpy.Environment, probe: LinesProbe) -> None:
        self._env = env
        self._probe = probe
        self.pending = b""
        self._second, self._lines = -1, 0

    def take(self, data: bytes) -> None:
        """Some bytes came."""
        *lines, self.pending = (self.pending + data).split(b"\n")
        self.pending = self.pending[-LINE_MAX:]
        for line in lines:
            self._count_line()
            if self._lines <= LINES_PER_S:
                self._probe.line(line.decode(errors="replace").rstrip("\r"))
            else:
                self._probe.dropped += 1

    def end(self) -> None:
        """No more will come: what waits for its end has it now."""
        if self.pending:
            self.take(b"\n")

    def _count_line(self) -> None:
        second = int(self._env.now)
        if second != self._second:
            self._second, self._lines = second, 0
        self._lines += 1
