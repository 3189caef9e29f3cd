# SPDX-License-Identifier: Apache-2.0
"""New off-peak hours by season: the midnight that brings them, told on its eve or not, and a day of those of summer.

uncertain: what a meter tells on the eve (NJOURF+1, PJOURF+1) is not documented, so here are both. No purpose asks for
the one or the other: due is what each frame says.
"""

from collections.abc import Callable
from dataclasses import replace

from xky.emulator import Linky
from xky.emulator.faults import Fault

from ...campaign.stimulus import BOTH_MODES, Stimulus
from .damaged_groups import checksum_high_bit, control_characters, other_rule, wrong_separator
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


def _at_last(damage: Callable[[Linky], tuple[Fault, ...]]) -> Callable[[Linky], tuple[tuple[Fault, ...], ...]]:
    """Two clean frames, and one with damage to labels that tell no period: who drops a frame for it has had two."""
    return lambda meter: ((), (), damage(meter))


_OF_A_DAY = Stimulus("", told_of_summer, follows=BOTH_MODES, turns_heard=3)

# An hour and a half before midnight, for a device that speaks twice an hour; the periods are those of 23:58.
BEFORE_WINTER_HOURS = Stimulus(
    "before untold hours of winter", untold_of_winter, modes=STANDARD, at="2026-10-31T22:31", brief=True
)
WINTER_HOURS = Stimulus(
    "untold hours of winter",
    untold_of_winter,
    modes=STANDARD,
    at="2026-11-01T00:00",
    follows=BOTH_MODES,
    shows=frozenset({"LTARF", "STGE", "RELAIS", "NTARF", "NJOURF", "NJOURF+1", "PJOURF+1", "SMAXSN-1"}),
)  # off-peak in the place of peak hours
BEFORE_SUMMER_HOURS = Stimulus(
    "before hours of summer", told_of_summer, at="2027-03-31T22:31", follows=STANDARD, brief=True
)
SUMMER_HOURS = Stimulus(
    "hours of summer", told_of_summer, at="2027-04-01T00:00", follows=BOTH_MODES
)  # peak in the place of off-peak hours
SUMMER_NIGHT = replace(
    _OF_A_DAY, name="off-peak hours of a summer night", at="2027-04-01T02:00", turns=_at_last(other_rule)
)
SUMMER_MORNING = replace(
    _OF_A_DAY, name="peak hours of a summer morning", at="2027-04-01T07:00", turns=_at_last(wrong_separator)
)
SUMMER_AFTERNOON = replace(
    _OF_A_DAY, name="off-peak hours of a summer afternoon", at="2027-04-01T13:00", turns=_at_last(checksum_high_bit)
)
SUMMER_EVENING = replace(
    _OF_A_DAY, name="peak hours of a summer evening", at="2027-04-01T16:00", turns=_at_last(control_characters)
)
