# SPDX-License-Identifier: Apache-2.0
"""Takes a silence for the end of a frame."""

from xky.protocol import Decoder, Event, Mode

from ..firmware.parser import Listener, Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _OnePacket:
    """The listener of one wake: what comes without a silence is a packet."""

    def __init__(self, mode: Mode) -> None:
        self._mode = mode

    def feed(self, data: bytes) -> list[Event]:
        return Decoder(self._mode).feed(data)


class _FrameEndsAtAPause(Parser):
    def listener(self, mode: Mode) -> Listener:
        return _OnePacket(mode)


DEFECT = Defect(
    title="takes a silence inside a frame for its end",
    source="assumption: readers that wait for an idle line, as UARTs with DMA offer",
    must_fail=frozenset({"TIC-TIM-1"}),
    parser=_FrameEndsAtAPause,
    may_fail=frozenset({"TIC-LNK-4", "TIC-LNK-5", "TIC-LBL-1", "TIC-CND-1", "TIC-CND-2"}),
)
