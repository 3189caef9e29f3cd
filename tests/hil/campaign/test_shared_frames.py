# SPDX-License-Identifier: Apache-2.0
"""Steps of a plan share frames where each is judged by what is its own: the plan is short, nobody is accused for it."""

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from xky.boards import board_named
from xky.hil.bench.devices import open_device
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify_device import certify
from xky.hil.campaign.judgement import Asked
from xky.hil.campaign.performance import play
from xky.hil.campaign.plan import Plan
from xky.hil.campaign.stimulus import Stimulus, household
from xky.hil.campaign.suite import declared_purposes
from xky.hil.conformance import stimuli
from xky.protocol import Mode

# At the most two thirds of what frames of their own took, 333 s and 238 s; the second without the 8.6 s of TIC-CLK-3
MOST_S = {Mode.HISTORIC: 216.0, Mode.STANDARD: 154.3 + 8.6}
RUNS = Path(__file__).parents[3] / "docs/runs.md"
MODES = pytest.mark.parametrize("mode", list(Mode), ids=str)


def plan_of(*only: str, mode: Mode = Mode.STANDARD, meter: str | None = None) -> Plan:
    """The plan of a program that prints each frame, of what is asked for alone."""
    campaign = Campaign(Options("exec:true {port}", board="generic", only=only, meter=meter))
    asked = [one for one in declared_purposes() if mode in one.modes and campaign.asks_for(one)]
    campaign.select([Asked(one, mode, "lines") for one in asked])
    return campaign.plan(mode)


def names(plan: Plan) -> list[str]:
    return [step.name for step in plan.steps]


def test_the_plan_takes_less_than_two_thirds_of_its_time_without_sharing() -> None:
    campaign = Campaign(Options("exec:true {port}", board="generic"))
    campaign.select([Asked(one, mode, "lines") for one in declared_purposes() for mode in one.modes])
    lengths_s = {mode: campaign.lengths_s[mode] for mode in Mode}
    assert all(lengths_s[mode] <= most_s for mode, most_s in MOST_S.items()), lengths_s
    documented = re.findall(r"^# (\w+): (\d+) steps, (\d+) s on the line$", RUNS.read_text(encoding="utf-8"), re.M)
    told = [(mode.value, str(len(campaign.plan(mode))), f"{lengths_s[mode]:.0f}") for mode in Mode]
    assert documented == told  # as the command that stands there prints it


@MODES
def test_a_disturbance_keeps_meter_and_time_of_the_step_before_it(mode: Mode) -> None:
    plan = plan_of(mode=mode)
    threes = list(zip(plan.steps, plan.steps[1:], plan.steps[2:], strict=False))
    assert sum(one.rides for _, one, _ in threes) >= 8
    for before, one, behind in threes:
        if not one.rides:
            continue
        assert one.meter is before.meter is not household
        assert (before.at is None) == (behind.at is None) and mode in behind.follows and one in plan.shared


@MODES
def test_a_disturbance_is_followed_by_frames_that_are_clean_for_every_reader(mode: Mode) -> None:
    """Those of a mobile peak have a blank season, those of the hour that comes twice go back in time, and so on."""
    plan = plan_of(mode=mode)
    behind = {two.name for one, two in pairwise(plan.steps) if one in plan.shared}
    assert behind.isdisjoint({"unknown label", "space checksum", "slowest line", "fastest line", "longest frame",
                              "clock goes back", "older meter", "newer meter", "three phases"})  # fmt: skip
    assert mode is Mode.HISTORIC or behind.isdisjoint({"notice of a mobile peak", "mobile peak"})


def test_a_disturbance_whose_clean_step_is_not_asked_for_has_frames_of_its_own_at_home() -> None:
    plan = plan_of("TIC-LNK-8", "TIC-TAR-2")
    assert [(one.name, one in plan.shared) for one in plan.steps] == [
        ("frame without ETX", False), ("before the colour is told", False), ("frame without STX", True),
        ("colour of tomorrow", False),
    ]  # fmt: skip
    alone = plan_of("TIC-LNK-8")
    assert not alone.shared
    assert all(step.meter is household and not step.rides for step in alone.steps)
    record = play(alone, open_device("sim:generic"), board_named("generic"), probes=("lines",))
    assert all(len(record.frames(step.tail)) == 2 for step in alone.steps)


