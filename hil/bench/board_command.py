# SPDX-License-Identifier: Apache-2.0
"""A command of the user's that does something to a real board: resets it, or puts a program on it."""

import os
import shlex
import shutil
import tempfile
import time

from xky.protocol import BenchError, InputError

from ..launch.kept_program import KeptProgram

__all__ = ["BoardCommand"]

_LOOK_EVERY_S = 0.02
_WORDS_MAX = 300  # characters of its last line that a complaint repeats


class BoardCommand:
    """A command, split as a shell does, no shell run; ``{port}`` is replaced in each word, other braces stay.

    Args:
        option: that it was given by, for complaints.
        text: as it was given.
        within_s: how long it may take, real seconds.

    Attributes:
        needs_port: whether it opens the board's port itself.

    Raises:
        InputError: it is no command, or not found.
    """

    def __init__(self, option: str, text: str, within_s: float) -> None:
        self.option, self.text = option, text
        self._within_s = within_s
        try:
            self._words = shlex.split(text)
        except ValueError as error:
            raise InputError(f"{option} {text!r}: {error}; quote the command as for a shell") from None
        if not self._words:
            raise InputError(f"{option}: is empty; write a command, or leave it out")
        if shutil.which(self._words[0]) is None:
            raise InputError(
                f"{option} {text!r}: command {self._words[0]!r} not found, or not executable; give its path, "
                "or install it"
            )
        self.needs_port = any("{port}" in word for word in self._words)

    def __str__(self) -> str:
        return self.text

    def run(self, port: str) -> bytes:
        """Run it to its end; nothing of it stays behind.

        Args:
            port: path or URL of the board's console.

        Returns:
            What it printed, on either stream.

        Raises:
            BenchError: it failed, or took too long.
        """
        words = [word.replace("{port}", port) for word in self._words]
        give_up = time.monotonic() + self._within_s
        with tempfile.TemporaryFile() as printed:
            try:
                program = KeptProgram(words, stdout=printed.fileno(), environment=os.environ)
            except OSError as error:
                raise BenchError(f"{self.option} {self.text!r}: cannot be run ({error.strerror})") from None
            complained = bytearray()
            try:
                while program.status is None and time.monotonic() < give_up:
                    complained += program.stderr.read() or b""
                    time.sleep(_LOOK_EVERY_S)
                status = program.status
            finally:
                program.end()
                complained += program.stderr.read() or b""
                program.stderr.close()
            printed.seek(0)
            output = printed.read() + bytes(complained)
        if status != 0:
            how = f"took more than {self._within_s:g} s" if status is None else f"failed ({_ending(status)})"
            raise BenchError(f"{self.option} {self.text!r}: {how}{_last_words(output)}; run it by hand to see more")
        return output


def _ending(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"


def _last_words(output: bytes) -> str:
    lines = [line.strip() for line in output.decode(errors="replace").splitlines() if line.strip()]
    return f"; it said: {lines[-1][:_WORDS_MAX]}" if lines else ""
