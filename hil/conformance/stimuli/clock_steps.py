# SPDX-License-Identifier: Apache-2.0
"""What the clock brings, in its order, and far enough apart for a device that speaks twice an hour.

Horodates with a blank season are in each frame of a mobile peak: in standard mode its frames prove no recovery.
"""

from ...campaign.stimulus import BOTH_MODES, Stimulus
from .meters import (
    HISTORIC,
    STANDARD,
    ejp,
    flat,
    household_of_2038,
    household_of_leap_year,
    household_of_spring,
    tempo,
)

__all__ = [
    "AUTUMN",
    "BEFORE_AUTUMN",
    "BEFORE_COLOUR",
    "BEFORE_NOTICE",
    "BEFORE_TARIFF",
    "COLOUR",
    "LAST_OF_DECEMBER",
    "LEAP_DAY",
    "PEAK",
    "PEAK_NOTICE",
    "SPRING",
    "TARIFF",
    "YEAR_2038",
]

BEFORE_COLOUR = Stimulus("before the colour is told", tempo, at="2026-10-24T12:00", brief=True)
COLOUR = Stimulus(
    "colour of tomorrow", tempo, at="2026-10-24T20:00", follows=BOTH_MODES, shows=frozenset({"DEMAIN", "STGE"})
)
BEFORE_TARIFF = Stimulus("before the tariff changes", flat, modes=HISTORIC, at="2026-10-24T21:00", brief=True)
TARIFF = Stimulus(
    "tariff change", flat, modes=HISTORIC, at="2026-10-24T22:30", follows=BOTH_MODES, shows=frozenset({"PTEC"})
)
BEFORE_AUTUMN = Stimulus(
    "before the clock goes back", flat, modes=STANDARD, at="2026-10-25T02:50+02:00", follows=STANDARD, brief=True
)
AUTUMN = Stimulus("clock goes back", flat, modes=STANDARD, at="2026-10-25T02:00+01:00")
BEFORE_NOTICE = Stimulus("before the notice of a peak", ejp, at="2026-10-26T04:00", brief=True)
PEAK_NOTICE = Stimulus(
    "notice of a mobile peak", ejp, at="2026-10-26T06:30", follows=HISTORIC, shows=frozenset({"PEJP", "STGE"})
)
PEAK = Stimulus("mobile peak", ejp, at="2026-10-26T07:00", follows=HISTORIC, leaves=STANDARD)
SPRING = Stimulus("clock goes forward", household_of_spring, modes=STANDARD, at="2027-03-28T03:00")
LAST_OF_DECEMBER = Stimulus(
    "last of December", household_of_leap_year, modes=STANDARD, at="2027-12-31T23:10"
)  # in the last hour of the day, which no other step is in
LEAP_DAY = Stimulus("29 February", household_of_leap_year, modes=STANDARD, at="2028-02-29T12:00")
YEAR_2038 = Stimulus("year 2038", household_of_2038, modes=STANDARD, at="2038-01-19T12:00")
