# SPDX-License-Identifier: Apache-2.0
"""The port on which a real board prints: opened, read as it comes, lost."""

import os
import time
from typing import Any

from xky.emulator.opened_serial import opened_serial, watched_fd, what_came
from xky.protocol import BenchError, InputError

__all__ = ["NO_CONSOLE", "ConsolePort", "console_of", "is_same_port"]

NO_CONSOLE = "-"

_BACK_WITHIN_S = 10.0  # real seconds: a board with USB of its own goes, and comes back, when it is reset
_LOOK_EVERY_S = 0.1


class ConsolePort:
    """An open port.

    Args:
        path: of the port, or its URL.
        baud: bits per second.
        idle: how RTS and DTR stand: asserted as every terminal program has them (some USB boards say nothing else), or
            released.

    Attributes:
        path: of the port, or its URL.
        port: of pyserial.
        fd: to wait on; None: it has to be asked.
        heard: bytes that came so far.

    Raises:
        InputError: the URL is none.
        BenchError: it cannot be opened.
    """

    def __init__(self, path: str, baud: int, *, idle: bool) -> None:
        self.path = path
        self._baud, self._idle = baud, idle
        self.heard = 0
        self.port: Any = None
        self.fd: int | None = None
        self._open()

    def _open(self) -> None:
        self.port = opened_serial(self.path, self._baud, dtr=self._idle, rts=self._idle, alone=True)
        self.fd = watched_fd(self.port)

    def read(self) -> bytes:
        """What has come; empty where nothing has.

        Raises:
            BenchError: the port is lost.
        """
        data = what_came(self.port)
        self.heard += len(data)
        return data

    def be_at(self, baud: int) -> None:
        """Set another rate, bits per second.

        Raises:
            BenchError: the port cannot be set to it.
        """
        try:
            self.port.baudrate = baud
        except (OSError, ValueError) as error:
            raise BenchError(f"{self.path}: cannot be set to {baud} baud ({error}); check the adapter") from None

    def write(self, data: bytes) -> None:
        """Say something on it, and wait until it is taken.

        Raises:
            BenchError: the port is lost.
        """
        try:
            self.port.write(data)
        except OSError as error:
            raise BenchError(f"{self.path}: lost while writing ({error}); check the plug") from None

    def close(self) -> None:
        """Let go of it; safe to call twice."""
        self.port.close()

    def open_again(self) -> None:
        """Open it anew; it may take its time to come back.

        Raises:
            BenchError: it does not come back.
        """
        give_up = time.monotonic() + _BACK_WITHIN_S
        while True:
            try:
                self._open()
                return
            except BenchError:
                if time.monotonic() >= give_up:
                    raise
                time.sleep(_LOOK_EVERY_S)


def console_of(rest: str) -> tuple[str, int | None]:
    """Path or URL of the console, and its rate, None where nobody says it.

    Raises:
        InputError: it is neither ``PORT`` nor ``PORT@BAUD``.
    """
    path, at, baud = rest.rpartition("@")
    if not at or "." in baud or ":" in baud:  # a URL may name a user
        path, at, baud = rest, "", ""
    if not path or path != path.strip() or (at and not (baud.isdecimal() and int(baud))):
        raise InputError(
            f"device 'serial:{rest}': expected serial:PORT or serial:PORT@BAUD, such as serial:/dev/ttyUSB1"
        )
    return path, int(baud) if baud else None


def is_same_port(one: str, other: str) -> bool:
    """Whether two names lead to one port."""
    return one == other or (one.startswith("/") and os.path.realpath(one) == os.path.realpath(other))
