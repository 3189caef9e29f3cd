# SPDX-License-Identifier: Apache-2.0
"""Passes on a number with letters in it."""

from xky.protocol import Damaged, Mode, Reason

from .defect import Defect, Forces, has_right_checksum

__all__ = ["DEFECT"]


_ESC = b"\x1b"  # no letter: another defect takes it


class _TakesLettersForNumbers(Forces):
    def takes(self, group: Damaged, mode: Mode) -> bool:
        return (
            group.reason is Reason.CHARSET
            and _ESC not in group.raw
            and group.raw.isascii()
            and has_right_checksum(group, mode)
        )


DEFECT = Defect(
    title="passes on letters where a number should be",
    source="enedis-tic 0.2.0 and most readers that compute the checksum: none knows what data a label has",
    must_fail=frozenset({"TIC-SIZ-3"}),
    parser=_TakesLettersForNumbers,
)
