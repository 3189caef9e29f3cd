# SPDX-License-Identifier: Apache-2.0
"""Drops the group whose checksum character is a space."""

from collections.abc import Sequence

from xky.protocol import Frame, Group, encode_group

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]

_CHECKSUM = -2  # place in an encoded group: right before CR


class _DropsSpaceChecksum(Parser):
    def groups(self, frame: Frame) -> Sequence[Group] | None:
        return [group for group in frame.good if encode_group(group, frame.mode)[_CHECKSUM] != ord(" ")]


DEFECT = Defect(
    title="drops the group whose checksum character is a space",
    source="naive split() or strip(); npm teleinfo 0.1.0 loses PTEC HP.. so; cf. hekmon/linkytic#67",
    must_fail=frozenset({"TIC-CHK-3"}),
    # a register, or a horodate, that stands still on a value with such a checksum while a step asks for it
    may_fail=frozenset(
        {"TIC-LBL-1", "TIC-DAT-1", "TIC-DAY-1", "TIC-CLK-1", "TIC-CLK-2", "TIC-CLK-3", "TIC-FLD-2", "TIC-LNK-4"}
    ),
    parser=_DropsSpaceChecksum,
)
