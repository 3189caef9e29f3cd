# SPDX-License-Identifier: Apache-2.0
"""A pseudo-terminal as a line: the meter writes at one end, a command reads at the other."""

import array
import contextlib
import fcntl
import os
import pty
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

__all__ = ["backlog", "pty_line", "wait_until_opened", "wait_until_taken"]

_WITHIN_S = 30.0


@contextlib.contextmanager
def pty_line() -> Iterator[tuple[int, str]]:
    """The meter's end, and the name of the receiver's."""
    master, slave = pty.openpty()
    try:
        yield master, os.ttyname(slave)
    finally:
        os.close(slave)
        with contextlib.suppress(OSError):
            os.close(master)


def backlog(fd: int) -> int:
    """Characters that wait to be read."""
    count = array.array("i", [0])
    fcntl.ioctl(fd, termios.FIONREAD, count)
    return count[0]


def wait_until_opened(port: str) -> None:
    """Until somebody has opened a port for himself: what was written before that is thrown away as it is opened."""
    _wait(port, _is_free, "nobody opens it")
    time.sleep(0.2)  # from its lock to the emptied buffer


def wait_until_taken(port: str) -> None:
    """Until whoever reads at a port has taken all that was written: how long that takes is the machine's affair."""
    time.sleep(0.05)  # it is on its way to the other end for a moment
    _wait(port, lambda fd: backlog(fd) > 0, "nobody reads")


def _wait(port: str, not_yet: Callable[[int], bool], complaint: str) -> None:
    fd = os.open(port, os.O_RDONLY | os.O_NOCTTY)
    try:
        end_s = time.monotonic() + _WITHIN_S
        while not_yet(fd):
            assert time.monotonic() < end_s, complaint
            time.sleep(0.02)
    finally:
        os.close(fd)


def _is_free(fd: int) -> bool:
    """Whether nobody holds a lock; asked without taking it, for somebody may want it just then."""
    of = os.fstat(fd)
    file = f" {os.major(of.st_dev):02x}:{os.minor(of.st_dev):02x}:{of.st_ino} "
    return not any(file in lock for lock in Path("/proc/locks").read_text(encoding="ascii").splitlines())
