# SPDX-License-Identifier: Apache-2.0
"""A supplier calendar of the new kind: off-peak hours at night, and the weekend an index of its own."""

from xky.protocol.calendar import Contact

from .contract import Contract, unchanging
from .hc import OFF_PEAK, Spans, hours
from .season import Distributor, summer_and_winter

__all__ = ["contract"]


def contract(off_peak: Spans = OFF_PEAK, summer: Spans | None = None, *, tells_season: bool = True) -> Contract:
    """``HC et Week-End``, a name that exists; its three indexes and two day profiles are an assumption.

    The hours are those of ``hc``, by season if ``summer`` tells others.
    """
    of_summer = () if summer is None else (hours(summer, 1, 2),)
    return Contract(
        ngtf=" HC et Week-End ",
        ltarf={1: " HEURE  CREUSE  ", 2: " HEURE  PLEINE  ", 3: " HEURE WEEK-END "},
        days=(hours(off_peak, 1, 2), unchanging(3, Contact.CLOSE), *of_summer),
        week=(0, 0, 0, 0, 0, 1, 1),
        seasons=() if summer is None else summer_and_winter((2, 2, 2, 2, 2, 1, 1), (0, 0, 0, 0, 0, 1, 1)),
        tells_season=tells_season,
        distributor=Distributor(off_peak=off_peak, low_off_peak=summer),
    )
