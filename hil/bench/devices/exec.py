# SPDX-License-Identifier: Apache-2.0
"""``exec:COMMAND``: any program that reads a port and prints JSON lines, in real time.

Its standard output is a pseudo-terminal without echo, so that programs flush each line; lines are
stamped as they arrive. It is ended with all that it started.
"""

import contextlib
import os
import select
import shlex
import shutil
import signal
import termios
import time
import tty
from collections.abc import Callable, Mapping, Sequence, Set
from pathlib import Path

from xky.emulator.outputs import Port, PortSettings, keeps_parity
from xky.emulator.outputs.port_choice import port_choice
from xky.emulator.outputs.pty import PortPty
from xky.protocol import BenchError, InputError

from ...launch.coverage_map import CoverageMap
from ...launch.kept_program import KeptProgram
from ...launch.shim import NoShimError, Shim
from ..intake import LINE_MAX, Intake
from ..limits import LATENCY_S
from ..starved import Starved
from .device import Device, DeviceContext

__all__ = ["KIND", "ExecDevice"]

OPENS_WITHIN_S = 10.0  # real seconds given to a program to open its port before the line speaks all the same
_SETTLES_S = 0.5  # real seconds from opening its port to reading it: pyserial negotiates RFC 2217 that long
_OF_PROBES = {  # what a command asks for, and which probe tells it
    "{mqtt}": "mqtt", "{mqtt_host}": "mqtt", "{mqtt_port}": "mqtt", "{influx}": "influx", "{lorawan}": "lorawan",
}  # fmt: skip
_LAST_WORDS = 4096
_STDERR_MAX = 262_144  # bytes kept of the beginning of standard error, and as many of its end


