# SPDX-License-Identifier: Apache-2.0
"""An index passes a 32-bit float and loses its last digits."""

import struct
from dataclasses import replace

from xky.protocol import Frame, Group

from .defect import Defect, Retells, is_index

__all__ = ["DEFECT"]


class _IndexesAsFloat32(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        if not is_index(group) or not group.value.isdecimal():
            return group
        [rounded] = struct.unpack("f", struct.pack("f", float(group.value)))
        return replace(group, value=f"{rounded:09.0f}")


DEFECT = Defect(
    title="stores indexes as 32-bit floats",
    source=(
        "esphome/esphome teleinfo_sensor.cpp @0ece70e: parse_float; hallard/WeMos-TIC#15; arendst/Tasmota "
        "xnrg_15_teleinfo.ino @02d7eb1"
    ),
    must_fail=frozenset({"TIC-VAL-1", "TIC-SND-1"}),
    parser=_IndexesAsFloat32,
    spreads=True,
)
