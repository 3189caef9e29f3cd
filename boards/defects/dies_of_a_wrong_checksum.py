# SPDX-License-Identifier: Apache-2.0
"""Ends at some groups with a wrong checksum."""

from xky.protocol import Damaged, Frame, Reason

from .defect import Defect, DropsFrames

__all__ = ["DEFECT"]


_PATIENCE = 3


class _DiesOfAWrongChecksum(DropsFrames):
    _met = 0

    def drops(self, frame: Frame) -> bool:
        self._met += sum(isinstance(group, Damaged) and group.reason is Reason.CHECKSUM for group in frame.groups)
        return self._met >= _PATIENCE


DEFECT = Defect(
    title="stops for ever after three groups with a wrong checksum",
    source="assumption: a reader whose loop ends at an error that nobody takes, as hekmon/linkytic#9 at another",
    must_fail=frozenset({"TIC-CHK-2"}),
    parser=_DiesOfAWrongChecksum,
    spreads=True,
)
