# SPDX-License-Identifier: Apache-2.0
"""Stimulus files, ``….stim.toml``: one story, what was expected of a device that heard it, and what was seen."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import tomli_w
from pydantic import Field, PrivateAttr, field_validator, model_validator

from xky.emulator.meter_file.meter_file import MeterFile
from xky.protocol import LABELS, Mode
from xky.protocol.tomlfile import Section, Written, parse_toml, read_text
from xky.protocol.whole_file import whole_file

from ..bench.command_secrets import shown_device
from ..owned_folder import folder_complaint
from .judging import Broken
from .story import Step, Story

__all__ = ["SUFFIX", "StimulusFile", "read_stimulus", "write_stimulus"]

SUFFIX: Final = ".stim.toml"
_SCHEMA: Final = "xky-stimulus/1"
_WITH_CLAIMS: Final = "xky-stimulus/2"  # what a device claims besides its board; a file without is of the first
_HEAD = "# A stimulus: play it again with `xky certify DEVICE --replay FILE`.\n"


class StimulusFile(Section):
    """One story with what it showed.

    Attributes:
        schema: of this file.
        device: on which it was found.
        defect: that was built into it.
        board: that the device was, or claimed to be, likewise.
        labels: that it was told to claim; None: as its board says.
        statement: file that was laid over its board, as it was named; None: none.
        requirement: id of what was broken.
        reason: how, one line.
        mode: of the TIC.
        meter: on the line; its mode is that of the file.
        seed: of gaps, faults and of the values that a plan moves on.
        sent, expected, seen: what the verdict rested on, lines for people.
        step: of the story.
    """

    format: Annotated[Literal["xky-stimulus/1", "xky-stimulus/2"], Field(alias="schema")]
    device: str = ""
    defect: str | None = None
    board: str = ""
    labels: tuple[str, ...] | None = None
    statement: Path | None = None
    requirement: str
    reason: str = ""
    mode: Mode
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    sent: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    meter: MeterFile = Field(default_factory=MeterFile)
    step: Annotated[tuple[Step, ...], Field(min_length=1)]

    _story: Story = PrivateAttr()

    @model_validator(mode="after")
    def _is_of_one_mode(self) -> "StimulusFile":
        if "mode" in self.meter.model_fields_set and self.meter.mode is not self.mode:
            raise ValueError(f"meter: has mode {self.meter.mode}, and the file {self.mode}; leave it out there")
        self._story = Story(meter=self.meter.changed(mode=self.mode), seed=self.seed, step=self.step)
        return self

    @field_validator("labels")
    @classmethod
    def _are_known(cls, labels: tuple[str, ...] | None) -> tuple[str, ...] | None:
        known = {name for table in LABELS.values() for name in table}
        for label in labels or ():
            if label not in known:
                raise ValueError(f"labels {label!r}: no such label; write names as Enedis does, such as EAST")
        return labels

    @model_validator(mode="after")
    def _is_of_its_version(self) -> "StimulusFile":
        for name in ("labels", "statement"):
            if getattr(self, name) is not None and self.format == _SCHEMA:
                raise ValueError(f'{name}: is not known to {_SCHEMA}; write schema = "{_WITH_CLAIMS}"')
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
    path: Path,
    story: Story,
    broken: Broken,
    *,
    device: str,
    board: str,
    defect: str | None = None,
    labels: Sequence[str] | None = None,
    statement: Path | None = None,
) -> None:
    """Write what was found, whole or not at all.

    Args:
        path: of the file.
        story: that shows it.
        broken: what it shows.
        device, board, defect, labels, statement: on what it was found, and what that claimed.

    Raises:
        InputError: it cannot be written.
        BenchError: there is no room for it.
    """
    told = story.model_dump(mode="json", exclude_unset=True)
    meter = {key: value for key, value in told.get("meter", {}).items() if key != "mode"}
    claims = {
        **({} if labels is None else {"labels": [*labels]}),
        **({} if statement is None else {"statement": str(statement)}),
    }
    found_on = {"device": shown_device(device), **({"defect": defect} if defect else {}), "board": board, **claims}
    table: dict[str, Any] = {
        "schema": _WITH_CLAIMS if claims else _SCHEMA, **found_on,
        "requirement": broken.requirement, "reason": broken.reason,
        "mode": story.mode.value, "seed": story.seed, "sent": broken.trail.sent, "expected": broken.trail.expected,
        "seen": broken.trail.seen, "meter": meter, "step": told.get("step", []),
    }  # fmt: skip
    try:
        with whole_file(path) as fresh:
            fresh.write_text(_HEAD + tomli_w.dumps(table), encoding="utf-8")
    except OSError as error:
        raise folder_complaint(path.parent, error, "finding") from None
