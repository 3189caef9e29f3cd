# SPDX-License-Identifier: Apache-2.0
"""New off-peak hours: the night that brings them, its eve, a day of them; who does not go by the line is caught."""

import pytest

from xky.emulator.legal_time import parse_at
from xky.hil.campaign.certify_device import certify
from xky.hil.campaign.stimulus import Stimulus
from xky.hil.conformance import stimuli
from xky.protocol import Mode

OFF_PEAK, PEAK = ("01", "001", "HC.."), ("02", "000", "HP..")  # NTARF, RELAIS, PTEC
A_DAY = (stimuli.SUMMER_NIGHT, stimuli.SUMMER_MORNING, stimuli.SUMMER_AFTERNOON, stimuli.SUMMER_EVENING)


def said_at(step: Stimulus, at: str | None = None) -> dict[str, str]:
    """What the meter of a step says, in both modes, at the instant at which the step begins, or another."""
    values: dict[str, str] = {}
    for mode in Mode:
        meter = step.meter(mode, 0, parse_at(at or step.at or ""))
        values |= {group.label: group.value for group in meter.groups()}
    return values


def periods(*steps: Stimulus) -> list[tuple[str, str, str]]:
    said = [said_at(step) for step in steps]
    return [(one["NTARF"], one["RELAIS"], one["PTEC"]) for one in said]


def test_the_hours_of_summer_come_in_the_place_of_those_of_winter_and_run_through_a_day() -> None:
    steps = stimuli.BEFORE_SUMMER_HOURS, stimuli.SUMMER_HOURS, *A_DAY
    assert periods(*steps) == [OFF_PEAK, PEAK, OFF_PEAK, PEAK, OFF_PEAK, PEAK]
    assert len({step.meter for step in steps}) == 1
    assert periods(stimuli.BEFORE_WINTER_HOURS, stimuli.WINTER_HOURS) == [PEAK, OFF_PEAK]


@pytest.mark.parametrize(
    ("before", "step", "eve", "told"),
    [
        (stimuli.BEFORE_SUMMER_HOURS, stimuli.SUMMER_HOURS, "2027-03-31T23:58", True),
        (stimuli.BEFORE_WINTER_HOURS, stimuli.WINTER_HOURS, "2026-10-31T23:58", False),
    ],
)
def test_the_eve_tells_new_hours_or_not_and_what_runs_changes_at_midnight(
    before: Stimulus, step: Stimulus, eve: str, told: bool
) -> None:
    on_the_eve, behind, long_before = said_at(step, eve), said_at(step), said_at(before)
    assert all(on_the_eve[label] != behind[label] for label in ("NTARF", "STGE", "RELAIS", "PTEC", "LTARF", "NJOURF"))
    assert (on_the_eve["NJOURF+1"] == behind["NJOURF"]) is told
    assert (on_the_eve["PJOURF+1"] == behind["PJOURF+1"]) is told
    same = ("NTARF", "STGE", "RELAIS", "PTEC", "NJOURF+1", "PJOURF+1")  # for a device that speaks twice an hour
    assert [long_before[label] for label in same] == [on_the_eve[label] for label in same]


@pytest.mark.by_day(2)
@pytest.mark.parametrize(("defect", "mode", "caught"), [
    (None, None, set()),
    ("has-fixed-hours", Mode.STANDARD, {"told-on-the-eve", "whole-day"}),
    ("trusts-the-eve", Mode.STANDARD, {"untold"}),
    ("tells-the-tariff-once", Mode.HISTORIC, {"told-on-the-eve", "whole-day"}),
])  # fmt: skip
def test_whoever_goes_by_the_line_passes_and_others_are_caught(
    defect: str | None, mode: Mode | None, caught: set[str]
) -> None:
    [asked] = certify("sim:generic", defect=defect, mode=mode, only=["TIC-TAR-4"])["requirements"]
    assert {p["id"].split("/")[1] for p in asked["purposes"] if p["verdict"] == "fail"} == caught
    assert sum(p["verdict"] == "pass" for p in asked["purposes"]) == len(asked["purposes"]) - len(caught)
    assert len(asked["purposes"]) == {None: 5, Mode.HISTORIC: 2, Mode.STANDARD: 3}[mode]
