# SPDX-License-Identifier: Apache-2.0
"""The frame period by which limits are made: of the frames that a limit reaches, and of no others."""

import pytest

from xky.emulator import Expect, Piece, SentFrame, Truth
from xky.hil import certify
from xky.hil.campaign.record import longest_period_s
from xky.protocol import Mode

CHARACTER_S = Mode.STANDARD.character_s
GAP_S = 0.0334  # between two frames, at the most


def line(*lengths_s: float) -> Truth:
    """Frames of such lengths in seconds, one behind another."""
    truth, start_s = Truth(), 0.0
    for number, length_s in enumerate(lengths_s):
        data = bytes(round(length_s / CHARACTER_S))
        piece = Piece(data, None, Expect.MUST_NOT, None)
        truth.append(SentFrame(number, Mode.STANDARD, start_s, CHARACTER_S, (piece,), True, "step"))
        start_s += length_s
    return truth


def test_a_frame_longer_than_any_counts_for_those_beside_it_alone() -> None:
    truth = line(*[1.0] * 20, 10.0, *[1.0] * 20)
    for at_s, period_s in ((2.5, 1.0), (12.5, 1.0), (18.5, 10.0), (25.0, 10.0), (31.0, 10.0), (38.5, 1.0)):
        assert longest_period_s(truth, at_s) == pytest.approx(period_s + GAP_S, abs=0.01), at_s


def test_longer_frames_reach_further() -> None:
    truth = line(1.0, 1.0, 2.0, 2.0, 2.3)
    assert longest_period_s(truth, 0.5) == pytest.approx(2.3 + GAP_S, abs=0.01)


def test_where_the_line_has_fallen_silent_the_last_frame_on_it_counts_however_long_ago() -> None:
    truth = line(1.0, 1.0, 2.3)
    assert longest_period_s(truth, 60.0) == pytest.approx(2.3 + GAP_S, abs=0.01)


def test_where_nothing_is_on_the_line_there_is_a_second() -> None:
    assert longest_period_s(Truth(), 5.0) == pytest.approx(1.0 + GAP_S)


@pytest.mark.nightly
@pytest.mark.parametrize("mode", list(Mode))
def test_a_step_is_judged_alike_whatever_is_played_besides(mode: Mode) -> None:
    """What a device may take to tell a group beside a damaged end does not hang on an endless frame in the plan."""

    def limit(*only: str) -> str:
        report = certify("sim:generic", mode=mode, only=only)
        expected = {one["id"]: one["expected"] for of in report["requirements"] for one in of["purposes"]}
        return expected["TIC-LNK-7/neighbours"][0].partition(" within ")[2].partition(" s")[0]

    assert limit("TIC-LNK-7") == limit("TIC-LNK-7", "TIC-LNK-9")
