# SPDX-License-Identifier: Apache-2.0
"""Devices that report at their own pace, described by a board file: heard out, never accused."""

from pathlib import Path
from typing import Any

import pytest
import simpy

from xky.boards import board_named
from xky.boards.description.board import load_board
from xky.boards.firmware.receiver import LineReceiver
from xky.hil.bench.devices import Device, DeviceContext
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.oracle import Oracle
from xky.hil.campaign.performance import play
from xky.hil.campaign.plan import Plan
from xky.hil.conformance import stimuli
from xky.protocol import Decoder, Frame, Group, Mode
from xky.protocol.uart import Uart

SLEEPER = """\
id = "sleeper"
title = "A board that sleeps"
firmware = "winky"
[listen]
frames = {frames}
timeout_s = {timeout_s}
[wake]
boot_s = 0.5
associate_s = 0.8
address_s = 0.9
connect_s = 0.15
publish_s = {publish_s}
sleep_s = {sleep_s}
"""

# These boards do not claim to find the mode, say nothing of their power, have no uplink, and no terminals
NOT_THEIRS = ("TIC-MOD-2/", "XKY-PWR-", "XKY-UPL-", "XKY-LRW-", "TIC-INP-", "TIC-LED-", "TIC-SUP-")


def wrong(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Every purpose that is no pass, with its reason."""
    return [
        (purpose["id"], purpose["mode"], purpose["reason"])
        for requirement in report["requirements"]
        for purpose in requirement["purposes"]
        if purpose["verdict"] != "pass" and not purpose["id"].startswith(NOT_THEIRS)
    ]


@pytest.mark.parametrize(
    ("sleep_s", "frames", "timeout_s", "publish_s"),
    [
        pytest.param(0, 2, 12, 0.2, marks=pytest.mark.nightly),
        pytest.param(5, 2, 12, 0.2, marks=pytest.mark.nightly),
        pytest.param(30, 3, 16, 0.2, marks=pytest.mark.nightly),
        pytest.param(30, 1, 12, 0.2, marks=pytest.mark.nightly),
        pytest.param(30, 2, 12, 1.5, marks=pytest.mark.nightly),
        pytest.param(120, 2, 12, 0.2, marks=pytest.mark.nightly),
        pytest.param(600, 2, 12, 0.2, marks=pytest.mark.nightly),
    ],
)
def test_a_sound_sleeper_passes_everything_at_its_own_pace(
    sleep_s: float, frames: int, timeout_s: float, publish_s: float, tmp_path: Path
) -> None:
    board = tmp_path / "sleeper.toml"
    text = SLEEPER.format(sleep_s=sleep_s, frames=frames, timeout_s=timeout_s, publish_s=publish_s)
    board.write_text(text, encoding="utf-8")
    assert wrong(certify(Campaign(Options(f"sim:{board}")), tmp_path / "report")) == []


@pytest.mark.nightly  # half a minute of the processor
def test_the_steps_of_a_slow_sleeper_stay_in_the_day(tmp_path: Path) -> None:
    """Else the evening brings, before its step, what that step is to show: off-peak hours, a colour."""
    board = tmp_path / "sleeper.toml"
    board.write_text(SLEEPER.format(sleep_s=300, frames=2, timeout_s=12, publish_s=0.2), encoding="utf-8")
    options = Options(f"sim:{board}", mode=Mode.HISTORIC)
    assert wrong(certify(Campaign(options), tmp_path / "report")) == []


@pytest.mark.parametrize(("defect", "mode"), [
    ("takes-letters-for-numbers", Mode.HISTORIC),
    pytest.param("takes-letters-for-numbers", Mode.STANDARD, marks=pytest.mark.nightly),
    pytest.param("takes-control-characters", Mode.HISTORIC, marks=pytest.mark.nightly),
    ("takes-control-characters", Mode.STANDARD),
])  # fmt: skip
def test_a_sleeper_meets_each_turn_of_the_odd_groups(defect: str, mode: Mode, tmp_path: Path) -> None:
    """It publishes one frame in twenty: whichever they are, one of each turn is among them."""
    report = certify(Campaign(Options("sim:winky-c6", mode=mode, defect=defect, only=("TIC-SIZ-3",))), tmp_path)
    assert [one["verdict"] for one in report["requirements"]] == ["fail"]


SAMPLER = """\
id = "sampler"
title = "Always on, says what it heard last each minute"
[limits]
freshness_s = 65
completeness_s = 125
recovery_s = 125
"""


class Sampler(Device):
    """A device that is always on and says its last whole frame each minute, if that is a new one."""

    virtual = True
    board = board_named("generic")

    def start(self, context: DeviceContext, clock_starts: Any) -> None:
        env: simpy.Environment = context.env
        heard: list[list[Group]] = []

        def take(frame: Frame) -> None:
            if frame.complete:
                heard[:] = [list(frame.good)]

        def speak() -> Any:
            while True:
                yield env.timeout(60.0)
                if heard:
                    context.probe.publish(heard.pop())

        self._receiver = LineReceiver(env, context.line, Uart(context.mode.baud), lambda: Decoder(context.mode), take)
        self._receiver.wake()
        env.process(speak())
        clock_starts()

    def stop(self) -> None:
        """Nothing outlives the clock."""


@pytest.mark.parametrize("mode", list(Mode), ids=str)
def test_a_sampler_is_not_accused(mode: Mode, tmp_path: Path) -> None:
    (tmp_path / "sampler.toml").write_text(SAMPLER, encoding="utf-8")
    board = load_board(tmp_path / "sampler.toml")
    steps = [stimuli.CHANGE, stimuli.WRONG_CHECKSUM, stimuli.CUT_IN_GROUP, stimuli.NOISE, stimuli.LONGEST_FRAME]
    record = play(Plan(steps, mode), Sampler(), board)
    assert len(record.readings) > len(steps)
    assert Oracle(record).accusations == ()


def test_who_sleeps_is_given_clean_frames_of_its_own_behind_a_disturbance(tmp_path: Path) -> None:
    """In those of the next clean step, few numbers of an uplink may be new."""
    options = Options("sim:loky", mode="historic", only=("TIC-CHK-2", "TIC-CHK-3", "TIC-LBL-2"))
    report = certify(Campaign(options), tmp_path)
    told = {one["id"]: one["verdict"] for of in report["requirements"] for one in of["purposes"]}
    assert told["TIC-CHK-2/recovers"] == "pass"
    assert set(told.values()) == {"pass", "not applicable"}
