# SPDX-License-Identifier: Apache-2.0
"""Opens its port at the rate of the other TIC mode: it hears nothing that is a frame."""

from xky.protocol import Mode
from xky.protocol.uart import Uart

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _OpensAtTheOtherRate(Parser):
    def uart(self, mode: Mode) -> Uart:
        other = Mode.STANDARD if mode is Mode.HISTORIC else Mode.HISTORIC
        return Uart(other.baud)


DEFECT = Defect(
    title="opens its port at the rate of the other TIC mode",
    source="a configuration that was left as it was when the distributor switched the meter",
    must_fail=frozenset({"TIC-PRT-1", "TIC-CMP-1"}),
    parser=_OpensAtTheOtherRate,
    board="generic",  # one that finds the mode tries both rates
)
