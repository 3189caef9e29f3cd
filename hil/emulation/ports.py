# SPDX-License-Identifier: Apache-2.0
"""Emulated lines and the ports that they come out of, in real time, in one loop."""

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

import simpy

from xky.emulator import Line
from xky.emulator.outputs.paced import PacedPort
from xky.emulator.outputs.port_choice import DEVICE_LINES, PTY, STDOUT, PortChoice, port_choice
from xky.emulator.runner import LATE_S, RealTime
from xky.protocol import InputError

from ..terminal import counted, printable

__all__ = ["EmulatedPorts", "port_choices"]


def port_choices(port: str | None, meters: int, given: Sequence[str], *, keep_parity: bool = False) -> list[PortChoice]:
    """A port for each meter, not opened yet.

    Args:
        port: as the command line has it; None is a pseudo-terminal.
        meters: how many.
        given: the options besides that speak of one meter.
        keep_parity: leave it in the characters of a pseudo-terminal.

    Raises:
        InputError: no such port, or it does not go with the rest.
    """
    choices = [port_choice(port or PTY, number, keep_parity=keep_parity) for number in range(meters)]
    kind = choices[0].kind
    if "--link" in given and kind != PTY:
        raise InputError(f"--link: points to a pseudo-terminal; leave it out with --port {port}")
    if meters > 1:
        if kind not in DEVICE_LINES:
            raise InputError(f"--meters {meters}: --port {port} takes one; choose pty, tcp or rfc2217")
        if given:
            raise InputError(f"{given[0]}: is for one meter; leave it out with --meters {meters}")
    return choices


class EmulatedPorts:
    """A port for each line, and the loop that plays them; a context, which closes them.

    A single line may wait for its reader; of several, none waits for another's.

    Args:
        env: the clock of all lines.
        lines: what to bring out.
        choices: of the ports, one a line.
        speed: bench seconds per real second.
        link: symbolic link to make to the first port's name.
        patient: whether a single line waits, as one does that is faster than a real one.

    Raises:
        InputError: a port or the link cannot be made.
        BenchError: the system does not give a port.
    """

    def __init__(
        self,
        env: simpy.Environment,
        lines: Sequence[Line],
        choices: Sequence[PortChoice],
        *,
        speed: float,
        link: Path | None,
        patient: bool,
    ) -> None:
        self._link = link
        self._to_stdout = choices[0].kind == STDOUT
        self._ports: list[PacedPort] = []
        with ExitStack() as opened:
            self.runner = RealTime(env, speed)
            opened.callback(self.runner.close)
            for line, choice in zip(lines, choices, strict=True):
                port = choice.open(env, speed=speed, patient=patient and len(lines) == 1, runner=self.runner)
                opened.callback(port.close)
                line.connect(port)
                self._ports.append(port)
            if link is not None:
                opened.enter_context(_linked(link, self._ports[0].name))
            self._opened = opened.pop_all()

    def __enter__(self) -> "EmulatedPorts":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def tell_names(self) -> None:
        """Print what a program opens, one a line; on a standard output that is the port, nothing."""
        if not self._to_stdout:
            print("\n".join(str(self._link or port.name) for port in self._ports), flush=True)

    def wait_for_readers(self, meanwhile: Callable[[float], None] = time.sleep) -> None:
        """Where a port is patient, until somebody has opened it, or some seconds are over.

        Args:
            meanwhile: lets so many real seconds pass at most.
        """
        for port in self._ports:
            port.wait_for_reader(
                lambda within_s: print(f"xky: waiting up to {within_s:.0f} s for a reader", file=sys.stderr), meanwhile
            )

    def play(self, until: Callable[[], bool]) -> None:
        """Let time pass until ``until()`` holds.

        Raises:
            BenchError: a port was lost.
            BrokenPipeError: the reader of standard output has gone.
        """
        self.runner.restart()
        self.runner.run(lambda: until() or self._nobody_reads)
        if self._nobody_reads and not until():
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    @property
    def _nobody_reads(self) -> bool:
        return self._to_stdout and not self._ports[0].is_open

    def tell_lateness(self) -> None:
        """Say on standard error how often the line came late, if it did."""
        late = self.runner.late
        if late:
            often, worst_s = counted(len(late), "time"), max(one.late_s for one in late)
            print(
                f"xky: the line came over {1e3 * LATE_S:.0f} ms late {often}, {worst_s:.2f} s at the most, first "
                f"{late[0].due_s:.1f} s after its start: the machine was busy, or a call of --control took long",
                file=sys.stderr,
            )

    def drain(self) -> None:
        """Let readers take what was written, and tell what they lost."""
        for port in self._ports:
            port.drain()
            if port.overruns:
                lost = f"{len(port.overruns)} characters found the reader's buffer full"
                print(printable(f"xky: {port.name}: {lost}"), file=sys.stderr)


@contextmanager
def _linked(link: Path, path: str) -> Iterator[None]:
    """A symbolic link for as long; a stale one is replaced, anything else is left alone."""
    if link.is_symlink() and not link.exists():
        link.unlink()
    try:
        os.symlink(path, link)
    except OSError as error:
        raise InputError(f"--link {link}: cannot be made ({error.strerror}); give another name") from None
    try:
        yield
    finally:
        if link.is_symlink() and os.readlink(link) == path:  # it may be another's by now
            link.unlink()
