# SPDX-License-Identifier: Apache-2.0
"""Stimulus files, ``….stim.toml``: one story, what was expected of a device that heard it, and what was seen."""

from pathlib import Path
from typing import Annotated, Any, Final, Literal

import tomli_w
from pydantic import Field, PrivateAttr, model_validator

from xky.emulator.meter_file.meter_file import MeterFile
from xky.protocol import Mode
from xky.protocol.tomlfile import Section, Written, parse_toml, read_text
from xky.protocol.whole_file import whole_file

from ..bench.command_secrets import shown_device
from ..owned_folder import folder_complaint
from .judging import Broken
from .story import Step, Story

__all__ = ["SUFFIX", "StimulusFile", "read_stimulus", "write_stimulus"]

SUFFIX: Final = ".stim.toml"
_SCHEMA: Final = "xky-stimulus/1"
_HEAD = "# A stimulus: play it again with `xky certify DEVICE --replay FILE`.\n"


class StimulusFile(Section):
    """One story with what it showed.

    Attributes:
        schema: of this file.
        device: on which it was found.
        defect: that was built into it.
        board: that the device was, or claimed to be, likewise.
        requirement: id of what was broken.
        reason: how, one line.
        mode: of the TIC.
        meter: on the line; its mode is that of the file.
        seed: of gaps, faults and of the values that a plan moves on.
        sent, expected, seen: what the verdict rested on, lines for people.
        step: of the story.
    """

    format: Annotated[Literal["xky-stimulus/1"], Field(alias="schema")]
    device: str = ""
    defect: str | None = None
    board: str = ""
    requirement: str
    reason: str = ""
    mode: Mode
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    sent: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    meter: MeterFile = MeterFile()
    step: Annotated[tuple[Step, ...], Field(min_length=1)]

    _story: Story = PrivateAttr()

    @model_validator(mode="after")
    def _is_of_one_mode(self) -> "StimulusFile":
        if "mode" in self.meter.model_fields_set and self.meter.mode is not self.mode:
            raise ValueError(f"meter: has mode {self.meter.mode}, and the file {self.mode}; leave it out there")
        self._story = Story(meter=self.meter.changed(mode=self.mode), seed=self.seed, step=self.step)
        return self

    @property
    def story(self) -> Story:
        """What is played."""
        return self._story


def read_stimulus(path: Path) -> StimulusFile:
    """The stimulus of a file.

    Raises:
        InputError: it cannot be read, is of another version, or tells what no meter can do; file, line and key are
            named.
    """
    text = read_text(path, "a stimulus")
    stimulus = parse_toml(text, str(path), StimulusFile)
    stimulus.meter.found_at(Written(str(path), text, ("meter",))).build()
    return stimulus


def write_stimulus(
    path: Path, story: Story, broken: Broken, *, device: str, board: str, defect: str | None = None
) -> None:
    """Write what was found, whole or not at all.

    Raises:
        InputError: it cannot be written.
        BenchError: there is no room for it.
    """
    told = story.model_dump(mode="json", exclude_unset=True)
    meter = {key: value for key, value in told.get("meter", {}).items() if key != "mode"}
    found_on = {"device": shown_device(device), **({"defect": defect} if defect else {}), "board": board}
    table: dict[str, Any] = {
        "schema": _SCHEMA, **found_on, "requirement": broken.requirement, "reason": broken.reason,
        "mode": story.mode.value, "seed": story.seed, "sent": broken.trail.sent, "expected": broken.trail.expected,
        "seen": broken.trail.seen, "meter": meter, "step": told.get("step", []),
    }  # fmt: skip
    try:
        with whole_file(path) as fresh:
            fresh.write_text(_HEAD + tomli_w.dumps(table), encoding="utf-8")
    except OSError as error:
        raise folder_complaint(path.parent, error, "finding") from None
