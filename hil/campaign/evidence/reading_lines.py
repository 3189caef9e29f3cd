# SPDX-License-Identifier: Apache-2.0
"""``readings.jsonl.gz``: what the device said, a reading a line, and behind them the lines that were none."""

from collections.abc import Iterator, Sequence
from json.encoder import encode_basestring as _quoted
from pathlib import Path
from typing import Any, Literal

from pydantic import model_validator

from ...bench.number import Scale, is_number, scale_of
from ...bench.reading import Reading, Remark, Said
from .lines import Line, read_lines, text_of, write_lines

__all__ = ["read_said", "write_said"]


class _Said(Line):
    """A number that is not in its label's unit has a ``scale`` and a ``step``, as they are written in the statement."""

    value: str | int
    timestamp: str | None
    scale: str = ""
    step: str = "0"
    form: Literal["", "iso", "unix"] = ""

    @property
    def scaled(self) -> Scale | None:
        """What the scale and the step make of it."""
        return scale_of(self.scale, self.step) if self.scale else None

    @model_validator(mode="after")
    def _is_a_number(self) -> "_Said":
        if self.scaled is not None and isinstance(self.value, str) and not is_number(self.value):
            raise ValueError(f"{self.value[:60]!r} is no number, and has a scale")
        return self


class _Reading(Line):
    """``message`` is what came as text; a simulated board sends none. What is empty is not written."""

    at_s: float
    said: dict[str, _Said]
    message: str = ""
    probe: str = ""
    source: str = ""


class _Remark(Line):
    at_s: float
    line: str
    probe: str = ""


def write_said(path: Path, readings: Sequence[Reading], remarks: Sequence[Remark]) -> int:
    """Write what was said; the number of lines."""
    return write_lines(path, _lines(readings, remarks))


def _lines(readings: Sequence[Reading], remarks: Sequence[Remark]) -> Iterator[str | dict[str, Any]]:
    for reading in readings:  # not by way of the model, since there are thousands
        said = ", ".join([f"{_quoted(label)}: {_said_text(one)}" for label, one in reading.said.items()])
        text = f'{{"at_s": {float(reading.at_s)!r}, "said": {{{said}}}'
        for key, more in (("message", reading.line), ("probe", reading.probe), ("source", reading.source)):
            if more:
                text += f', "{key}": {_quoted(more)}'
        yield text + "}"
    for remark in remarks:
        seen = {"probe": remark.probe} if remark.probe else {}
        yield _Remark(at_s=remark.at_s, line=remark.text, **seen).told()


def _said_text(one: Said) -> str:
    value = _quoted(one.value) if isinstance(one.value, str) else text_of(one.value)
    text = f'{{"value": {value}, "timestamp": {"null" if one.timestamp is None else _quoted(one.timestamp)}'
    if one.scale is not None:
        text += f', "scale": {_quoted(str(one.scale.scale))}, "step": {_quoted(str(one.scale.step))}'
    if one.form:
        text += f', "form": {_quoted(one.form)}'
    return text + "}"


def read_said(path: Path, lines: int) -> tuple[list[Reading], list[Remark]]:
    """What was said, from a file of so many lines.

    Raises:
        InputError: the file is missing, cut or wrong.
    """
    readings, remarks = [], []
    for _, line in read_lines(path, lines, _Reading, _Remark):
        if isinstance(line, _Reading):
            said = {label: Said(one.value, one.timestamp, one.scaled, one.form) for label, one in line.said.items()}
            readings.append(Reading(line.at_s, said, line.message, line.probe, line.source))
        elif isinstance(line, _Remark):
            remarks.append(Remark(line.at_s, line.line, line.probe))
    return readings, remarks
