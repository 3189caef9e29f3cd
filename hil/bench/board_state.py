# SPDX-License-Identifier: Apache-2.0
"""How a real board comes into the state that a run starts from: its program is put on it, it is reset."""

import time
from collections.abc import Callable
from typing import Any, Protocol

from xky.protocol import BenchError

from .board_command import BoardCommand

__all__ = ["LINES", "Flash", "Reset", "Restarting"]

LINES = ("rts", "dtr")
_PULSE_S = 0.1  # esptool holds EN low so long; a capacitor in the way of DTR needs 10 ms
_RESET_WITHIN_S = 60.0
_FLASH_WITHIN_S = 600.0


class Flash:
    """A program that is put on the board once a run, before its first start.

    Args:
        text: a command of the user's, ``{port}`` replaced.

    Raises:
        InputError: it is no command, or not found.
    """

    def __init__(self, text: str) -> None:
        self.command = BoardCommand("flash", text, _FLASH_WITHIN_S)
        self._is_done = False

    def __str__(self) -> str:
        return str(self.command)

    def once(self, port: str) -> bytes:
        """Run the command unless it has been run; what it printed.

        Raises:
            BenchError: it failed.
        """
        if self._is_done:
            return b""
        output = self.command.run(port)
        self._is_done = True
        return output


class Restarting(Protocol):
    """What starts a board anew, other than a line of its console's adapter."""

    @property
    def needs_port(self) -> bool:
        """Whether it opens the board's port itself."""

    def run(self, port: str) -> bytes:
        """Do it, given the console's path or URL; what it printed.

        Raises:
            BenchError: it failed.
        """


class Reset:
    """How the board is started anew.

    ``rts`` and ``dtr`` assert that output of the console's adapter for a tenth of a second, the other one released, and
    leave both released: the boot pin of a board that hangs on the other one stands at "run the program".

    Args:
        text: ``rts``, ``dtr``, or a command of the user's.

    Attributes:
        line: ``rts`` or ``dtr``; None where a command does it.
        command: of the user, or what else does it; None where a line does.

    Raises:
        InputError: it is no command, or not found.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.line: str | None = text if text in LINES else None
        self.command: Restarting | None = None if self.line else BoardCommand("reset", text, _RESET_WITHIN_S)

    def __str__(self) -> str:
        return self.text

    def pulse(self, port: Any, wait: Callable[[float], None] = time.sleep) -> None:
        """Assert the line of an open port for a moment.

        Args:
            port: of pyserial.
            wait: lets real seconds pass.

        Raises:
            BenchError: the port has no such line.
        """
        assert self.line is not None
        try:
            setattr(port, "dtr" if self.line == "rts" else "rts", False)
            setattr(port, self.line, True)
            wait(_PULSE_S)
            setattr(port, self.line, False)
        except OSError as error:
            raise BenchError(
                f"{port.port}: reset {self.line}: the port has no {self.line.upper()} ({error.strerror or error}); "
                "reset by a command, or take another adapter"
            ) from None
