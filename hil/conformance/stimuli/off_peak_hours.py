# SPDX-License-Identifier: Apache-2.0
"""New off-peak hours by season: the midnight that brings them, told on its eve or not, and a day of those of summer.

uncertain: what a meter tells on the eve (NJOURF+1, PJOURF+1) is not documented, so here are both. No purpose asks for
the one or the other: due is what each frame says.
"""

from ...campaign.stimulus import Stimulus
from .meters import STANDARD, told_of_summer, untold_of_winter

__all__ = [
    "BEFORE_SUMMER_HOURS",
    "BEFORE_WINTER_HOURS",
    "SUMMER_AFTERNOON",
    "SUMMER_EVENING",
    "SUMMER_HOURS",
    "SUMMER_MORNING",
    "SUMMER_NIGHT",
    "WINTER_HOURS",
]

# An hour and a half before midnight, for a device that speaks twice an hour; the periods are those of 23:58.
BEFORE_WINTER_HOURS = Stimulus(
    "before untold hours of winter", untold_of_winter, modes=STANDARD, at="2026-10-31T22:31", brief=True
)
WINTER_HOURS = Stimulus(
    "untold hours of winter", untold_of_winter, modes=STANDARD, at="2026-11-01T00:00", outlasts_completeness=True
)  # off-peak in the place of peak hours
BEFORE_SUMMER_HOURS = Stimulus("before hours of summer", told_of_summer, at="2027-03-31T22:31", brief=True)
SUMMER_HOURS = Stimulus("hours of summer", told_of_summer, at="2027-04-01T00:00")  # peak in the place of off-peak hours
SUMMER_NIGHT = Stimulus("off-peak hours of a summer night", told_of_summer, at="2027-04-01T02:00")
SUMMER_MORNING = Stimulus("peak hours of a summer morning", told_of_summer, at="2027-04-01T07:00")
SUMMER_AFTERNOON = Stimulus("off-peak hours of a summer afternoon", told_of_summer, at="2027-04-01T13:00")
SUMMER_EVENING = Stimulus("peak hours of a summer evening", told_of_summer, at="2027-04-01T16:00")
