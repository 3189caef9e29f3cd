# SPDX-License-Identifier: Apache-2.0
"""Ends at an EOT."""

from xky.protocol import Mode
from xky.protocol.mode import EOT

from .defect import Defect, Dies

__all__ = ["DEFECT"]


class _DiesOfEot(Dies):
    def kills(self, data: bytes, mode: Mode) -> bool:
        return EOT in data


DEFECT = Defect(
    title="stops for ever at EOT between two frames",
    source="hekmon/linkytic#9: EOT taken for a part of the checksum field, TypeError in ord(), mended by 27be569",
    must_fail=frozenset({"TIC-LNK-1"}),
    parser=_DiesOfEot,
    modes=frozenset({Mode.HISTORIC}),
    spreads=True,
)
