# SPDX-License-Identifier: Apache-2.0
"""Passes on a control character in a text."""

from xky.protocol import Damaged, Mode

from .defect import Defect, Forces, has_right_checksum

__all__ = ["DEFECT"]

_ESC = b"\x1b"


class _TakesControlCharacters(Forces):
    def takes(self, group: Damaged, mode: Mode) -> bool:
        return _ESC in group.raw and has_right_checksum(group, mode)


DEFECT = Defect(
    title="passes on a control character in a text where the checksum fits",
    source="readers that look at the checksum alone, which six bits make",
    must_fail=frozenset({"TIC-SIZ-3"}),
    parser=_TakesControlCharacters,
)
