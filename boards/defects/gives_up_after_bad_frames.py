# SPDX-License-Identifier: Apache-2.0
"""Gives up after some whole frames in a row without a good group."""

from xky.protocol import Frame

from .defect import Defect, DropsFrames

__all__ = ["DEFECT"]

_PATIENCE = 10  # frames


class _GivesUpAfterBadFrames(DropsFrames):
    _bad = 0

    def drops(self, frame: Frame) -> bool:
        if self._bad < _PATIENCE:
            self._bad = 0 if frame.good else self._bad + 1
        return self._bad >= _PATIENCE


DEFECT = Defect(
    title="gives up for ever after ten whole frames in a row without a good group",
    source="assumption: readers that count errors and end, to be started anew by somebody",
    must_fail=frozenset({"TIC-LNK-12"}),
    parser=_GivesUpAfterBadFrames,
    spreads=True,
    board="generic",  # one that sleeps does not hear so many in a row
)
