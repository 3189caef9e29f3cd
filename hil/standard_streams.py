# SPDX-License-Identifier: Apache-2.0
"""The standard streams of a command that was started without some of them, as ``xky … >&-`` does.

Python has None there, and the next file that is opened gets the free number: what is printed would end in it.
"""

import io
import os
import sys
from typing import NoReturn

from xky.protocol import InputError

__all__ = ["ClosedOutput", "take_standard_streams"]


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
        raise InputError("standard output is closed; leave it open, or send it to /dev/null")


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
    if sys.stdout is None:
        sys.stdout = ClosedOutput()
