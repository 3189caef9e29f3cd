# SPDX-License-Identifier: Apache-2.0
"""The access point of a real board, taken away and given back by commands of the user's."""

from threading import Thread

from xky.protocol import BenchError

from .bench import Bench
from .board_command import BoardCommand

__all__ = ["AccessPoint"]

_WITHIN_S = 60.0
_LOOK_S = 0.05  # real seconds


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

    def go(self, bench: Bench) -> None:
        """It is away from now on.

        Args:
            bench: under way; its line goes on meanwhile.

        Raises:
            BenchError: the command failed.
        """
        _run(self._off, bench)

    def come_back(self, bench: Bench) -> None:
        """It is there again; arguments and errors as above. The command ends even where a person does not wait."""
        _run(self._on, bench)


def _run(command: BoardCommand, bench: Bench) -> None:
    failed: list[BenchError] = []

    def runs() -> None:
        try:
            command.run("")
        except BenchError as error:
            failed.append(error)

    thread = Thread(target=runs, name="access point")  # no daemon: what it gives back is given back
    thread.start()
    while thread.is_alive():
        bench.run_for(_LOOK_S * bench.speed)
    if failed:
        raise failed[0]
