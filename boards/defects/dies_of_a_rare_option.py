# SPDX-License-Identifier: Apache-2.0
"""Ends at an option or a subscription that its table does not have."""

from xky.protocol import Frame

from .defect import Defect, DropsFrames

__all__ = ["DEFECT"]

_MISSING = {"OPTARIF": "BBR3", "PREF": "17"}


class _DiesOfARareOption(DropsFrames):
    _dead = False

    def drops(self, frame: Frame) -> bool:
        self._dead = self._dead or any(_MISSING.get(group.label) == group.value for group in frame.good)
        return self._dead


DEFECT = Defect(
    title="stops for ever at an option or a subscription that its table does not have",
    source="assumption: a look-up that raises in a loop that does not expect it",
    must_fail=frozenset({"TIC-VAL-3"}),
    parser=_DiesOfARareOption,
    spreads=True,
    board="generic",  # one that sleeps may not hear it
)
