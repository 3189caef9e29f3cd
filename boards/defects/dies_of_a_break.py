# SPDX-License-Identifier: Apache-2.0
"""Stops at a break."""

from xky.protocol import Mode

from .defect import Defect, Dies

__all__ = ["DEFECT"]


_ENOUGH = 6  # breaks: more than the bursts of one frame make


class _DiesOfABreak(Dies):
    _breaks = 0

    def kills(self, data: bytes, mode: Mode) -> bool:
        self._breaks += data.count(b"\x80")
        return self._breaks >= _ENOUGH


DEFECT = Defect(
    title="stops for ever after a break, a carrier that does not end",
    source=(
        "assumption: UART drivers that stop at a break until somebody starts them again; "
        "NicolasBernaerts/tasmota#61 loses RX on a live line"
    ),
    must_fail=frozenset({"TIC-LNK-10"}),
    parser=_DiesOfABreak,
    spreads=True,
)
