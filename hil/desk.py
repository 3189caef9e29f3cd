# SPDX-License-Identifier: Apache-2.0
"""Emulated lines and the ports that they come out of, in real time, in one loop."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import simpy

from xky.emulator import Line
from xky.emulator.runner import RealTime
from xky.emulator.ways import STDOUT, Way, way
from xky.protocol import InputError

__all__ = ["play_on_ports", "ways_for"]


def ways_for(port: str | None, meters: int, alone: dict[str, bool], *, keep_parity: bool = False) -> list[Way]:
    """A way out for each meter.

    Args:
        port: as the command line has it; None is a pseudo-terminal.
        meters: how many.
        alone: options that speak of one meter or of its pseudo-terminal, and whether each was given.
        keep_parity: leave it in the characters of a pseudo-terminal.

    Raises:
        InputError: no such way, or it does not go with the rest.
    """
    ways = [way(port or "pty", number, keep_parity=keep_parity) for number in range(meters)]
    kind = ways[0].kind
    if alone.get("--link") and kind != "pty":
        raise InputError(f"--link: points to a pseudo-terminal; leave it out with --port {port}")
    if meters > 1:
        if kind in (STDOUT, "serial"):
            raise InputError(f"--meters {meters}: --port {port} takes one; choose pty, tcp or rfc2217")
        if given := [option for option, told in alone.items() if told]:
            raise InputError(f"{given[0]}: is for one meter; leave it out with --meters {meters}")
    return ways


def play_on_ports(
    env: simpy.Environment,
    lines: Sequence[Line],
    ways: Sequence[Way],
    *,
    speed: float,
    link: Path | None,
    until: Callable[[], bool],
) -> None:
    """Open a port for each line, print what a program opens, and play until ``until()`` holds.

    A single line that is faster than a real one waits for its reader; of several, none waits for another's.

    Raises:
        InputError: a port or the link cannot be made.
        BenchError: the system does not give a port, or took one away.
    """
    with ExitStack() as opened:
        runner = RealTime(env, speed)
        opened.callback(runner.close)
        ports = []
        for line, chosen in zip(lines, ways, strict=True):
            port = chosen.open(env, speed=speed, patient=speed > 1 and len(lines) == 1, runner=runner)
            opened.callback(port.close)
            line.connect(port)
            ports.append(port)
        if link is not None:
            opened.enter_context(_linked(link, ports[0].name))
        to_stdout = ways[0].kind == STDOUT
        if not to_stdout:  # there, nothing but characters of the line
            print("\n".join(str(link or port.name) for port in ports), flush=True)
        for port in ports:
            port.wait_for_reader(
                lambda within_s: print(f"xky: waiting up to {within_s:.0f} s for a reader", file=sys.stderr)
            )
        runner.restart()
        runner.run(lambda: until() or (to_stdout and not ports[0].is_open))
        for port in ports:
            port.drain()
            if port.overruns:
                print(
                    f"xky: {port.name}: {len(port.overruns)} characters found the reader's buffer full", file=sys.stderr
                )


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
        if link.is_symlink():
            link.unlink()
