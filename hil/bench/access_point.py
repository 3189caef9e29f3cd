# SPDX-License-Identifier: Apache-2.0
"""The access point of a real board, taken away and given back by commands of the user's."""

from .board_command import BoardCommand

__all__ = ["AccessPoint"]

_WITHIN_S = 60.0


class AccessPoint:
    """Of a board on the bench.

    Args:
        off: a command that takes it away.
        on: one that gives it back.

    Raises:
        InputError: one is no command, or not found.
    """

    def __init__(self, off: str, on: str) -> None:
        self._off, self._on = self.command("off", off), self.command("on", on)

    @staticmethod
    def command(key: str, text: str) -> BoardCommand:
        """One of the two.

        Raises:
            InputError: it is none, or not found.
        """
        return BoardCommand(f"[access_point] {key}", text, _WITHIN_S)

    def go(self) -> None:
        """It is away from now on.

        Raises:
            BenchError: the command failed.
        """
        self._off.run("")

    def come_back(self) -> None:
        """It is there again.

        Raises:
            BenchError: the command failed.
        """
        self._on.run("")
