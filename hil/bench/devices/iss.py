# SPDX-License-Identifier: Apache-2.0
"""``iss:FIRMWARE.elf``: a firmware image run instruction by instruction, in virtual time."""

from collections.abc import Callable, Generator, Mapping, Sequence, Set
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import simpy

from xky.emulator.outputs import PortSettings, keeps_parity
from xky.protocol import Burst, InputError

from .device import Device, DeviceContext

if TYPE_CHECKING:
    from ...iss.machine import Machine

__all__ = ["KIND", "IssDevice"]

_TICK_S = 0.01  # of the bench's clock: how late what it says in a silence may be heard
_AHEAD_S = 0.5e-3  # behind the end of a burst: no character of another one is over by then
_TOUCHES_WITHIN_S = 10.0  # of the bench's clock, from its start to its first access to its UART
_LINES_PER_S = 1000  # lines taken in a second of the bench's clock: the rest of a flood is counted and dropped


class IssDevice(Device):
    """A firmware image on a microcontroller as ``[iss]`` of the board's file describes it.

    It runs a burst ahead: what it will make of it is known at once, and told when its time comes.

    Args:
        rest: path of the ELF image, behind ``iss:``.
        defect: none can be built into an image.

    Raises:
        InputError: no such image, one that cannot be run, an option that it does not take, or a missing extra.
    """

    virtual = True
    can_restart = True

    def __init__(self, rest: str, *, defect: str | None = None, line: str = "pty", parity: str = "strip") -> None:
        if line != "pty":
            raise InputError(f"--line {line}: a firmware image is on the line itself; leave it out")
        if keeps_parity(parity):
            raise InputError(f"--parity {parity}: the UART of a firmware image sees the parity; leave it out")
        if defect is not None:
            raise InputError(f"--defect {defect}: defects are built into simulated firmware; take a sim: device")
        try:
            from ...iss.code import code_of
            from ...iss.image import image_of
        except ImportError as error:
            raise InputError(f"device 'iss:{rest}': {error.name} is missing; pip install 'xky-hil[iss]'") from None
        self._path = Path(rest)
        self._image = image_of(rest)
        code_of(self._image)
        self._blocks = len(code_of(self._image).blocks)
        self._covers = False
        self._context: DeviceContext | None = None
        self._machine: Machine | None = None
        self._life = 0
        self._ended: str | None = None
        self._stderr = ""
        self._dropped_in: tuple[int, int] = (-1, 0)
        self._settings: list[PortSettings] = []
        self._overruns = 0
        self._notes: list[str] = []
        self._covered: Set[int] = frozenset()
        self._filled: Mapping[str, int] = {}

    @property
    def files(self) -> Sequence[Path]:
        return (self._path,)

    def cover(self) -> None:
        self._covers = True

    def check(self, context: DeviceContext) -> None:
        self._made(context).close()

    def start(self, context: DeviceContext, clock_starts: Callable[[], None]) -> None:
        self._context = context
        self._machine = self._made(context)
        self._begin()
        context.line.connect(self._hear)
        context.env.process(self._tick())
        clock_starts()

    def _made(self, context: DeviceContext) -> "Machine":
        from ...iss.machine import Machine

        iss = context.board.iss
        if iss is None:
            raise InputError(
                f"board {context.board.id}: no [iss] table, which says where a firmware image finds its UART; "
                "give --board FILE.toml with one (docs/iss.md)"
            )
        return Machine(self._image, iss, covers=self._covers)

    def _begin(self) -> None:
        """A life begins at the reset vector; its start needs no line."""
        context, machine = self._context, self._machine
        assert context is not None
        assert machine is not None
        self._life += 1
        machine.power_up(float(context.env.now))
        under_way = context.line.current
        if under_way is not None and under_way.end_s > context.env.now:
            machine.hear(under_way, float(context.env.now))
            self._advance(under_way.end_s + _AHEAD_S)

    def restart(self) -> None:
        """Power is cut and comes back: RAM is lost, flash is kept."""
        assert self._machine is not None
        if self._ended is not None:
            return
        self._machine.power_down()
        self._begin()

    def cut_power(self, *, after: int) -> None:
        """Restart it behind exactly so many instructions of the life that begins now; before, nothing is heard.

        Args:
            after: instructions from the reset vector to the cut.
        """
        machine, context = self._machine, self._context
        assert machine is not None
        assert context is not None
        self.restart()
        machine.run_instructions(after)
        self._tell()
        self.restart()

    def _hear(self, burst: Burst) -> None:
        assert self._machine is not None
        self._advance(burst.start_s)
        self._machine.hear(burst)
        self._advance(burst.end_s + _AHEAD_S)

    def _tick(self) -> Generator[simpy.Event, None, None]:
        """Silence passes, too."""
        context = self._context
        assert context is not None
        while self._machine is not None and self._ended is None:
            yield context.env.timeout(_TICK_S)
            if self._machine is not None:
                self._advance(float(context.env.now))
                self._require_touch()

    def _require_touch(self) -> None:
        """A board's file that says another address than the image would have the device accused of silence."""
        machine, context = self._machine, self._context
        assert machine is not None
        assert context is not None
        if not machine.uart.touched and context.env.now > _TOUCHES_WITHIN_S:
            raise self._wrong_base(f"in its first {_TOUCHES_WITHIN_S:g} s")

    def _wrong_base(self, until: str) -> InputError:
        context = self._context
        assert context is not None
        iss = context.board.iss
        assert iss is not None
        return InputError(
            f"board {context.board.id}: iss.uart.base = 0x{iss.uart.base:08x}: the image did not touch it {until}; "
            "give the address of the UART that hears the TIC"
        )

    def _advance(self, until_s: float) -> None:
        machine = self._machine
        assert machine is not None
        if machine.finding is None and machine.clock.now_s < until_s:
            machine.run(until_s)
            self._tell()

    def _tell(self) -> None:
        """Have heard what it printed, and how it ended, when the time of that comes."""
        machine = self._machine
        assert machine is not None
        for at_s, text in machine.console.lines:
            self._at(at_s, partial(self._say, text))
        machine.console.lines.clear()
        finding = machine.finding
        if finding is not None:
            self._at(finding.at_s, partial(self._end, finding.text, finding.registers))

    def _at(self, at_s: float, action: Callable[[], None]) -> None:
        context, life = self._context, self._life
        assert context is not None
        wait_s = at_s - context.env.now
        if wait_s <= 0:
            action()
            return
        due = context.env.timeout(wait_s)
        assert due.callbacks is not None
        due.callbacks.append(lambda _: action() if life == self._life else None)

    def _say(self, text: str) -> None:
        context = self._context
        assert context is not None
        second, said = int(context.env.now), 1
        if self._dropped_in[0] == second:
            said += self._dropped_in[1]
        self._dropped_in = (second, said)
        if said <= _LINES_PER_S:
            context.probe.line(text)
        else:
            context.probe.dropped += 1

    def _end(self, text: str, registers: str) -> None:
        machine = self._machine
        if machine is not None and machine.misses_uart:
            raise self._wrong_base(f"before it ended ({text})")
        self._ended = text
        self._stderr = f"{registers}{text}\n"

    @property
    def ended(self) -> str | None:
        return self._ended

    @property
    def last_words(self) -> str:
        return self._stderr.rstrip("\n").rpartition("\n")[2]

    @property
    def stderr(self) -> bytes:
        return self._stderr.encode()

    @property
    def overruns(self) -> int:
        return self._overruns if self._machine is None else self._machine.uart.overruns

    @property
    def port_settings(self) -> Sequence[PortSettings]:
        return self._settings if self._machine is None else [*self._machine.uart.settings]

    @property
    def covered(self) -> Set[int]:
        return self._covered if self._machine is None else frozenset(self._machine.covered)

    @property
    def filled(self) -> Mapping[str, int]:
        if self._machine is None:
            return self._filled
        return self._machine.filled if self._covers else {}

    @property
    def coverage_blocks(self) -> int:
        return self._blocks

    @property
    def notes(self) -> Sequence[str]:
        return self._notes if self._machine is None else [*self._machine.notes]

    def stop(self) -> None:
        machine, context = self._machine, self._context
        if machine is None or context is None:
            return
        self._settings, self._overruns = [*machine.uart.settings], machine.uart.overruns
        self._covered, self._notes, self._filled = frozenset(machine.covered), [*machine.notes], self.filled
        self._machine = None
        self._life += 1
        context.line.disconnect(self._hear)
        machine.close()


KIND = IssDevice