class ExecDevice(Device):
    """A program.

    Args:
        rest: the command, behind ``exec:``, split as a shell does; ``{port}``, ``{mode}`` and ``{baud}``
            are replaced in each word, other braces stay.
        defect: none can be built into a program.
        line: how the port is made: ``pty``, ``tcp`` or ``rfc2217``.
        parity: what a pty does with it: ``strip``, or ``keep`` for what a UART without parity sees of it in bit 7.

    Raises:
        InputError: no command, no ``{port}`` in it, a defect, or no such ``parity``.
    """

    can_restart = True

    def __init__(self, rest: str, *, defect: str | None = None, line: str = "pty", parity: str = "strip") -> None:
        self._port_choice = port_choice(line, keep_parity=keeps_parity(parity))
        try:
            self._words = shlex.split(rest)
        except ValueError as error:
            raise InputError(f"device 'exec:{rest}': {error}; quote the command as for a shell") from None
        if not self._words:
            raise InputError("device 'exec:': no command; write \"exec:COMMAND {port}\"")
        if not any("{port}" in word for word in self._words):
            raise InputError(f"device 'exec:{rest}': no {{port}} in the command; write it where the port's name goes")
        if shutil.which(self._words[0]) is None:
            raise InputError(f"command {self._words[0]!r}: not found, or not executable; give its path, or install it")
        if defect is not None:
            raise InputError(f"--defect {defect}: defects are built into simulated firmware; take a sim: device")
        self._process: KeptProgram | None = None
        self._port: Port | None = None
        self._shim: Shim | None = None
        self._notes: list[str] = []
        self._context: DeviceContext | None = None
        self._intake: Intake | None = None
        self._starved: Starved | None = None
        self._stdout = -1
        self._stderr = _Kept()
        self._connected = False
        self._asked_before: list[PortSettings] = []
        self._overruns_before = 0
        self._covers = False
        self._coverage: CoverageMap | None = None
        self._covered: frozenset[int] = frozenset()

    @property
    def files(self) -> Sequence[Path]:
        """The program, and each word of the command that is a file: of an interpreter, what it is to run."""
        program = shutil.which(self._words[0])
        found = [Path(word) for word in (program or "", *self._words[1:]) if "{" not in word and os.path.isfile(word)]
        return list(dict.fromkeys(found))

    def check(self, context: DeviceContext) -> None:
        self._require_addresses(context.handed_over)
        self._filled_words("", context)

    def start(self, context: DeviceContext, clock_starts: Callable[[], None]) -> None:
        self._require_addresses(context.handed_over)
        self._context = context
        self._intake = Intake(context.env, context.probe)
        self._port = self._port_choice.open(
            context.env,
            speed=context.speed,
            buffer_bytes=context.board.receiver.buffer_bytes,
            runner=context.runner,
        )
        self._port.bare = context.board.receiver.format == "8N1"
        self._prepare_shim()
        if self._covers:
            try:
                self._coverage = CoverageMap()
            except OSError as error:
                self._note(f"which parts of the program are run is not known: {error.strerror}")
        self._spawn(self._port.name, context)
        self._await_open()
        clock_starts()
        self._hear_settings()
        context.line.connect(self._port)
        self._connected = True
        assert context.runner is not None
        if self._shim is not None:
            context.runner.watch(self._shim.fileno(), self._hear_settings)
        context.runner.watch(self._stdout, self._take_lines)
        assert self._process is not None
        context.runner.watch(self._process.stderr.fileno(), self._read_stderr)
        self._starved = Starved(context.env, context.runner, self._process.keeper_number)

    def _require_addresses(self, handed_over: Sequence[tuple[str, ...]]) -> None:
        """A program that is not told where the bench listens says nothing there."""
        for names in handed_over:
            if not any(name in word for word in self._words for name in names):
                name = names[0]
                raise InputError(
                    f"device 'exec:{' '.join(self._words)}': no {name} in the command; write it where the address of "
                    f"the bench's end goes, or give a fixed one, as the probe {name[1:-1]}:127.0.0.1:PORT"
                )

    def restart(self) -> None:
        """Another process of the same command, on a port of its own; what the first printed is taken before."""
        context = self._context
        assert context is not None
        assert context.runner is not None
        if self.ended is not None:
            return  # that it ended stays its last word
        self._await_last_words()
        self._asked_before, self._overruns_before = [*self.port_settings], self.overruns
        self.stop()
        self._notes, self._process = [*self.notes], None
        self._port = None
        self.start(context, self._settle)

    def _settle(self) -> None:
        """Let it set its port and throw away what came before, as libraries do on opening; then the clock goes on."""
        assert self._context is not None
        assert self._context.runner is not None
        assert self._port is not None
        give_up = time.monotonic() + _SETTLES_S
        while time.monotonic() < give_up and self._port.is_open:  # which serves one that negotiates, too
            time.sleep(0.005)
        self._context.runner.restart()

    def _await_last_words(self) -> None:
        """What it made of the frames so far comes within the bench's latency, in real time; its clock stands still."""
        give_up = time.monotonic() + LATENCY_S
        while (left_s := give_up - time.monotonic()) > 0:
            if select.select([self._stdout], [], [], left_s)[0] and not self._read():
                return

    def _prepare_shim(self) -> None:
        """On a pseudo-terminal: hear what the kernel does not keep."""
        if not isinstance(self._port, PortPty):
            return
        try:
            self._shim = Shim(self._port.path)
        except NoShimError as error:
            self._note(
                f"of what the program asks of its port the bench sees the rate alone, and a program that insists on "
                f"7E1 may fail on a pseudo-terminal: {error}"
            )

    def _note(self, text: str) -> None:
        if text not in self._notes:
            self._notes.append(text)

    def _hear_settings(self) -> None:
        """Take what the program asked of its port since the last time."""
        if self._shim is not None and isinstance(self._port, PortPty):
            for asked in self._shim.asked():
                self._port.told(asked.baud, asked.data_bits, asked.parity, asked.stop_bits)

    def _filled_words(self, port: str, context: DeviceContext) -> list[str]:
        fields = {
            "{port}": port, "{mode}": context.mode.value, "{baud}": str(context.mode.baud), **context.fields,
        }  # fmt: skip
        words = [_filled(word, fields) for word in self._words]
        for field, probe in _OF_PROBES.items():
            if any(field in word for word in words):
                raise InputError(f"command {words[0]!r}: {field} is told by the probe {probe} alone; give that, too")
        return words

    def _spawn(self, port: str, context: DeviceContext) -> None:
        words = self._filled_words(port, context)
        self._stdout, theirs = os.openpty()
        tty.setraw(theirs)
        attributes = termios.tcgetattr(theirs)
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, attributes)
        os.set_blocking(self._stdout, False)
        try:
            told = {} if self._shim is None else self._shim.environment()
            marks = {} if self._coverage is None else self._coverage.environment
            self._process = KeptProgram(words, stdout=theirs, environment={**os.environ, **told, **marks})
        except OSError as error:
            raise InputError(f"command {words[0]!r}: cannot be run ({error.strerror})") from None
        finally:
            os.close(theirs)

    def _await_open(self) -> None:
        """Wait in real time, the bench's clock not running yet, until the program opens its port."""
        assert self._port is not None
        assert self._process is not None
        give_up = time.monotonic() + OPENS_WITHIN_S
        while not self._port.is_open and time.monotonic() < give_up:
            if self._process.status is not None:
                raise BenchError(
                    f"command {self._words[0]!r}: ended ({self._how_it_ended()}) before the first frame was sent"
                    f"{self._said_last()}"
                )
            self._drain_stderr()
            time.sleep(0.005)

    def _said_last(self) -> str:
        return f"; it said: {self.last_words}" if self.last_words else ""

    def _take_lines(self) -> None:
        self._read()

    def _read(self) -> bool:
        """Take what the program printed, if anything; at its end stop watching."""
        assert self._intake is not None
        try:
            data = os.read(self._stdout, LINE_MAX)
        except BlockingIOError:
            return False
        except OSError:  # EIO: nobody holds the other end any more
            data = b""
        if not data:
            self._unwatch(self._stdout)
            self._intake.end()
            return False
        self._intake.take(data)
        return True

    def _read_stderr(self) -> None:
        """Take what it complained of; at the end of the stream stop watching."""
        assert self._context is not None
        assert self._context.runner is not None
        assert self._process is not None
        if not self._drain_stderr():
            self._context.runner.unwatch(self._process.stderr.fileno())

    def _drain_stderr(self) -> bool:
        """Take what there is; False at the end of the stream."""
        if self._process is None or self._process.stderr.closed:
            return False
        try:
            data = os.read(self._process.stderr.fileno(), LINE_MAX)
        except BlockingIOError:
            return True
        self._stderr.add(data)
        return bool(data)

    @property
    def ended(self) -> str | None:
        if self._process is None or self._process.status is None:
            return None
        return self._how_it_ended()

    def _how_it_ended(self) -> str:
        assert self._process is not None
        status = self._process.status or 0
        return f"signal {_signal_name(-status)}" if status < 0 else f"exit status {status}"

    @property
    def stderr(self) -> bytes:
        """What the program wrote to standard error; of a flood, its beginning and its end."""
        return self._stderr.text

    @property
    def last_words(self) -> str:
        self._drain_stderr()
        lines = [line.strip() for line in self.stderr[-_LAST_WORDS:].decode(errors="replace").splitlines()]
        return next((line for line in reversed(lines) if line), "")

    @property
    def overruns(self) -> int:
        return self._overruns_before + (0 if self._port is None else len(self._port.overruns))

    @property
    def notes(self) -> Sequence[str]:
        left = () if self._process is None else self._process.left
        return [*self._notes, *(f"process {one} of the program could not be ended and still runs" for one in left)]

    @property
    def port_settings(self) -> Sequence[PortSettings]:
        return [*self._asked_before, *(() if self._port is None else self._port.settings)]

    def cover(self) -> None:
        """It can tell if it was built so (docs/examples/coverage.c)."""
        self._covers = True

    @property
    def covered(self) -> Set[int]:
        if self._coverage is not None:
            self._covered |= self._coverage.take()
        return self._covered

    def forget_covered(self) -> None:
        _ = self.covered
        self._covered = frozenset()

    def stop(self) -> None:
        process, self_port = self._process, self._port
        if self._starved is not None:
            self._starved.end()
        if process is not None:
            process.end()
        if self._coverage is not None:
            _ = self.covered
            self._coverage.close()
            self._coverage = None
        if self_port is not None:
            if self._connected:
                assert self._context is not None
                self._context.line.disconnect(self_port)
                self._connected = False
            self_port.close()
        if self._shim is not None:
            self._unwatch(self._shim.fileno())
            self._shim.close()
            self._shim = None
        if process is not None and not process.stderr.closed:
            self._drain_stderr()
            self._unwatch(process.stderr.fileno())
            process.stderr.close()
        if self._stdout >= 0:
            self._unwatch(self._stdout)
            os.close(self._stdout)
            self._stdout = -1

    def _unwatch(self, fd: int) -> None:
        if self._context is not None and self._context.runner is not None:
            with contextlib.suppress(KeyError, ValueError):
                self._context.runner.unwatch(fd)


class _Kept:
    """A stream of which the beginning and the end are kept."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self._left_out = 0

    def add(self, data: bytes) -> None:
        room = max(_STDERR_MAX - len(self._head), 0)
        self._head += data[:room]
        self._tail += data[room:]
        surplus = max(len(self._tail) - _STDERR_MAX, 0)
        self._left_out += surplus
        del self._tail[:surplus]

    @property
    def text(self) -> bytes:
        """All of it, or both ends with a word on what is missing between them."""
        gap = b"\n[%d bytes left out]\n" % self._left_out if self._left_out else b""
        return bytes(self._head) + gap + bytes(self._tail)


def _signal_name(number: int) -> str:
    """Its name; of those that have none, such as the real-time ones between their ends, the number."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _filled(word: str, fields: Mapping[str, str]) -> str:
    for name, value in fields.items():
        word = word.replace(name, value)
    return word


KIND = ExecDevice
