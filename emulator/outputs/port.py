# SPDX-License-Identifier: Apache-2.0
"""What a port is to the bench: a way out that a program opens, and that may tell how the program set it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from xky.protocol import InputError

from .output import Output

__all__ = ["Port", "PortSettings", "keeps_parity"]

_PARITY = ("strip", "keep")


@dataclass(frozen=True, slots=True)
class PortSettings:
    """What a program asked of its port at one time; None where the way out cannot know.

    Attributes:
        at_s: when, on the bench's clock.
        baud: bits per second.
        data_bits: 7 or 8, as a rule.
        parity: ``"E"``, ``"O"``, ``"N"``, ``"M"`` or ``"S"``.
        stop_bits: 1, 1.5 or 2.
        without_parity: the port hands over characters of seven bits whatever was asked: eight bits without
            parity is right there, and tells nothing of what a program would ask of a UART.
    """

    at_s: float
    baud: int | None = None
    data_bits: int | None = None
    parity: str | None = None
    stop_bits: float | None = None
    without_parity: bool = False

    def __str__(self) -> str:
        """As people write it: ``9600 7E1``, a question mark for what is not known."""
        told = ("?" if one is None else f"{one:g}" for one in (self.baud, self.data_bits, self.stop_bits))
        baud, data_bits, stop_bits = told
        return f"{baud} {data_bits}{self.parity or '?'}{stop_bits}"


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


def keeps_parity(choice: str) -> bool:
    """Whether a pty leaves the parity in its characters, in bit 7, as ``--parity`` says: ``strip`` or ``keep``.

    Raises:
        InputError: it says something else.
    """
    if choice not in _PARITY:
        raise InputError(f"--parity {choice}: not known; known: {', '.join(_PARITY)}")
    return choice == "keep"
