# SPDX-License-Identifier: Apache-2.0
"""Takes a silence for the end of a frame."""

from xky.protocol import Decoder, Mode

from ..firmware.parser import Listener, Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _OnePacket(Decoder):
    """The listener of one wake: what comes without a silence is a packet."""

    def silence(self) -> None:
        """The line was idle: nothing of what came before belongs to what comes now."""
        self.restart()


class _FrameEndsAtAPause(Parser):
    def listener(self, mode: Mode) -> Listener:
        return _OnePacket(mode)


DEFECT = Defect(
    title="takes a silence inside a frame for its end",
    source="assumption: readers that wait for an idle line, as UARTs with DMA offer",
    must_fail=frozenset({"TIC-TIM-1"}),
    parser=_FrameEndsAtAPause,
)