def test_part_of_a_plan_is_that_of_its_steps_alone() -> None:
    plan = plan_of()
    part = plan.part([stimuli.MISSING_START, stimuli.CHANGE])
    assert sorted(names(part)) == ["change", "frame without STX"]
    assert all(step.meter is household for step in part.steps)


def test_whoever_brings_a_meter_has_each_disturbance_on_it() -> None:
    plan = plan_of(meter="tempo-1p")
    assert not any(step.rides for step in plan.steps)


def test_who_sleeps_has_each_disturbance_at_home() -> None:
    campaign = Campaign(Options("sim:winky-c6", mode=Mode.STANDARD))
    campaign.select([Asked(one, Mode.STANDARD, campaign.probes[0]) for one in declared_purposes()])
    plan = campaign.plan(Mode.STANDARD)
    assert not any(step.rides for step in plan.steps)


@pytest.mark.parametrize(("behind", "is_said_again"), [
    (None, False), (stimuli.BEFORE_COLOUR, False), (stimuli.EXCHANGE, True), (stimuli.CHANGE, True),
])  # fmt: skip
def test_news_that_another_meter_says_again_is_held_until_it_was_reported_or_is_late(
    behind: Stimulus | None, is_said_again: bool
) -> None:
    steps = [stimuli.CONTRACT] if behind is None else [stimuli.CONTRACT, behind]
    plan = Plan(steps, Mode.HISTORIC, in_order=True)
    assert (stimuli.CONTRACT not in plan.unrepeated) is is_said_again
    record = play(plan, open_device("sim:generic"), board_named("generic"), probes=("lines",))
    assert len(record.frames("another contract")) == (4 if is_said_again else 3)


def test_a_brief_step_behind_a_disturbance_lasts_until_the_device_has_had_its_chance() -> None:
    steps = [stimuli.SPRING, replace(stimuli.MISSING_START, meter=stimuli.SPRING.meter, rides=True),
             stimuli.BEFORE_SUMMER_HOURS]  # fmt: skip
    for plan, frames in ((steps, 2), ([stimuli.BEFORE_SUMMER_HOURS], 1)):
        played = Plan(plan, Mode.STANDARD, in_order=True, rides=True)
        record = play(played, open_device("sim:generic"), board_named("generic"), probes=("lines",))
        assert len(record.frames("before hours of summer")) == frames


@MODES
def test_labels_of_a_mobile_peak_have_left_in_frames_of_their_own(mode: Mode) -> None:
    record = play(Plan([stimuli.PEAK, stimuli.BEFORE_SUMMER_HOURS], mode, in_order=True), open_device("sim:generic"),
                  board_named("generic"), probes=("lines",))  # fmt: skip
    behind = record.frames(stimuli.PEAK.tail)
    assert len(behind) == (1 if mode is Mode.STANDARD else 0)
    assert not any(group.group.label in ("DPM1", "FPM1") for frame in behind for group in frame.groups)


@MODES
def test_a_group_is_missing_until_a_value_kept_of_it_is_too_old(mode: Mode) -> None:
    plan = plan_of("TIC-FRS-1", mode=mode)
    assert names(plan) == ["damaged groups", "wrong checksum"]
    record = play(plan, open_device("sim:generic"), board_named("generic"), probes=("lines",))
    lacking = [one for name in names(plan) for one in record.frames(name)]
    label = "IINST" if mode is Mode.HISTORIC else "IRMS1"
    assert not any(piece.group is not None and piece.group.label == label for one in lacking for piece in one.pieces)
    assert lacking[-1].end_s - lacking[0].start_s > record.limits_at(lacking[0].start_s).freshness_s


@pytest.mark.parametrize(("defect", "only", "fails"), [
    ("unknown-label-kills-the-frame", ("TIC-CHK-2", "TIC-LBL-2"), {"TIC-LBL-2"}),
    ("drops-damaged-frame", ("TIC-TAR-1", "TIC-LNK-1", "TIC-DAT-1"), set()),
    ("keeps-stale-values", ("TIC-FRS-1",), {"TIC-FRS-1"}),
])  # fmt: skip
def test_who_shares_frames_is_not_accused_for_the_other(defect: str, only: tuple[str, ...], fails: set[str]) -> None:
    report = certify("sim:generic", defect=defect, only=list(only))
    assert {one["id"] for one in report["requirements"] if one["verdict"] == "fail"} == fails
