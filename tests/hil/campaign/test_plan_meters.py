# SPDX-License-Identifier: Apache-2.0
"""The meters of a plan: what moves on for ever."""

from itertools import pairwise

from xky.emulator.legal_time import parse_at
from xky.hil.campaign.plan_meters import PlanMeters
from xky.hil.campaign.stimulus import household
from xky.protocol import Mode

from ..stories.played import story


def test_a_small_house_of_three_phases_never_runs_out_of_powers() -> None:
    """Of 400 W in which it moves, each phase says one that no phase said before: for some 118 moves."""
    small = story({}, mode="standard", phases=3, pref_kva=1, at="2027-06-10T12:00").meter
    meters = PlanMeters(Mode.STANDARD, parse_at(small.at), small, 0)
    meter = meters.of(household)
    said = []
    for _ in range(300):
        meters.vary(meter)
        said.append({group.label: group.value for group in meter.groups()}["SINSTS"])
    assert all(one != other for one, other in pairwise(said))
