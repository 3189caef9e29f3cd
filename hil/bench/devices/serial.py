# SPDX-License-Identifier: Apache-2.0
"""``serial:PORT``: a real board; it prints on one port, and the meter's line leads to it by another.

What the bench does to it (a cable, an adapter, a port that is lost) is never the board's fault: it ends the run.
"""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, suppress
from functools import partial

import simpy

from xky.emulator.opened_serial import has_no_uart
from xky.emulator.outputs.port_choice import SERIAL_LINE, is_made_by_adapter, keeps_parity
from xky.emulator.outputs.serial_port import PortSerial
from xky.protocol import BenchError, InputError
from xky.protocol.mode import CHARACTER_BITS

from ...held_resource import held_resource
from ..board_state import Flash, Reset
from ..console_port import NO_CONSOLE, ConsolePort, console_of, is_same_port
from ..intake import Intake
from ..limits import LATENCY_S
from .device import Device, DeviceContext

__all__ = ["KIND", "SerialDevice", "refuse_what_nobody_tells"]

_LOOK_EVERY_S = 0.02  # bench seconds between two looks at a port that cannot be waited on
_SWAPPED = 32  # characters on the line's port, none on the console's: no noise of a free input
_SWAP_TRIAL_S = 5.0  # real seconds: two frames of either mode
_SWAP_ANSWER_S = 2.0  # likewise, that an answer may take
_READ_EVERY_S = 0.01  # real seconds
_SENT_RIGHT = (
    "the line's adapter made the parity: characters that should have had a wrong one, or a wrong stop bit, were sent "
    "right, and what they are for is undecided"
)


