# SPDX-License-Identifier: Apache-2.0
"""Changes sides at each delimiter of frames."""

from xky.protocol import Mode
from xky.protocol.mode import ETX, STX

from .defect import Defect, Mishears

__all__ = ["DEFECT"]


class _TogglesAtEachDelimiter(Mishears):
    _inside = False

    def heard(self, data: bytes, mode: Mode) -> bytes:
        kept = bytearray()
        for byte in data:
            if byte in STX + ETX:
                self._inside = not self._inside
                kept += STX if self._inside else ETX
            elif self._inside:
                kept.append(byte)
        return bytes(kept)


DEFECT = Defect(
    title="takes each STX or ETX for the other side of a frame",
    source="assumption: readers that keep one flag and turn it over",
    must_fail=frozenset({"TIC-LNK-8"}),
    parser=_TogglesAtEachDelimiter,
    spreads=True,
    board="generic",
)
