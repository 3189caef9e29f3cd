# SPDX-License-Identifier: Apache-2.0
"""What was heard of a line: its bytes, when they came, and how the port was set."""

from dataclasses import dataclass
from functools import cached_property

from xky.protocol.capture import Run

__all__ = ["Heard"]


@dataclass(frozen=True)
class Heard:
    """Bytes of a line with bit 7 as it came.

    Attributes:
        name: of the port or file, as a person knows it.
        kind: ``serial``, ``pty``, ``network`` or ``file``.
        baud: bits per second at which the port was read; None where it has none, or where nobody noted it.
        runs: bytes and when they were there, in seconds; in order.
        is_timed: whether these times are true; else they are those of a line that never pauses.
        lasted_s: how long was listened; 0 where nobody knows.
        notes: what a person should know of the reading, a sentence each.
        lost: how the port was lost, with what to do; None where it was not.
    """

    name: str
    kind: str
    baud: int | None
    runs: tuple[Run, ...]
    is_timed: bool
    lasted_s: float = 0.0
    notes: tuple[str, ...] = ()
    lost: str | None = None

    @cached_property
    def data(self) -> bytes:
        """All bytes."""
        return b"".join([run.data for run in self.runs])

    @cached_property
    def has_parity(self) -> bool:
        """Whether the eighth bit of a character can be in these bytes: most pseudo-terminals have it taken off."""
        return self.kind != "pty" or not self.data.isascii()
