# SPDX-License-Identifier: Apache-2.0
"""The meters of a plan: what moves on for ever."""

from itertools import pairwise

from xky.emulator.legal_time import parse_at
from xky.hil.campaign.plan_meters import PlanMeters
from xky.hil.campaign.stimulus import household
from xky.protocol import Mode, encode_group

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


def test_a_status_word_whose_checksum_is_a_space_stays_so_however_often_the_meter_moves() -> None:
    """It says that the house takes more than it may, which a house of 1 kVA does whatever its power."""
    tempo = {"name": "tempo", "colours": {"2027-01-05": "red"}}
    small = story({}, phases=3, producer=True, pref_kva=1, contract=tempo, at="2027-01-05T05:00", load_va=0.0).meter
    meters = PlanMeters(Mode.STANDARD, parse_at(small.at), small, 1)
    meter = meters.of(household)
    before = {group.label: group.value for group in meter.groups()}
    meters.vary(meter)
    (stge,) = [group for group in meter.groups() if group.label == "STGE"]
    assert stge.value != before["STGE"]
    assert encode_group(stge, Mode.STANDARD)[-2:-1] == b" "
    spaces = [group.label for group in meter.groups() if encode_group(group, Mode.STANDARD)[-2:-1] == b" "]
    assert {"EAST", "SINSTS", "EASF01"}.isdisjoint(spaces)
