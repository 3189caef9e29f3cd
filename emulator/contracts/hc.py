# SPDX-License-Identifier: Apache-2.0
"""HC/HP: off-peak hours, once a day or in several spans."""

from datetime import time

from xky.protocol import InputError
from xky.protocol.calendar import Contact, DayProfile

from .contract import Contract, Historic, profile
from .season import Distributor, summer_and_winter

__all__ = ["Spans", "contract", "hours"]

Spans = tuple[tuple[time, time], ...]
OFF_PEAK: Spans = ((time(22, 30), time(6, 30)),)


def hours(
    off_peak: Spans, off: int, peak: int, contacts: tuple[Contact, Contact] = (Contact.CLOSE, Contact.OPEN)
) -> DayProfile:
    """The day of two indexes: the contact is closed and ``off`` runs in the off-peak spans.

    ``contacts`` are what the blocks say of the dry contact, off-peak and peak.

    Raises:
        InputError: a span that is empty, or two that touch.
    """
    edges = sorted((edge, starts) for start, end in off_peak for edge, starts in ((start, True), (end, False)))
    if not edges:
        raise InputError("off-peak hours: none given; write 22:30-06:30")
    alternating = all(this[1] != following[1] for this, following in zip(edges, edges[1:] + edges[:1], strict=True))
    if len({edge for edge, _ in edges}) != len(edges) or not alternating:
        raise InputError("off-peak hours: spans must not be empty nor overlap nor touch; write 22:30-06:30")
    if edges[0][0] != time():
        edges.insert(0, (time(), edges[-1][1]))
    return profile(*(
        (start, contacts[0] if off_peak_now else contacts[1], off if off_peak_now else peak)
        for start, off_peak_now in edges
    ))  # fmt: skip


def contract(off_peak: Spans = OFF_PEAK, summer: Spans | None = None, *, tells_season: bool = True) -> Contract:
    """Option Heures Creuses; the hours are the distributor's, 22:30 to 06:30 unless told.

    Args:
        off_peak: hours of the year, or of winter.
        summer: hours from April to October, where they are others.
        tells_season: whether the new season is told on its eve; see ``Contract``.
    """
    return Contract(
        ngtf="H PLEINE/CREUSE ",
        ltarf={1: " HEURE  CREUSE  ", 2: " HEURE  PLEINE  "},
        days=tuple(hours(spans, 1, 2) for spans in (off_peak, summer) if spans is not None),
        seasons=() if summer is None else summer_and_winter((1,) * 7, (0,) * 7),
        tells_season=tells_season,
        historic=Historic("HC..", {"HCHC": 1, "HCHP": 2}, {1: "HC..", 2: "HP.."}),
        distributor=Distributor(off_peak=off_peak, low_off_peak=summer),
    )
