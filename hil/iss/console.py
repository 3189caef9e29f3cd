# SPDX-License-Identifier: Apache-2.0
"""What the firmware prints: characters on a transmitter, lines with the time at which each ended."""

from .clock import Clock

__all__ = ["ImageConsole"]

_LINE_MAX = 65_536  # characters of one line kept


class ImageConsole:
    """The far end of a transmitter. It is as fast as the firmware: printing takes the instructions that it takes.

    Attributes:
        lines: printed and not fetched yet, each with its time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pending = bytearray()
        self.lines: list[tuple[float, str]] = []

    def put(self, code: int) -> None:
        """A character is sent."""
        if code != 0x0A:
            if len(self._pending) < _LINE_MAX:
                self._pending.append(code)
            return
        self.lines.append((self._clock.now_s, self._pending.decode(errors="replace").rstrip("\r")))
        self._pending.clear()

    def forget(self) -> None:
        """Power is gone in the middle of a line."""
        self._pending.clear()
