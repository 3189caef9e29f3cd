# SPDX-License-Identifier: Apache-2.0
"""``readings.jsonl.gz``: what the device said, a reading a line, and behind them the lines that were none."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...bench.reading import Reading, Remark, Said
from .lines import Line, read_lines, write_lines

__all__ = ["read_said", "write_said"]


class _Said(Line):
    value: str | int
    timestamp: str | None


class _Reading(Line):
    """``message`` is what came as text; a simulated board sends none."""

    at_s: float
    said: dict[str, _Said]
    message: str = ""


class _Remark(Line):
    at_s: float
    line: str
    probe: str = ""


def write_said(path: Path, readings: Sequence[Reading], remarks: Sequence[Remark]) -> int:
    """Write what was said; the number of lines."""
    return write_lines(path, _lines(readings, remarks))


def _lines(readings: Sequence[Reading], remarks: Sequence[Remark]) -> Iterator[dict[str, Any]]:
    for reading in readings:
        said = {label: _Said(value=one.value, timestamp=one.timestamp) for label, one in reading.said.items()}
        if reading.line:
            yield _Reading(at_s=reading.at_s, said=said, message=reading.line).told()
        else:
            yield _Reading(at_s=reading.at_s, said=said).told()
    for remark in remarks:
        seen = {"probe": remark.probe} if remark.probe else {}
        yield _Remark(at_s=remark.at_s, line=remark.text, **seen).told()


def read_said(path: Path, lines: int) -> tuple[list[Reading], list[Remark]]:
    """What was said, from a file of so many lines.

    Raises:
        InputError: the file is missing, cut or wrong.
    """
    readings, remarks = [], []
    for _, line in read_lines(path, lines, _Reading, _Remark):
        if isinstance(line, _Reading):
            said = {label: Said(one.value, one.timestamp) for label, one in line.said.items()}
            readings.append(Reading(line.at_s, said, line.message))
        elif isinstance(line, _Remark):
            remarks.append(Remark(line.at_s, line.line, line.probe))
    return readings, remarks
