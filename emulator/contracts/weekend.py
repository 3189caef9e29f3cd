# SPDX-License-Identifier: Apache-2.0
"""A supplier calendar of the new kind: off-peak hours at night, and the weekend an index of its own."""

from xky.protocol.calendar import Contact

from .contract import Contract, Distributor, unchanging
from .hc import OFF_PEAK, Spans, hours

__all__ = ["contract"]


def contract(off_peak: Spans = OFF_PEAK) -> Contract:
    """``HC et Week-End``, a name that exists; its three indexes and two day profiles are an assumption."""
    return Contract(
        ngtf=" HC et Week-End ",
        ltarf={1: " HEURE  CREUSE  ", 2: " HEURE  PLEINE  ", 3: " HEURE WEEK-END "},
        days=(hours(off_peak, 1, 2), unchanging(3, Contact.CLOSE)),
        week=(0, 0, 0, 0, 0, 1, 1),
        distributor=Distributor(off_peak=off_peak),
    )
