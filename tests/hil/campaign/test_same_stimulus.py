# SPDX-License-Identifier: Apache-2.0
"""What a run puts on the line is the seed's, however long a device takes to speak and however fast it is played."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import simpy

from xky.boards import board_named
from xky.boards.firmware.receiver import LineReceiver
from xky.emulator import Truth
from xky.emulator.faults.bit_flips import BitFlips
from xky.hil.bench.devices import Device, DeviceContext, open_device
from xky.hil.campaign.performance import play
from xky.hil.campaign.plan import Plan
from xky.hil.campaign.player import START_UP
from xky.hil.conformance import stimuli
from xky.protocol import Decoder, Frame, Mode
from xky.protocol.uart import Uart

READER = Path(__file__).parents[3] / "docs" / "examples" / "reader.py"
STEPS = (
    stimuli.WRONG_CHECKSUM, stimuli.DAMAGED_GROUPS, stimuli.NOISY_LINE, stimuli.SPACE_CHECKSUM, stimuli.CUT_BY_EOT,
    stimuli.LONGEST_FRAME, stimuli.START_IN_DATA, stimuli.COLOUR,
)  # fmt: skip


class SlowToSpeak(Device):
    """Says each whole frame once it has heard a few."""

    virtual = True
    can_restart = True
    board = board_named("generic")

    def __init__(self, silent_frames: int) -> None:
        self._silent = silent_frames

    def start(self, context: DeviceContext, clock_starts: object) -> None:
        env: simpy.Environment = context.env
        mode = context.mode

        def take(frame: Frame) -> None:
            self._silent -= frame.complete
            if self._silent < 0:
                context.probe.publish(frame.good)

        LineReceiver(env, context.line, Uart(mode.baud), lambda: Decoder(mode), take).wake()
        assert callable(clock_starts)
        clock_starts()

    def restart(self) -> None:
        """It hears on as before."""

    def stop(self) -> None:
        """Nothing outlives the clock."""


def sent(truth: Truth) -> list[tuple[str, bytes]]:
    """Step and characters of each frame from the opening on."""
    return [(frame.step, frame.data) for frame in truth if frame.step != START_UP]


@pytest.mark.parametrize("mode", list(Mode), ids=str)
def test_the_same_characters_come_however_long_a_device_was_silent(mode: Mode) -> None:
    runs = [sent(play(Plan(STEPS, mode), SlowToSpeak(n), board_named("generic"), seed=3).truth) for n in (0, 1, 5, 7)]
    assert len(runs[0]) > 30
    assert runs[1:] == runs[:1] * 3


def test_a_step_has_the_same_damage_whatever_is_played_before_it() -> None:
    flips = replace(
        stimuli.NOISY_LINE, faults=lambda meter: (BitFlips(0.003),)
    )  # jitter shows at edges of values alone

    def of(*steps: object) -> list[tuple[str | None, bytes]]:
        record = play(Plan(steps, Mode.STANDARD), SlowToSpeak(0), board_named("generic"))  # type: ignore[arg-type]
        frames = record.frames(stimuli.NOISY_LINE.name)
        return [(piece.fault, bytes(place for place, _ in piece.defects)) for f in frames for piece in f.pieces]

    alone, behind = of(flips), of(stimuli.CHANGE, flips)
    assert any(spoilt for _, spoilt in alone)
    assert [spoilt for _, spoilt in alone] == [spoilt for _, spoilt in behind]


@pytest.mark.realtime
def test_a_program_is_sent_the_same_twice() -> None:
    def once(speed: float) -> list[tuple[str, bytes]]:
        device = open_device(f"exec:{sys.executable} {READER} {{port}} {{mode}}")
        return sent(play(Plan(STEPS[1:3], Mode.STANDARD), device, board_named("generic"), seed=1, speed=speed).truth)

    assert once(20.0) == once(20.0)
