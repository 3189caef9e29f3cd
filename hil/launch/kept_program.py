# SPDX-License-Identifier: Apache-2.0
"""A program of which nothing outlives this process, however either of them ends."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

__all__ = ["ENDS_WITHIN_S", "KeptProgram"]

ENDS_WITHIN_S = 1.0  # real seconds between SIGTERM and SIGKILL, and given to SIGKILL: Ctrl-C may take two in all
_STARTS_WITHIN_S = 30.0  # of the keeper: a slow machine under load
_MESSAGE_MAX = 65_536
_KEEPER = Path(__file__).with_name("keeper.py")


class KeptProgram:
    """A program that runs in a session of its own under a keeper, which ends it with all that it started.

    Args:
        words: of the command.
        stdout: descriptor of its standard output.
        environment: all of it.

    Attributes:
        stderr: its standard error, to be read without waiting.
        left: numbers and names of processes that could not be ended, once ``end`` was called.

    Raises:
        OSError: it cannot be run.
    """

    def __init__(self, words: Sequence[str], *, stdout: int, environment: Mapping[str, str]) -> None:
        self._ear, theirs = socket.socketpair()
        self._heard = b""
        self._status: int | None = None
        self.left: list[str] = []
        with theirs:
            self._keeper = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_KEEPER), str(theirs.fileno()), str(ENDS_WITHIN_S), *words],
                stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, pass_fds=[theirs.fileno()],
                start_new_session=True, env=dict(environment),
            )  # fmt: skip
        assert self._keeper.stderr is not None
        self.stderr: IO[bytes] = self._keeper.stderr
        os.set_blocking(self.stderr.fileno(), False)
        self._trouble = 0
        self._is_started = False
        give_up = time.monotonic() + _STARTS_WITHIN_S
        while not (self._is_started or self._trouble) and self._hears(give_up - time.monotonic()):
            pass
        if not self._is_started:
            self.end()
            self.stderr.close()
            raise OSError(self._trouble, os.strerror(self._trouble) if self._trouble else "its keeper did not start")

    @property
    def keeper_number(self) -> int:
        """Of the process that the program and all that it starts descend from."""
        return self._keeper.pid

    @property
    def status(self) -> int | None:
        """None while it runs; else its exit status, or the number of the signal that ended it, below 0."""
        while self._status is None and self._hears(0.0):
            pass
        return self._status

    def end(self) -> None:
        """End it with all that it started; safe to call twice."""
        if self._ear.fileno() >= 0:
            with suppress(OSError):
                self._ear.sendall(b"end\n")
            give_up = time.monotonic() + 3 * ENDS_WITHIN_S
            while self._hears(give_up - time.monotonic()):
                pass
            self._ear.close()
            self._keeper.kill()  # has ended, unless it is stuck
            self._keeper.wait()

    def _hears(self, within_s: float) -> bool:
        """Take what the keeper says next; False where it says nothing in time, or is gone."""
        if self._ear.fileno() < 0:
            return False
        self._ear.settimeout(max(within_s, 0.0))
        try:
            data = self._ear.recv(_MESSAGE_MAX)
        except (BlockingIOError, TimeoutError):
            return False
        except OSError:
            data = b""
        if not data:
            if self._status is None and self._is_started:
                self._status = self._keeper.wait()  # somebody killed it, and with it the program
            return False
        *messages, self._heard = (self._heard + data).split(b"\n")
        for message in messages:
            self._take(message.decode(errors="replace"))
        return True

    def _take(self, message: str) -> None:
        what, _, rest = message.partition(" ")
        if what == "started":
            self._is_started = True
        elif what == "failed":
            self._trouble = int(rest)
        elif what == "ended":
            self._status = os.waitstatus_to_exitcode(int(rest))
        elif what == "left":
            number, _, name = rest.partition(" ")
            self.left.append(f"{number} ({name})")
