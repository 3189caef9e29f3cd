# SPDX-License-Identifier: Apache-2.0
"""The standard streams of a command that was started without some of them, as ``xky … >&-`` does.

Python has None there, and the next file that is opened gets the free number: what is printed would end in it.
"""

import errno
import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from xky.protocol import InputError

from .terminal import complain

__all__ = ["ClosedOutput", "lose_complaints", "say_no_more", "says_or_tells", "take_standard_streams"]


class _ClosedOutputError(InputError):
    """Something was to be said on a standard output that is closed."""


class ClosedOutput(io.TextIOBase):
    """A standard output that was closed: who has something to say there is told."""

    @property
    def closed(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def flush(self) -> None:
        pass

    def write(self, text: str, /) -> NoReturn:
        raise _ClosedOutputError("standard output is closed; leave it open, or send it to /dev/null")


def take_standard_streams() -> None:
    """Put something into the place of each stream that is closed; those that are open stay."""
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while (free := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(free)
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        sys.__stderr__ = sys.stderr  # type: ignore[misc]  # which pytest looks for
    if sys.stdout is None:
        sys.stdout = ClosedOutput()


class _Complaints(io.TextIOWrapper):
    """Standard error that loses what it has no room or no reader for.

    That must not end a run, and with a status that says something else.
    """

    def write(self, text: str, /) -> int:
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            super().flush()


def lose_complaints() -> None:
    """Let this process's standard error lose what it cannot tell; one that a test reads stays as it is."""
    if sys.stderr is sys.__stderr__ and isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr = _Complaints(sys.stderr.buffer, sys.stderr.encoding, "backslashreplace", line_buffering=True)


def say_no_more() -> None:
    """What is left for standard output has no room, or nobody who reads it."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def says_or_tells(say: Callable[[], None], essence: str) -> bool:
    """Say something long on standard output; where that takes nothing, its essence on standard error.

    A reader who left (EPIPE) is no such case: he did not want to know more.

    Args:
        say: prints.
        essence: what must not be lost, in one line.

    Returns:
        Whether standard output took it.
    """
    try:
        say()
        sys.stdout.flush()
    except _ClosedOutputError:
        why = "is closed"
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        why = f"cannot be written ({error.strerror})"
    else:
        return True
    say_no_more()
    complain(f"standard output {why}; {essence}")
    return False
