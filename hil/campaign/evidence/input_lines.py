# SPDX-License-Identifier: Apache-2.0
"""``input.jsonl.gz``: what was measured of the receiver's input: the resistor, then a line a level."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..input_record import InputLevel, InputRecord
from .lines import Line, complaint, read_lines, write_lines

__all__ = ["read_input", "write_input"]


class _Series(Line):
    series_ohm: float
    series_unsure: float


class _Level(Line):
    peak_v: float
    real: float
    imaginary: float
    gain_unsure: float
    phase_unsure: float


def write_input(path: Path, record: InputRecord) -> int:
    """Write what was measured; the number of lines."""
    return write_lines(path, _lines(record))


def _lines(record: InputRecord) -> Iterator[dict[str, Any]]:
    yield _Series(series_ohm=record.series_ohm, series_unsure=record.series_unsure).told()
    yield from (_Level(**asdict(one)).told() for one in record.levels)


def read_input(path: Path, lines: int) -> InputRecord:
    """What was measured, from a file of so many lines.

    Raises:
        InputError: the file is missing, cut or wrong.
    """
    series: _Series | None = None
    levels: list[InputLevel] = []
    for place, line in read_lines(path, lines, _Series, _Level):
        if isinstance(line, _Series):
            series = line
        elif isinstance(line, _Level):
            levels.append(InputLevel(**line.model_dump()))
            if not (line.real or line.imaginary):
                raise complaint(place, "real, imaginary: nothing arrived at the terminals")
    if series is None or not series.series_ohm > 0 or not levels:
        raise complaint(str(path), "has no resistor, or no level")
    return InputRecord(series.series_ohm, series.series_unsure, tuple(levels))
