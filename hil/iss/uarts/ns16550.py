# SPDX-License-Identifier: Apache-2.0
"""``16550``: National's PC16550D and what copies it; its data sheet (SNLS378C) is meant by section below."""

from collections.abc import Callable

from xky.emulator.outputs import PortSettings
from xky.protocol.uart import CharacterDefect
from xky.protocol.uart import Uart as LineSettings

from ..clock import Clock
from .uart import Uart

__all__ = ["KIND", "Ns16550"]

_IER, _IIR, _LCR, _LSR, _DLAB = 1, 2, 3, 5, 0x80
_READY, _OVERRUN, _PARITY, _FRAMING, _SENT = (
    0x01,
    0x02,
    0x04,
    0x08,
    0x60,
)  # of LSR (8.5); the transmitter is always empty
_TRIGGERS = (1, 4, 8, 14)  # characters, by bits 6 and 7 of FCR (8.6.4)
_FIFO = 16
_TIMEOUT_CHARACTERS = 4  # of silence, after which fewer than the trigger interrupt, too (8.6.1)
_ERRORS = {CharacterDefect.PARITY: _PARITY, CharacterDefect.FRAMING: _FRAMING, None: 0}
_RX, _TX, _LINE = 1, 2, 4  # of IER (8.7)


class Ns16550(Uart):
    """A 16550: a FIFO of 16 once FCR asks for it, one holding register until then."""

    kind = "16550"

    def __init__(self, clock: Clock, stride: int | None, stop: Callable[[], None]) -> None:
        super().__init__(clock, stride, stop)
        self.size = 8 * self.stride
        self._registers = [0] * 8  # IER, MCR, SCR and the like, as written
        self._divisor = [0, 0]
        self._fifo = False
        self._trigger = 1
        self._overrun = 0
        self._last_s = 0.0
        self._sent_asks = False
        self._asked: LineSettings | None = None

    def load_of(self, offset: int) -> Callable[[int], int]:
        self.touched = True
        register = offset // self.stride
        return self._status if register == _LSR else self._receive if register == 0 else super().load_of(offset)

    def store_of(self, offset: int) -> Callable[[int, int], None]:
        self.touched = True
        return super().store_of(offset)

    def read(self, offset: int, size: int) -> int:
        register = offset // self.stride
        if register == 1 and self._registers[_LCR] & _DLAB:
            return self._divisor[register]
        if register == _IIR:
            return self._identity()
        return 0 if register == 6 else self._registers[register & 7]  # no modem

    def _receive(self, _size: int) -> int:
        if self._registers[_LCR] & _DLAB:
            return self._divisor[0]
        if self.wire.next_s <= self.clock.now_s:
            self.arrive()
        self._looks = self.clock.looks = 0
        return self.waiting.popleft()[0] if self.waiting else 0

    def _status(self, _size: int) -> int:
        if self.wire.next_s <= self.clock.now_s:
            self.arrive()
        waiting = self.waiting
        if not waiting and not self.found_empty():
            overrun, self._overrun = self._overrun, 0
            return _SENT | overrun
        code, error = waiting[0]
        status = _SENT | _READY | self._overrun
        if error is not None:
            status |= _ERRORS[error]
            waiting[0] = (code, None)  # told once (8.5, bits 1 to 4)
        self._overrun = 0
        return status

    def arrive(self) -> None:
        wire, now_s, waiting = self.wire, self.clock.now_s, self.waiting
        while wire.next_s <= now_s:
            code, error, self._last_s = wire.take()
            if len(waiting) < (_FIFO if self._fifo else 1):
                waiting.append((code, error))
                continue
            self._overrun = _OVERRUN
            self.overruns += 1
            if not self._fifo:  # the character before is destroyed; of a full FIFO, the one in the shift register (8.5)
                waiting[0] = (code, error)

    def write(self, offset: int, size: int, value: int) -> None:
        register, value = offset // self.stride, value & 0xFF
        if register in (0, 1) and self._registers[_LCR] & _DLAB:
            self._divisor[register] = value
        elif register == 0:
            self._sent_asks = True
            self.sends(value)
        elif register == _IIR:
            self._set_fifo(value)
        elif register == _LCR:
            self._registers[_LCR] = value
            if not value & _DLAB:
                self._set_line(value)
        else:
            self._registers[register & 7] = value
            if register == _IER:
                self._sent_asks = True
                self.interrupts = bool(value & _RX)

    def _set_fifo(self, value: int) -> None:
        changed, self._fifo = self._fifo != bool(value & 1), bool(value & 1)
        self._trigger = _TRIGGERS[value >> 6] if self._fifo else 1
        if value & 2 or changed:
            self.arrive()
            self.waiting.clear()

    def _set_line(self, value: int) -> None:
        divisor = self._divisor[0] | self._divisor[1] << 8
        if not divisor:
            return
        parity = (
            "N"
            if not value & 0x08
            else ("S" if value & 0x10 else "M")
            if value & 0x20
            else "E"
            if value & 0x10
            else "O"
        )
        baud, stop_bits = self.clock.hz / (16 * divisor), 2 if value & 0x04 else 1
        asked = LineSettings(baud, 5 + (value & 3), parity, stop_bits)  # type: ignore[arg-type]
        if asked == self._asked:
            return
        self._asked = asked
        self.arrive()
        self.settings.append(PortSettings(self.clock.now_s, round(baud), asked.data_bits, parity, stop_bits))
        self.is_set_to_take((asked.bits + stop_bits - 1) / baud)
        self.wire.set_to(asked, self.clock.now_s)

    # Interrupts

    def _identity(self) -> int:
        """IIR: the most urgent of what asks (8.6, table III)."""
        fifo = 0xC0 if self._fifo else 0
        enabled = self._registers[_IER]
        self.arrive()
        if enabled & _LINE and (self._overrun or (self.waiting and self.waiting[0][1] is not None)):
            return fifo | 0x06
        if enabled & _RX and self.waiting:
            if len(self.waiting) >= self._trigger:
                return fifo | 0x04
            if self.clock.now_s >= self._timeout_s:
                return fifo | 0x0C
        if enabled & _TX and self._sent_asks:
            self._sent_asks = False
            return fifo | 0x02
        return fifo | 0x01

    @property
    def _timeout_s(self) -> float:
        return self._last_s + _TIMEOUT_CHARACTERS * self._character_s

    @property
    def asks(self) -> int:
        enabled = self._registers[_IER]
        if not enabled:
            return 0
        self.arrive()
        ready = enabled & _RX and self.waiting and (
            len(self.waiting) >= self._trigger or self.clock.now_s >= self._timeout_s
        )  # fmt: skip
        spoilt = enabled & _LINE and (self._overrun or (self.waiting and self.waiting[0][1] is not None))
        return 1 << 11 if ready or spoilt or (enabled & _TX and self._sent_asks) else 0

    @property
    def next_s(self) -> float:
        if self.interrupts and self.waiting:
            return min(self.wire.next_s, max(self._timeout_s, self.clock.now_s))
        return super().next_s


KIND = Ns16550
