# SPDX-License-Identifier: Apache-2.0
"""``plain``: a data register and a status register, as the simplest models of chips have them; nothing can be set.

Data at offset 0; status one stride (4 bytes unless told) behind it: bit 0 a character is there, bit 1 it came with a
wrong parity, bit 2 with a low stop bit, bit 3 one before it was lost; bit 5 the transmitter is free, always.
"""

from collections.abc import Callable

from xky.protocol.uart import CharacterDefect

from ..clock import Clock
from .uart import Uart

__all__ = ["KIND", "Plain"]

_READY, _LOST, _FREE = 0x01, 0x08, 0x20
_ERRORS = {CharacterDefect.PARITY: 0x02, CharacterDefect.FRAMING: 0x04, None: 0}


class Plain(Uart):
    """One character deep; it follows the rate of the line, and takes 7E1."""

    kind = "plain"

    def __init__(self, clock: Clock, stride: int | None, stop: Callable[[], None]) -> None:
        super().__init__(clock, stride, stop)
        self.stride = max(self.stride, 4)
        self.size = 2 * self.stride
        self._lost = 0
        self.wire.set_to(None, 0.0)
        self.is_set_to_take(10 / 1200)

    def load_of(self, offset: int) -> Callable[[int], int]:
        self.touched = True
        return super().load_of(offset)

    def read(self, offset: int, size: int) -> int:
        self.arrive()
        if offset < self.stride:
            return self.waiting.popleft()[0] if self.waiting else 0
        if not self.waiting and not self.found_empty():
            return _FREE
        lost, self._lost = self._lost, 0
        return _FREE | _READY | lost | _ERRORS[self.waiting[0][1]]

    def write(self, offset: int, size: int, value: int) -> None:
        if offset < self.stride:
            self.sends(value & 0xFF)

    def arrive(self) -> None:
        while self.wire.next_s <= self.clock.now_s:
            code, error, _ = self.wire.take()
            if self.waiting:
                self.waiting.clear()
                self._lost = _LOST
                self.overruns += 1
            self.waiting.append((code, error))


KIND = Plain
