# SPDX-License-Identifier: Apache-2.0
"""What a port is to the bench: an output that a program opens, and that may tell how the program set it."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, overload

from .output import Output

__all__ = ["KERNEL_BUFFER", "UNTOLD_BAUD", "Overruns", "Port", "PortSettings"]

KERNEL_BUFFER = 4095  # characters that the line discipline of a Linux serial port holds
UNTOLD_BAUD = 50  # rate of a fresh pty that no program has set: who leaves it, or asks for it, reads the line as sent

_EACH_KEPT = 10_000  # moments; after so many, those of a second are entered as one: a reader may be stuck for days


class Overruns(Sequence[float]):
    """The time (bench's clock) of each character that found a receive buffer full, in order."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._until: list[int] = []  # characters up to and with those of each time

    def add(self, at_s: float, count: int) -> None:
        """So many characters at one time."""
        if count <= 0:
            return
        if len(self._times) >= _EACH_KEPT and at_s < self._times[-1] + 1.0:
            self._until[-1] += count
        else:
            self._times.append(at_s)
            self._until.append(len(self) + count)

    def __len__(self) -> int:
        return self._until[-1] if self._until else 0

    @overload
    def __getitem__(self, place: int) -> float: ...
    @overload
    def __getitem__(self, place: slice) -> list[float]: ...
    def __getitem__(self, place: int | slice) -> float | list[float]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return self._times[bisect_right(self._until, place % len(self))]


@dataclass(frozen=True, slots=True)
class PortSettings:
    """What a program asked of its port at one time; None where the port cannot know.

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
    """An output that a program opens by name.

    Attributes:
        bare: whether its program is known to read eight bits without parity, though the port cannot see that.
    """

    bare: bool

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
