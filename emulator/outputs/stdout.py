# SPDX-License-Identifier: Apache-2.0
"""Standard output: the characters of the line, as they are, into a pipe, a terminal or a file.

The bench never waits for a pipe that is full: it looks first whether there is room. What the reader does not take is
kept up to the device's receive buffer, on top of what the pipe itself holds (64 KiB on Linux); what is over it
is dropped and counted.
"""

import os
import select
import sys

import simpy

from xky.protocol import BenchError, Burst, InputError

from ..runner import RealTime
from .paced import PATIENCE_S, Feed, PacedPort
from .port import KERNEL_BUFFER

__all__ = ["PortStdout"]

_AT_ONCE = 512  # bytes; what POSIX lets a pipe take at least, once it says that it is writable (PIPE_BUF)


class PortStdout(PacedPort):
    """Standard output of this process; see ``PacedPort``. It is open until its reader has gone."""

    def __init__(
        self,
        env: simpy.Environment,
        *,
        speed: float = 1.0,
        buffer_bytes: int = KERNEL_BUFFER,
        patient: bool = False,
        runner: RealTime | None = None,
    ) -> None:
        super().__init__(env, speed=speed, buffer_bytes=buffer_bytes, patient=patient, runner=runner)
        if sys.stdout is None or sys.stdout.closed:
            raise InputError("--port -: standard output is closed; leave it open, or take another port")
        sys.stdout.flush()  # what this process said before comes first
        self._fd = os.dup(sys.stdout.fileno())
        self._writable = select.poll()
        self._writable.register(self._fd, select.POLLOUT)
        self._feed = Feed(self.pace, self._take)
        self._waiting = bytearray()
        self._reader_left = False

    @property
    def name(self) -> str:
        """What stands for it on a command line."""
        return "-"

    @property
    def is_open(self) -> bool:
        """Whether somebody may still read."""
        return not (self._closed or self._reader_left)

    def __call__(self, burst: Burst) -> None:
        self._feed.hear(burst)

    def _take(self, characters: bytes) -> None:
        if not self.is_open:
            return
        room = len(characters) if self.patient else max(self.buffer_bytes - len(self._waiting), 0)
        self._waiting += characters[:room]
        self.overrun(len(characters) - room)
        self._write(PATIENCE_S if self.patient else 0.0)
        while self.patient and self._waiting and self.is_open:
            self._write(PATIENCE_S)

    def _write(self, within_s: float) -> None:
        """As much as there is room for, without ever standing still longer than so many real seconds."""
        while self._waiting and self.is_open and self._writable.poll(within_s * 1000):
            try:
                del self._waiting[: os.write(self._fd, self._waiting[:_AT_ONCE])]
            except BlockingIOError:  # somebody else made it so
                return
            except BrokenPipeError:
                self._reader_left = True
            except OSError as error:
                self._reader_left = True  # nobody gets any more of it
                raise BenchError(f"standard output: cannot be written ({error.strerror}); make room") from None

    def finish(self) -> None:
        self._feed.finish()
        self._write(0.0)

    def is_drained(self) -> bool:
        self._write(0.0)
        return not self._waiting

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            os.close(self._fd)
