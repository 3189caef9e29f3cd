# SPDX-License-Identifier: Apache-2.0
"""What firmware makes of characters and frames: the steps in which real decoders go wrong, and defects are built in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, overload, runtime_checkable

from xky.protocol import Decoder, Event, Frame, Group, Mode
from xky.protocol.uart import Uart

__all__ = ["GoodGroups", "HearsSilence", "Listener", "Parser", "said_by", "values_of"]


class Listener(Protocol):
    """Takes characters as they come; a ``Decoder`` is one."""

    def feed(self, data: bytes) -> list[Event]:
        """What is complete now."""
        ...


@runtime_checkable
class HearsSilence(Protocol):
    """A listener that asks when the line is idle, as UARTs with DMA tell; not each time that a burst ends."""

    def silence(self) -> None:
        """A character or more was missing before what comes next."""
        ...


class GoodGroups(Sequence[Group]):
    """The good groups of a frame, made when somebody looks: a board that nobody asks costs next to nothing."""

    __slots__ = ("_frame",)

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def __bool__(self) -> bool:
        return self._frame.has_good

    def __len__(self) -> int:
        return len(self._frame.good)

    @overload
    def __getitem__(self, place: int) -> Group: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Group]: ...
    def __getitem__(self, place: int | slice) -> Group | Sequence[Group]:
        return self._frame.good[place]

    def __iter__(self) -> Iterator[Group]:
        return iter(self._frame.good)

    @property
    def said(self) -> Sequence[tuple[str, str, str | None]]:
        """See ``said_by``."""
        return self._frame.said

    @property
    def values(self) -> Mapping[str, str]:
        """See ``values_of``."""
        return self._frame.values


def said_by(groups: Sequence[Group]) -> Sequence[tuple[str, str, str | None]]:
    """Label, value and horodate of each. Of a frame as it was heard no group is made for it."""
    if isinstance(groups, GoodGroups):
        return groups.said
    return [(group.label, group.value, group.timestamp) for group in groups]


def values_of(groups: Sequence[Group]) -> Mapping[str, str]:
    """Label to value; the last one where a label came twice. Of a frame as it was heard no group is made for it."""
    return groups.values if isinstance(groups, GoodGroups) else {group.label: group.value for group in groups}


class Parser:
    """A sound parser; a defect overrides a step. It lives as long as the device, across sleeps."""

    clock_error = 0.0
    """How much faster the clock of the UART runs than it should."""
    looks_for_the_mode_again = True  # where the board finds the TIC mode by itself

    def uart(self, mode: Mode) -> Uart:
        """How the firmware sets its port for a TIC mode."""
        return Uart(mode.baud)

    def sampling(self, mode: Mode) -> Uart:
        """The same, at the rate that its clock really has."""
        uart = self.uart(mode)
        return replace(uart, baud=uart.baud * (1 + self.clock_error)) if self.clock_error else uart

    def listener(self, mode: Mode) -> Listener:
        """What listens from a wake on; a spoilt character has bit 7 set."""
        decoders: dict[Mode, Decoder] = self.__dict__.setdefault("_decoders", {})
        if mode not in decoders:
            decoders[mode] = Decoder(mode)
        decoders[mode].restart()  # it need not learn anew what frames look like
        return decoders[mode]

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        """The groups to report of a whole frame; None where the firmware drops the frame."""
        return GoodGroups(frame)
