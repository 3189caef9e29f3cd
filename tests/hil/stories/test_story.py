# SPDX-License-Identifier: Apache-2.0
"""Stories on a line: what each fault does is its own, and what befalls the device is given back."""

from typing import Any

import pytest
from pydantic import ValidationError

from xky.hil.stories.story import Step
from xky.protocol import encode_group

from .played import played, story

DIGIT = {"name": "altered_digit", "label": "EAST"}
CHECKSUM = {"name": "wrong_checksum", "label": "SINSTS"}
FLIPS = {"name": "bit_flips", "rate": 0.01}


def data_of(*faults: dict[str, Any]) -> list[bytes]:
    frames = played(story({"turns": [list(faults)]}, seed=5)).record.truth
    return [frame.data for frame in frames if frame.step == "step 1"]


def lines(data: bytes, label: bytes) -> bytes:
    return next(line for line in data.split(b"\n") if line.startswith(label))


def test_a_fault_that_is_left_out_leaves_the_bytes_of_the_others_as_they_are() -> None:
    (both,), (alone,) = data_of(DIGIT, CHECKSUM), data_of(CHECKSUM)
    assert lines(both, b"SINSTS\t") == lines(alone, b"SINSTS\t")
    assert lines(both, b"EAST\t") != lines(alone, b"EAST\t")


def test_a_frame_that_is_left_out_leaves_the_faults_of_the_steps_behind_as_they_are() -> None:
    flips = []
    for before in ([[FLIPS], [FLIPS]], [[FLIPS]]):
        record = played(story({"turns": before}, {"turns": [[FLIPS]]}, mode="historic")).record
        (frame,) = record.frames("step 2")
        flips.append(
            [
                (group.group.label, place)
                for group in frame.groups
                for place, (sent, right) in enumerate(
                    zip(group.data, encode_group(group.group, frame.mode), strict=True)
                )
                if sent != right
            ]
        )
    assert flips[0] == flips[1] != []


@pytest.mark.by_day(1)
@pytest.mark.parametrize(("device", "broken"), [
    ("sim:winky-c6", []), ("sim:generic", []), ("sim:winky-v1", ["XKY-PWR-2", "TIC-CMP-1"]),
])  # fmt: skip
def test_a_board_is_asked_to_start_again_when_its_power_was_cut(device: str, broken: list[str]) -> None:
    told = story({"terminal_a": {"share": 0.0, "for_s": 300.0}}, {"load_va": 1000.0})
    assert [one.requirement for one in played(told, device).broken] == broken


def test_power_that_never_comes_back_is_refused() -> None:
    with pytest.raises(ValidationError, match="in a story the power comes back; write for_s, in seconds"):
        Step.model_validate({"terminal_a": {"share": 0.0}})


def test_what_cannot_be_done_to_a_device_leaves_the_steps_behind_it_to_be_judged() -> None:
    told = story({"server": "broker away"}, {"turns": [[CHECKSUM]]})
    assert [one.requirement for one in played(told, defect="drops-damaged-frame").broken] == ["TIC-CHK-2"]
