# SPDX-License-Identifier: Apache-2.0
"""``carrier.jsonl.gz``: what the device read of carriers: what kept trials away, then a line a trial."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..carrier_record import SIGNALS, SOUND, CarrierRecord, CarrierTrial
from .lines import Line, complaint, read_lines, write_lines

__all__ = ["read_carrier", "write_carrier"]


class _Wants(Line):
    wants: str


class _Trial(Line):
    signal: str
    zero_v: float
    zero_unsure_v: float
    one_v: float
    one_unsure_v: float
    carrier_hz: float
    unsure_hz: float
    lasted_s: float
    readings: int
    labels: tuple[str, ...]
    zero_held_s: float | None = None
    one_held_s: float | None = None
    held_least_s: float = 0.0
    held_most_s: float = 0.0
    distortion: float | None = None
    distortion_unsure: float = 0.0


def write_carrier(path: Path, record: CarrierRecord) -> int:
    """Write what was played; the number of lines."""
    return write_lines(path, _lines(record))


def _lines(record: CarrierRecord) -> Iterator[dict[str, Any]]:
    yield _Wants(wants=record.wants).told()
    yield from (_Trial(**asdict(one)).told() for one in record.trials)


def read_carrier(path: Path, lines: int) -> CarrierRecord:
    """What was played, from a file of so many lines.

    Raises:
        InputError: the file is missing, cut or wrong.
    """
    wants: str | None = None
    trials: list[CarrierTrial] = []
    for place, line in read_lines(path, lines, _Wants, _Trial):
        if isinstance(line, _Wants):
            wants = line.wants
        elif isinstance(line, _Trial):
            if line.signal not in (SOUND, *SIGNALS):
                raise complaint(place, f"signal: {line.signal!r} is none that is played")
            trials.append(CarrierTrial(**line.model_dump()))
    if wants is None:
        raise complaint(str(path), "does not say what kept trials away")
    return CarrierRecord(tuple(trials), wants)
