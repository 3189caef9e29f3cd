# SPDX-License-Identifier: Apache-2.0
"""``light.jsonl.gz``: the trials of the device's indicator: how often an eye looked, what was on the line, what it
saw."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..indicator.light_record import LightRecord, Stretch
from .lines import Line, complaint, read_lines, write_lines

__all__ = ["read_light", "write_light"]


class _Eye(Line):
    sampled_s: float


class _Stretch(Line):
    name: str
    start_s: float
    end_s: float
    frame_ends_s: tuple[float, ...]


class _Change(Line):
    at_s: float
    lit: bool


def write_light(path: Path, record: LightRecord) -> int:
    """Write the trials; the number of lines."""
    return write_lines(path, _lines(record))


def _lines(record: LightRecord) -> Iterator[dict[str, Any]]:
    yield _Eye(sampled_s=record.sampled_s).told()
    yield from (_Stretch(**asdict(one)).told() for one in record.stretches)
    yield from (_Change(at_s=at_s, lit=lit).told() for at_s, lit in record.changes)


def read_light(path: Path, lines: int) -> LightRecord:
    """The trials, from a file of so many lines.

    Raises:
        InputError: the file is missing, cut or wrong.
    """
    sampled_s: float | None = None
    stretches: list[Stretch] = []
    changes: list[tuple[float, bool]] = []
    for place, line in read_lines(path, lines, _Eye, _Stretch, _Change):
        if isinstance(line, _Stretch):
            stretches.append(Stretch(**line.model_dump()))
        elif isinstance(line, _Change):
            if line.lit is bool(changes and changes[-1][1]) or (changes and line.at_s < changes[-1][0]):
                raise complaint(place, "is no change of the light behind the line before")
            changes.append((line.at_s, line.lit))
        elif isinstance(line, _Eye):
            sampled_s = line.sampled_s
    if sampled_s is None:
        raise complaint(str(path), "does not tell how often the eye looked")
    return LightRecord(sampled_s, tuple(changes), tuple(stretches))
