# SPDX-License-Identifier: Apache-2.0
"""Takes the last word but one of a line for the value."""

from dataclasses import replace

from xky.protocol import Frame, Group, encode_group

from .defect import Defect, Retells

__all__ = ["DEFECT"]


class _ReadsTheLastWordButOne(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        words = encode_group(group, frame.mode).split()
        return replace(group, value=words[-2].decode()) if len(words) > 1 else None


DEFECT = Defect(
    title="takes the last word but one of a line for the value",
    source="MarcDorval/TeleinfoLinky teleinfo.py @2fec8f4: split() on any white space",
    must_fail=frozenset({"TIC-CHK-3", "TIC-SND-1"}),
    parser=_ReadsTheLastWordButOne,
    spreads=True,
)
