# SPDX-License-Identifier: Apache-2.0
"""Drops frames whose calendar has a name that it does not know."""

from xky.protocol import Frame, Mode

from .defect import Defect, DropsFrames

__all__ = ["DEFECT"]


_KNOWN = ("BASE", "H PLEINE/CREUSE", "H PLEINE-CREUSE", "TEMPO", "EJP", "PRODUCTEUR")


class _KnowsFewOffers(DropsFrames):
    def drops(self, frame: Frame) -> bool:
        name = frame.values.get("NGTF")
        return name is not None and name.strip() not in _KNOWN


DEFECT = Defect(
    title="drops a frame whose NGTF is none of a closed list",
    source="after names of suppliers that captures have (tic.md 6.5): HC et Week-End, H SUPER CREUSES, ZEN FLEX",
    must_fail=frozenset({"TIC-FLD-2"}),
    parser=_KnowsFewOffers,
    modes=frozenset({Mode.STANDARD}),
    spreads=True,
)
