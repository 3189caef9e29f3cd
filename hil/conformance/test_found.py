# SPDX-License-Identifier: Apache-2.0
"""What hunts found: each stimulus file of the folder ``found``, or the one that a run brings."""

from importlib import resources
from typing import TYPE_CHECKING

from xky.hil.campaign.judgement import Asked
from xky.hil.campaign.oracle import Case
from xky.hil.stories.found import purposes_in

if TYPE_CHECKING:
    from xky.hil.stories.stimulus_file import StimulusFile

FOUND = purposes_in(resources.files("xky.hil") / "conformance" / "found")


def test_the_device_stands_the_stimulus(case: Case, asked: Asked, stimulus: "StimulusFile") -> None:
    from xky.hil.stories.replay import stands

    stands(case, asked.purpose, stimulus)
