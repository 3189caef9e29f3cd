# SPDX-License-Identifier: Apache-2.0
"""Reads STGE, which is hexadecimal, as a decimal number."""

import re
from dataclasses import replace

from xky.protocol import Frame, Group, Mode

from .defect import Defect, Retells

__all__ = ["DEFECT"]


class _ReadsStgeAsDecimal(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        digits = re.match(r"\d+", group.value)
        if group.label != "STGE" or digits is None:
            return group
        return replace(group, value=str(int(digits[0])))


DEFECT = Defect(
    title="reads the leading decimal digits of STGE",
    source="fmartinou/teleinfo2mqtt TicMode.js before c1602f2 (#52): parseInt(value, 10)",
    must_fail=frozenset({"TIC-SND-1"}),
    parser=_ReadsStgeAsDecimal,
    may_fail=frozenset({"TIC-TAR-2", "TIC-TAR-3", "TIC-LBL-1", "TIC-DAT-1", "TIC-DAT-2"}),
    modes=frozenset({Mode.STANDARD}),
)
