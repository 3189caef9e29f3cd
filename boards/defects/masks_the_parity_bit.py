# SPDX-License-Identifier: Apache-2.0
"""Opens its port at 8N1 and masks the parity bit: no damaged character is known by its parity."""

from xky.protocol import Event, Mode
from xky.protocol.uart import Uart

from ..firmware.parser import Listener, Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _Masking:
    """The listener of one wake, of seven bits whatever the eighth is."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def feed(self, data: bytes) -> list[Event]:
        return self._listener.feed(bytes(byte & 0x7F for byte in data))


class _MasksTheParityBit(Parser):
    def uart(self, mode: Mode) -> Uart:
        return Uart(mode.baud, 8, "N")

    def listener(self, mode: Mode) -> Listener:
        return _Masking(super().listener(mode))


DEFECT = Defect(
    title="opens its port at 8N1 and masks the parity bit",
    source="readers left at a port's usual 8N1; to mask and to let the checksum decide is within the latitude",
    must_fail=frozenset({"TIC-PRT-1"}),
    parser=_MasksTheParityBit,
)
