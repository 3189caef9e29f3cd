# SPDX-License-Identifier: Apache-2.0
"""A microcontroller: an engine, peripherals, time that passes by what is run, and traps delivered by hand.

The program runs in slices of some thousand instructions. A slice that was run to its end has taken its time; one in
which the program waited has taken the time that it waited for. So time is right to a slice, and always late rather
than early: what a sound program has time for here, it has on its chip.
"""

from collections.abc import Callable, Mapping, Sequence

from unicorn import riscv_const as riscv

from xky.boards.description.iss import Iss
from xky.protocol import Burst, InputError

from . import traps
from .clock import Clock
from .code import Code, code_of
from .console import ImageConsole
from .engine import Engine, Outcome
from .finding import Finding
from .image import Image
from .memory import PAGE
from .peripheral import Peripheral
from .pool import engine_for, give_back
from .timers import timer_kinds
from .traps import deliver
from .uarts import Uart, uart_kinds

__all__ = ["Machine"]

_SLICE_S = 125e-6  # an eighth of a character of standard mode
_SLICE_MIN = 64  # instructions
_HANG_S = 2.0  # seconds on the bench's clock without a look at any peripheral: no meter waits for that
_TRAPS_MAX = 1000  # in a row, nothing else between
_WAIT_S = 1e-3  # what passes at the most where the program waits by looking: it may look at a timer, too
_WFI = 0x1050_0073


