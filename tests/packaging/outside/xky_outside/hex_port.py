# SPDX-License-Identifier: Apache-2.0
"""``--port hex:FILE``: the characters of the line as hexadecimal digits."""

from typing import Any

import simpy

from xky.emulator.outputs.paced import Feed, PacedPort
from xky.protocol import Burst


class HexPort(PacedPort):
    """A file that grows as the line speaks."""

    def __init__(self, env: simpy.Environment, *, rest: str, **options: Any) -> None:
        super().__init__(env, **options)
        self._path = rest
        self._file = open(rest, "w", encoding="ascii")  # noqa: SIM115  closed by close
        self._feed = Feed(self.pace, self._write)  # in real time, as a UART hands them over

    @property
    def name(self) -> str:
        return f"hex:{self._path}"

    @property
    def is_open(self) -> bool:
        return not self._file.closed

    def __call__(self, burst: Burst) -> None:
        self._feed.hear(burst)

    def _write(self, characters: bytes) -> None:
        self._file.write(characters.hex() + "\n")

    def finish(self) -> None:
        self._feed.finish()

    def is_drained(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
