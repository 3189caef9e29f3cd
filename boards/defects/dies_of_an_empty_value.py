# SPDX-License-Identifier: Apache-2.0
"""Ends at a number without digits."""

from xky.protocol import Damaged, Frame, Mode, Reason

from .defect import Defect, DropsFrames

__all__ = ["DEFECT"]


class _DiesOfAnEmptyValue(DropsFrames):
    _dead = False

    def drops(self, frame: Frame) -> bool:
        refused = [group for group in frame.groups if isinstance(group, Damaged)]
        self._dead = self._dead or any(_is_empty(group, frame.mode) for group in refused)
        return self._dead


def _is_empty(group: Damaged, mode: Mode) -> bool:
    return group.reason is Reason.LENGTH and group.raw[-3:-1] == 2 * mode.separator


DEFECT = Defect(
    title="stops for ever at an empty value of a number",
    source="assumption: int() of an empty text, which raises, in a loop that does not expect it",
    must_fail=frozenset({"TIC-SIZ-2"}),
    parser=_DiesOfAnEmptyValue,
    spreads=True,
)
