# SPDX-License-Identifier: Apache-2.0
"""A home's day as a run wrote it: what the meter said, what was due, what arrived, what befell the home."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

from xky.protocol import InputError

from ..layout import (
    ARRIVED_US,
    CAUSE,
    DUE,
    DUE_US,
    END_US,
    EVENTS,
    FRAMES,
    FROM_US,
    GOT,
    MIDNIGHTS,
    PROBE,
    READINGS,
    SOURCE,
    STAMP_US,
    START_US,
    TO_US,
    WHAT,
)
from .columns import in_this_time, instants, read_parquet, texts

__all__ = ["Event", "Midnights", "Portion", "read_events", "read_midnights", "read_portion"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that loses readings while it lasts."""

    from_us: int
    to_us: int
    cause: str
    what: str


@dataclass(frozen=True, slots=True)
class Midnights:
    """The meter's energies at both ends of the day: label to exact watt-hours."""

    from_us: int
    to_us: int
    wh: dict[str, tuple[float, float]]


@dataclass(slots=True)
class Portion:
    """A day.

    Attributes:
        day: local day.
        frames: table of Arrow, in order of time.
        due: table, in order of time.
        readings: table, in order of arrival.
        events: of the home.
        midnights: energies.
    """

    day: date
    frames: Any
    due: Any
    readings: Any
    midnights: Midnights
    events: Sequence[Event] = field(default_factory=list)


def read_portion(folder: Path) -> Portion:
    """The day in a folder that is called by its date.

    Raises:
        InputError: a file of it is missing or wrong.
    """
    try:
        day = date.fromisoformat(folder.name)
    except ValueError:
        raise InputError(f"{folder}: is no day, such as 2026-01-15; take it away") from None
    return Portion(
        day,
        read_parquet(folder / FRAMES, (START_US, END_US)).sort_by(END_US),
        read_parquet(folder / DUE, (DUE_US, GOT)).sort_by(DUE_US),
        read_parquet(folder / READINGS, (ARRIVED_US, PROBE, SOURCE, STAMP_US)).sort_by(ARRIVED_US),
        read_midnights(folder),
        read_events(folder / EVENTS),
    )


def read_events(path: Path) -> list[Event]:
    """The events of a file.

    Raises:
        InputError: it is missing or wrong.
    """
    table = read_parquet(path, (FROM_US, TO_US, CAUSE, WHAT))
    columns = (
        instants(table, FROM_US).tolist(),
        instants(table, TO_US).tolist(),
        texts(table, CAUSE),
        texts(table, WHAT),
    )
    return [Event(*row) for row in zip(*columns, strict=True)]


def read_midnights(folder: Path) -> Midnights:
    """The energies at both ends of a day, alone.

    Args:
        folder: of the day.

    Raises:
        InputError: its file is missing or wrong.
    """
    path = folder / MIDNIGHTS
    try:
        told = json.loads(path.read_bytes())
        energies = {
            name.removesuffix("_wh"): (float(both[0]), float(both[1]))
            for name, both in told.items() if name.endswith("_wh") and both is not None
        }  # fmt: skip
        found = Midnights(int(told[FROM_US]), int(told[TO_US]), energies)
        are_right = all(isfinite(one) for both in energies.values() for one in both)
        if not (are_right and in_this_time(found.from_us) and in_this_time(found.to_us)):
            raise ValueError
        return found
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); run the panel again") from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError):
        raise InputError(f"{path}: expected from_us, to_us and EAST_wh with two numbers; run the panel again") from None