class SerialDevice(Device):
    """A real board.

    Args:
        rest: its console, behind ``serial:``: a path or a URL of pyserial, with ``@BAUD`` where the board's file does
            not say it; ``-``: it has none, and is listened to by its uplinks alone.
        defect: none can be built into a board.
        line: ``serial:PATH``, the port whose TxD leads into the board's UART.
        parity: ``adapter``: the line's adapter makes it, set to 7E1; else it is in the characters, which on the wire is
            the same.
        reset: how it is started anew: ``rts``, ``dtr`` or a command; None: nobody can.
        flash: what puts its program on it, once a run.
        shown: what it was called by, where that is something else.

    Raises:
        InputError: no port, no line, an option that it does not take, or a command that is not found.
    """

    on_hardware = True

    def __init__(
        self,
        rest: str,
        *,
        defect: str | None = None,
        line: str = "pty",
        parity: str = "strip",
        reset: str | Reset | None = None,
        flash: str | Flash | None = None,
        shown: str | None = None,
    ) -> None:
        self._shown = shown or f"serial:{rest}"
        self._console_path, self._baud = console_of(rest)
        if not line.startswith(SERIAL_LINE):
            raise InputError(
                f"device {self._shown!r}: --line {line}: a real board has a wire; give --line serial:PORT, the port "
                "whose TxD leads into its UART"
            )
        self._line_path = line.removeprefix(SERIAL_LINE)
        if is_same_port(self._line_path, self._console_path):
            raise InputError(f"--line {line}: is the port of the board's console; give the other one")
        self._adapter_parity = is_made_by_adapter(parity)
        if not self._adapter_parity and keeps_parity(parity):
            raise InputError(f"--parity {parity}: is for a pseudo-terminal; leave it out with {self._shown}")
        if defect is not None:
            raise InputError(f"--defect {defect}: defects are built into simulated firmware; take a sim: device")
        self._reset = Reset(reset) if isinstance(reset, str) else reset
        if self._reset is not None and self._console_path == NO_CONSOLE and self._needs_console:
            raise InputError(
                f"--reset {reset}: needs a console, and there is none; reset by a command without {{port}}"
            )
        self._flash = Flash(flash) if isinstance(flash, str) else flash
        self.can_restart = self._reset is not None
        self._context: DeviceContext | None = None
        self._intake: Intake | None = None
        self._console: ConsolePort | None = None
        self._line: PortSerial | None = None
        self._line_heard = 0
        self._watched: list[int] = []
        self._connected = False
        self._said = b""
        self._held = ExitStack()

    @property
    def spoils_characters(self) -> bool:  # type: ignore[override]  # each device has its own line
        return not self._adapter_parity

    @property
    def _needs_console(self) -> bool:
        assert self._reset is not None
        return self._reset.command is None or self._reset.command.needs_port

    def check(self, context: DeviceContext) -> None:
        refuse_what_nobody_tells(context)
        if self._console_path == NO_CONSOLE and context.listens_to_lines:
            raise InputError(
                f"device {self._shown!r}: has no console to listen to; give --probe, such as mqtt:ADDR:PORT"
            )
        if self._adapter_parity and has_no_uart(self._line_path):
            raise InputError(
                f"--parity adapter: {self._line_path} has no adapter that makes it, a pseudo-terminal or a socket to a "
                "program; leave it out"
            )
        if context.speed != 1.0 and not has_no_uart(self._line_path):
            raise InputError(
                f"{self._line_path}: a real serial port speaks at the line's own rate; leave --speed "
                f"{context.speed:g} out"
            )

    def start(self, context: DeviceContext, clock_starts: Callable[[], None]) -> None:
        self.check(context)
        self._context = context
        self._intake = Intake(context.env, context.probe)
        for path in self._ports:
            self._held.enter_context(held_resource(path))
        baud = context.board.console.baud if self._baud is None else self._baud
        if self._console_path != NO_CONSOLE:
            self._console = ConsolePort(self._console_path, baud, idle=self._reset is None or self._reset.line is None)
        self._line = PortSerial(
            context.env, self._line_path, speed=context.speed, runner=context.runner, to_device=True, baud=baud,
            adapter_parity=self._adapter_parity,
        )  # fmt: skip
        self._put_program_on()
        self._start_anew()
        self._line.be_at(context.mode.baud)
        clock_starts()
        context.line.connect(self._line)
        self._connected = True
        self._watch()
        if self._line.fd is None or (self._console is not None and self._console.fd is None):
            context.env.process(self._ask())

    @property
    def _ports(self) -> list[str]:
        return [path for path in (self._console_path, self._line_path) if path != NO_CONSOLE]

    def _put_program_on(self) -> None:
        if self._flash is not None:
            self._said += self._aside(self._flash_once)

    def _flash_once(self) -> bytes:
        assert self._flash is not None
        return self._flash.once(self._console_path)

    def _start_anew(self) -> None:
        """Reset it, and give it the time that its file says; the bench's clock stands still meanwhile."""
        reset, context = self._reset, self._context
        assert context is not None
        if reset is None:
            return
        if reset.command is not None:
            run = partial(reset.command.run, self._console_path)
            self._said += self._aside(run) if reset.command.needs_port else run()
        else:
            assert self._console is not None
            reset.pulse(self._console.port)
        self._listen_for(context.board.console.boot_s)

    def _aside(self, act: Callable[[], bytes]) -> bytes:
        """Do something for which somebody else opens the console."""
        if self._console is None:
            return act()
        self._console.close()
        try:
            return act()
        finally:
            self._console.open_again()

    def _listen_for(self, real_s: float) -> None:
        """Take what it says for so long, in real time."""
        give_up = time.monotonic() + real_s
        while time.monotonic() < give_up:
            self._take_lines()
            self._take_from_line()
            time.sleep(_READ_EVERY_S)

    def _watch(self) -> None:
        """From now on take what comes in as it comes."""
        context, console, line = self._context, self._console, self._line
        assert context is not None
        assert context.runner is not None
        assert line is not None
        console_fd = None if console is None else console.fd
        for fd, take in ((console_fd, self._take_lines), (line.fd, self._take_from_line)):
            if fd is not None:
                context.runner.watch(fd, take)
                self._watched.append(fd)

    def _unwatch(self) -> None:
        while self._watched:
            fd = self._watched.pop()
            assert self._context is not None
            assert self._context.runner is not None
            with suppress(KeyError, ValueError):
                self._context.runner.unwatch(fd)

    def _ask(self) -> Generator[simpy.Event, None, None]:
        """Ask ports that cannot be waited on."""
        context = self._context
        assert context is not None
        while self._line is not None:
            yield context.env.timeout(_LOOK_EVERY_S * context.speed)
            self._take_lines()
            self._take_from_line()

    def _take_lines(self) -> None:
        assert self._intake is not None
        if self._console is not None and (data := self._console.read()):
            self._intake.take(data)

    def _take_from_line(self) -> None:
        """Nobody speaks to the bench on the meter's line, unless the cables are swapped; an echo is no speech."""
        if self._line is None:
            return
        self._line_heard += len(self._line.heard())
        if self._console is not None and not self._console.heard:
            self._require_not_swapped()

    def _require_not_swapped(self) -> None:
        if self._line_heard >= _SWAPPED:
            raise BenchError(
                f"{self._line_path}: the board speaks here, on the port of the meter's line, and not on its console "
                f"{self._console_path}: the two are swapped; exchange the plugs, or the device's port and --line"
            )

    def explain_silence(self) -> None:
        """Say the last frames on the console's port, and listen on the line's: a board with swapped cables answers.

        The run is over for a silent device, so that nothing is disturbed.
        """
        context, console, line = self._context, self._console, self._line
        if context is None or console is None or line is None or console.heard:
            return
        self._unwatch()
        try:
            line.be_at(context.board.console.baud if self._baud is None else self._baud)
            console.be_at(context.mode.baud)
            size = round(_SWAP_TRIAL_S * context.mode.baud / CHARACTER_BITS)
            give_up = time.monotonic() + _SWAP_TRIAL_S + _SWAP_ANSWER_S
            console.write(line.handed_over[-size:])
            while time.monotonic() < give_up:
                self._line_heard += len(line.heard())
                self._require_not_swapped()
                time.sleep(_READ_EVERY_S)
        finally:
            self._watch()

    def restart(self) -> None:
        """Reset it; what it said of the frames before is taken first."""
        context = self._context
        assert context is not None
        assert context.runner is not None
        if self._reset is None:
            super().restart()
        self._unwatch()
        self._listen_for(LATENCY_S)
        self._start_anew()
        self._watch()
        context.runner.restart()

    @property
    def last_words(self) -> str:
        lines = [line.strip() for line in self._said[-4096:].decode(errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else ""

    @property
    def stderr(self) -> bytes:
        """What the commands printed that put its program on it and reset it."""
        return self._said

    @property
    def notes(self) -> Sequence[str]:
        wire = (
            f"a board on a wire: console {self._console_path}, line {self._line_path}, "
            f"reset {self._reset or 'by nobody: in the state that it was found in'}"
        )
        return (wire, _SENT_RIGHT) if self._adapter_parity else (wire,)

    def stop(self) -> None:
        line, self._line = self._line, None
        self._unwatch()
        self._held.close()
        if line is not None:
            if self._connected:
                assert self._context is not None
                self._context.line.disconnect(line)
                self._connected = False
            line.close()
        if self._console is not None:
            self._console.close()


def refuse_what_nobody_tells(context: DeviceContext) -> None:
    """Complain of a probe of the bench's own: a board that is not started by a command is told no address.

    Raises:
        InputError: there is one.
    """
    for names in context.handed_over:
        raise InputError(
            f"--probe {names[0][1:-1]}: nobody tells a board on a wire where the bench listens; give the address "
            f"that is set in it, {names[0][1:-1]}:ADDR:PORT"
        )


KIND = SerialDevice