class Machine:
    """One microcontroller; made once, powered up as often as one likes.

    Args:
        image: what runs.
        iss: where its peripherals are.

    Attributes:
        clock: its time.
        uart: hears the line.
        console: what it prints.
        finding: what ended it; None while it runs.
        misses_uart: whether that was an access to nothing before one to its UART.

    Raises:
        InputError: the board and the image do not fit, or the image needs what is not there.
    """

    def __init__(self, image: Image, iss: Iss, *, covers: bool = False) -> None:
        self._image = image
        self._iss = iss
        self._code: Code = code_of(image)
        self.clock = Clock(iss.clock_hz)
        self.console = ImageConsole(self.clock)
        self.finding: Finding | None = None
        self.misses_uart = False
        self._slice = max(_SLICE_MIN, round(iss.clock_hz * _SLICE_S))
        self._slice_s = self._slice / iss.clock_hz
        self._parts: list[tuple[int, Peripheral]] = []
        self._busy_s = 0.0
        self._traps = 0
        self._closed = False
        self._filled: dict[str, int] = {}
        self._kept: Sequence[tuple[int, bytes]] = ()
        self.strange: dict[int, None] = {}
        """Addresses in a page of peripherals where the board knows of none."""
        bases = [one.base for one in (iss.uart, iss.console, iss.timer) if one is not None]
        self._pages = _pages(iss, bases)
        self._engine: Engine = engine_for(image, self._pages)
        self._make_peripherals()
        if covers:
            self._engine.cover()
        else:
            self._engine.leave_uncovered()

    def _make_peripherals(self) -> None:
        iss, stop = self._iss, self._engine.stop
        uarts, timers = uart_kinds(), timer_kinds()
        self._parts.clear()
        self.uart: Uart = uarts[iss.uart.kind](self.clock, iss.uart.stride, stop)
        self._parts.append((iss.uart.base, self.uart))
        if iss.console is None:
            self.uart.transmit = self.console.put
        else:
            printer = uarts[iss.console.kind](self.clock, iss.console.stride, stop)
            printer.transmit = self.console.put
            self._parts.append((iss.console.base, printer))
        self._timer = None
        if iss.timer is not None:
            self._timer = timers[iss.timer.kind](self.clock, iss.timer.hz, stop)
            self._parts.append((iss.timer.base, self._timer))
        self._engine.connect(self._load_of, self._store_of)
        self._asking = [part for _, part in self._parts]

    # Peripherals

    def _load_of(self, address: int) -> Callable[[int], int]:
        for base, part in self._parts:
            if 0 <= address - base < part.size:
                return part.load_of(address - base)
        self.strange.setdefault(address)
        return lambda size: 0

    def _store_of(self, address: int) -> Callable[[int, int], None]:
        for base, part in self._parts:
            if 0 <= address - base < part.size:
                return part.store_of(address - base)
        self.strange.setdefault(address)
        return lambda size, value: None

    # Life

    def power_up(self, now_s: float) -> None:
        """Power comes: from the reset vector, with RAM as it happens to be."""
        self.clock.begin(now_s)
        settings, overruns, touched = self.uart.settings, self.uart.overruns, self.uart.touched
        self._make_peripherals()
        self.uart.settings, self.uart.overruns, self.uart.touched = settings, overruns, touched  # of all its lives
        self._engine.power_up(kept=self._kept)
        self._busy_s, self._traps = 0.0, 0
        self.finding, self.misses_uart = None, False

    def power_down(self) -> None:
        """Power goes: all is lost but flash."""
        self._kept, self._filled = self._engine.kept(), {**self.filled}
        self.console.forget()

    def close(self) -> None:
        """Nobody needs it any more; safe to call twice."""
        if not self._closed:
            self._closed = True
            give_back(self._image, self._pages, self._engine)

    def hear(self, burst: Burst, from_s: float | None = None) -> None:
        """A burst begins on the line."""
        self.uart.wire.hear(burst, from_s)

    @property
    def covered(self) -> set[int]:
        """Addresses of the basic blocks that it has run, in all its lives."""
        return self._engine.covered

    @property
    def filled(self) -> Mapping[str, int]:
        """How far it filled each variable and its stack, in bytes; the most of all its lives."""
        return {name: max(most, self._filled.get(name, 0)) for name, most in self._engine.filled().items()}

    @property
    def blocks(self) -> int:
        """How many there are."""
        return len(self._code.blocks)

    @property
    def notes(self) -> list[str]:
        """What a reader of the report should know: registers that the program looks for and the board does not have."""
        return [
            f"0x{address:08x}: the program expects a register there, the board's file knows of none"
            for address in self.strange
        ]

    def run(self, until_s: float) -> None:
        """Let it run up to a time, or to its end."""
        clock = self.clock
        clock.horizon_s = until_s
        while clock.now_s < until_s and self.finding is None:
            self._run_slice()

    def run_instructions(self, count: int) -> None:
        """Let it run exactly so many instructions, or to its end; while it waits, time passes."""
        left = self._engine.count(count)
        try:
            while left() > 0 and self.finding is None:
                self.clock.horizon_s = self.clock.now_s + 1.0
                self._run_slice()
        finally:
            self._engine.count_no_more()

    def _run_slice(self) -> None:
        clock, engine = self.clock, self._engine
        self._interrupt()
        waits, touches = clock.waits, engine.touches
        outcome = engine.run(self._slice)
        if outcome is Outcome.STOPPED:
            self._wait()
        elif outcome is Outcome.BOUND:
            if self._waits_for_interrupt():
                self._sleep()
            else:
                clock.looks = 0
                if clock.waits == waits:
                    clock.now_s += self._slice_s
                if engine.touches == touches:
                    self._busy(self._slice_s)
        elif outcome is Outcome.TRAP:
            self._trap()
            return
        else:
            self._reached()
        self._traps = 0
        if engine.touches != touches:
            self._busy_s = 0.0

    def _wait(self) -> None:
        """The program looks at what is not there yet: on to what comes, or a moment on."""
        clock = self.clock
        clock.waiting = False
        clock.looks = 0
        clock.waits += 1
        self._on_to(self.uart.wire.next_s, clock.now_s + _WAIT_S)

    def _on_to(self, *times_s: float) -> None:
        """On to the first of these times, or to when a peripheral may ask for something, as far as it is known."""
        clock = self.clock
        coming = [*times_s, *(part.next_s for part in self._asking)]
        clock.now_s = min([clock.horizon_s, *(one_s for one_s in coming if one_s > clock.now_s)])

    def _waits_for_interrupt(self) -> bool:
        return self._engine.memory_at(self._engine.pc - 4, 4) == _WFI.to_bytes(4, "little")

    def _sleep(self) -> None:
        """wfi: on to the next interrupt, as far as it is known."""
        enabled = self._engine.read(riscv.UC_RISCV_REG_MIE)
        if not any(part.asks & enabled for part in self._asking):
            self._on_to()

    # Traps

    def _interrupt(self) -> None:
        """Deliver what asks, if the program lets it."""
        asked = 0
        for part in self._asking:
            asked |= part.asks
        if not asked:
            return
        engine = self._engine
        due = asked & engine.read(riscv.UC_RISCV_REG_MIE)
        if due and engine.read(riscv.UC_RISCV_REG_MSTATUS) & traps.MIE:
            cause = next(one for one in traps.BY_URGENCY if due >> one & 1)
            deliver(engine, traps.INTERRUPT | cause, engine.pc)
            engine.touches += 1

    def _trap(self) -> None:
        engine, trap = self._engine, self._engine.trap
        assert trap is not None
        counter = self._code.counters.get(trap.address)
        if trap.cause == traps.ILLEGAL and counter is not None:
            self.clock.look()
            engine.write_integer(traps.destination(counter), self._counter(counter.csr or 0))
            engine.pc = trap.address + counter.size
            if self.clock.waiting:
                self._wait()
            return
        cause = traps.ECALL_FROM_MACHINE if trap.cause == traps.ECALL else trap.cause
        word = int.from_bytes(self._image.bytes_at(trap.address, 4), "little")
        word &= 0xFFFF_FFFF if word & 3 == 3 else 0xFFFF
        self._traps += 1
        if engine.read(riscv.UC_RISCV_REG_MTVEC) & ~3 and self._traps <= _TRAPS_MAX:
            deliver(engine, cause, trap.address, word if cause == traps.ILLEGAL else 0)
            return
        name = traps.NAMES.get(cause, f"exception {cause}")
        told = f"{name} (0x{word:0{8 if word & 3 == 3 else 4}x}) at {self._image.place(trap.address)}"
        why = "no handler is set (mtvec is 0)" if self._traps <= _TRAPS_MAX else f"{_TRAPS_MAX} traps in a row"
        self._end("trap", f"{told}; {why}")

    def _counter(self, register: int) -> int:
        """A counter of cycles or of time, from the bench's clock; an instruction is a cycle."""
        hz = self._timer.hz if self._timer is not None and register & 0xFF == 1 else self.clock.hz
        return self.clock.ticks(hz) >> (32 if register & 0x80 else 0) & 0xFFFF_FFFF

    # Ends

    def _reached(self) -> None:
        access = self._engine.access
        assert access is not None
        place = self._image.place(access.instruction)
        if access.zone is not None:
            near = self._image.variable_before(access.address) if access.zone.name.startswith("behind ") else ""
            what = f"{access.what} of {access.size} bytes at 0x{access.address:08x}, {access.zone.name}"
            self._end("red zone", f"{what}{f' ({near})' if near else ''}, by {place}")
            return
        if access.what == "fetch":
            came = self._image.place(self._engine.read(riscv.UC_RISCV_REG_X0 + 1))
            self._end("unmapped access", f"jump to 0x{access.address:08x}, where no code is; ra is {came}")
            return
        known = ", ".join(f"0x{base:08x}" for base, _ in self._parts)
        what = "which is flash" if self._engine.memory_at(access.address, 1) else "where nothing is"
        self.misses_uart = what == "where nothing is" and not self.uart.touched
        hint = "" if self.uart.touched else f"; the board's file has peripherals at {known}"
        self._end(
            "unmapped access",
            f"{access.what} of {access.size} bytes at 0x{access.address:08x}, {what}, by {place}{hint}",
        )

    def _busy(self, for_s: float) -> None:
        self._busy_s += for_s
        if self._busy_s < _HANG_S:
            return
        engine = self._engine
        if engine.read(riscv.UC_RISCV_REG_MSTATUS) & traps.MIE and engine.read(riscv.UC_RISCV_REG_MIE):
            self._busy_s = 0.0  # an interrupt may come
            return
        place = self._image.place(engine.pc)
        self._end("hang", f"no look at any peripheral for {_HANG_S:g} s, interrupts off, at {place}")

    def _end(self, kind: str, text: str) -> None:
        self.finding = Finding(kind, f"{kind}: {text}", self.clock.now_s, self._engine.registers())


def _pages(iss: Iss, bases: Sequence[int]) -> tuple[int, ...]:
    """Pages of the peripherals of a board."""
    kinds = uart_kinds()
    for what, one in (("uart", iss.uart), ("console", iss.console)):
        if one is not None and one.kind not in kinds:
            raise InputError(f"[iss] {what}.kind = {one.kind!r}: not known; known: {', '.join(sorted(kinds))}")
    timers = timer_kinds()
    if iss.timer is not None and iss.timer.kind not in timers:
        raise InputError(f"[iss] timer.kind = {iss.timer.kind!r}: not known; known: {', '.join(sorted(timers))}")
    pages = {base & -PAGE for base in bases} | {base + 63 & -PAGE for base in bases}
    if iss.timer is not None:
        size = timers[iss.timer.kind].size
        pages |= set(range(iss.timer.base & -PAGE, iss.timer.base + size, PAGE))
    return tuple(sorted(page for page in pages if page <= 0xFFFF_F000))
