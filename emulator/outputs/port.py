# SPDX-License-Identifier: Apache-2.0
"""What a port is to the bench: a way out that a program opens, and that may tell how the program set it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .output import Output

__all__ = ["UNTOLD_BAUD", "Port", "PortSettings"]

UNTOLD_BAUD = 50  # rate of a fresh pty that no program has set: who leaves it, or asks for it, reads the line as sent


@dataclass(frozen=True, slots=True)
class PortSettings:
    """What a program asked of its port at one time; None where the way out cannot know.

    Attributes:
        at_s: when, on the bench's clock.
        baud: bits per second.
        data_bits: 7 or 8, as a rule.
        parity: ``"E"``, ``"O"``, ``"N"``, ``"M"`` or ``"S"``.
        stop_bits: 1, 1.5 or 2.
    """

    at_s: float
    baud: int | None = None
    data_bits: int | None = None
    parity: str | None = None
    stop_bits: float | None = None


class Port(Output, Protocol):
    """A way out that a program opens by name."""

    @property
    def name(self) -> str:
        """What the program opens: a path, or a pyserial URL."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether a program has the port open."""
        ...

    @property
    def overruns(self) -> Sequence[float]:
        """Times (bench's clock) at which a character found the receive buffer full."""
        ...

    @property
    def settings(self) -> Sequence[PortSettings]:
        """What the program asked of the port, in order of time, each change once."""
        ...
