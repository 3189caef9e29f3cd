# SPDX-License-Identifier: Apache-2.0
"""A small folder of a panel, by its layout: sound, and with each fault put in on purpose, which no sound run has."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as arrow
from pyarrow import parquet

from xky.hil.panel.distributor import Form, Interval, export
from xky.hil.panel.distributor.curve import MINUTE_US, day_bounds_us
from xky.hil.panel.layout import (
    ARRIVED_US,
    CAUSE,
    CONSUMPTION,
    DISTRIBUTOR,
    DUE,
    DUE_US,
    DUP,
    END_US,
    EVENTS,
    FRAMES,
    FROM_US,
    GOT,
    HOME,
    MESSAGE,
    MIDNIGHTS,
    PANEL,
    PROBE,
    READINGS,
    SCHEMA,
    SOURCE,
    STAMP_US,
    START_US,
    STORED,
    TO_US,
    WHAT,
    day_folder,
    home_folder,
)  # fmt: skip

SECOND_US = 1_000_000
PERIOD_US = 60 * SECOND_US  # from wake to wake
FRAME_US = 1_600_000
LATENCY_US = 700_000
POWERS_W = (180, 2300, 450, 900)  # of the quarters of an hour


@dataclass
class Row:
    """A message."""

    arrived_us: int
    said: dict[str, Any]
    probe: str = "mqtt"
    source: str = "tele/winky/SENSOR"
    stamp_us: int | None = None
    message: int | None = None
    is_dup: bool = False


@dataclass
class Day:
    """A day's portion, before it is written."""

    day: date
    frames: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)
    due: list[tuple[int, str]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    events: list[tuple[int, int, str, str]] = field(default_factory=list)


def wh_at(at_us: int) -> float:
    """The meter's energy: each quarter of an hour has its power."""
    quarters, rest_us = divmod(at_us, 15 * MINUTE_US)
    whole = sum(POWERS_W) * (quarters // 4) + sum(POWERS_W[: quarters % 4])
    return (whole / 4 + POWERS_W[quarters % 4] * rest_us / (60 * MINUTE_US)) - 450_000_000 * 0.9575 + 1e6


def power_at(at_us: int) -> int:
    return POWERS_W[at_us // (15 * MINUTE_US) % 4]


def sound_day(day: date, *, hours: float | None = None, period_us: int = PERIOD_US) -> Day:
    """Of a gateway that wakes each minute, hears two frames and publishes."""
    from_us, to_us = day_bounds_us(day)
    if hours is not None:
        to_us = from_us + round(hours * 60) * MINUTE_US
    made = Day(day)
    for wake_us in range(from_us + 20 * SECOND_US, to_us - 10 * SECOND_US, period_us):
        for start_us in (wake_us, wake_us + FRAME_US + 20_000):
            said = {"EAST": int(wh_at(start_us)), "SINSTS": power_at(start_us), "ADSC": "021976000001"}
            made.frames.append((start_us, start_us + FRAME_US, said))
        due_us = made.frames[-1][1]
        made.due.append((due_us, STORED))
        made.rows.append(Row(due_us + LATENCY_US, dict(made.frames[-1][2])))
    return made


def write_home(
    panel: Path, number: int, days: Sequence[Day], *, form: Form | None = None, board: str = "winky-c6",
    said: Sequence[str] = ("EAST", "SINSTS", "ADSC"), uplinks: Sequence[str] = ("mqtt",), hours: float | None = None,
) -> Path:  # fmt: skip
    """Write a home of some days."""
    home = home_folder(panel, number)
    for made in days:
        folder = day_folder(home, made.day)
        folder.mkdir(parents=True)
        _write(folder / FRAMES, {
            START_US: [one[0] for one in made.frames], END_US: [one[1] for one in made.frames],
            **{label: [one[2].get(label) for one in made.frames] for label in said},
        })  # fmt: skip
        _write(folder / DUE, {DUE_US: [one[0] for one in made.due], GOT: [one[1] for one in made.due]})
        rows = sorted(made.rows, key=lambda row: row.arrived_us)
        _write(folder / READINGS, {
            ARRIVED_US: [row.arrived_us for row in rows], PROBE: [row.probe for row in rows],
            SOURCE: [row.source for row in rows], STAMP_US: [row.stamp_us for row in rows],
            **_sent_as(rows),
            **{label: [row.said.get(label) for row in rows] for label in said},
        })  # fmt: skip
        write_events(folder / EVENTS, made.events)
        from_us, to_us = day_bounds_us(made.day)
        to_us = to_us if hours is None else from_us + round(hours * 60) * MINUTE_US
        told = {FROM_US: from_us, TO_US: to_us, "EAST_wh": [wh_at(from_us), wh_at(to_us)]}
        (folder / MIDNIGHTS).write_text(json.dumps(told))
    (home / DISTRIBUTOR).mkdir()
    from_us, to_us = day_bounds_us(days[0].day)[0], day_bounds_us(days[-1].day)[1]
    to_us = to_us if hours is None else from_us + round(hours * 60) * MINUTE_US
    step_us = 10 * MINUTE_US
    curve = [
        Interval(at, at + step_us, wh_at(at + step_us) - wh_at(at))
        for at in range(from_us, to_us - step_us + 1, step_us)
    ]
    export(home / DISTRIBUTOR / CONSUMPTION, curve, prm="09123456789012", form=form)
    (home / HOME).write_text(json.dumps({"id": f"{number:04}", "board": board, "uplinks": [*uplinks]}))
    return home


def write_panel(
    folder: Path, homes: int = 1, *, first: date = date(2026, 1, 15), days: int = 1, whole: bool = True,
    change: Callable[[int, Sequence[Day]], None] = lambda number, days: None,
    events: Sequence[tuple[int, int, str, str]] = (), hours: float | None = None, **how: Any,
) -> Path:  # fmt: skip
    """Write a panel: sound, but for what ``change`` does to the days of a home."""
    folder.mkdir(exist_ok=True)
    for number in range(1, homes + 1):
        made = [sound_day(first + timedelta(days=one), hours=hours) for one in range(days)]
        change(number, made)
        write_home(folder, number, made, hours=hours, **how)
    write_events(folder / EVENTS, events)
    told = {"schema": SCHEMA, "name": "small", "seed": 1, "days": days, "homes": homes, "whole": whole}
    (folder / PANEL).write_text(json.dumps(told))
    return folder


def write_events(path: Path, events: Sequence[tuple[int, int, str, str]]) -> None:
    """Events of a home or of the servers."""
    kinds = (arrow.int64(), arrow.int64(), arrow.string(), arrow.string())
    columns = [arrow.array([one[place] for one in events], kind) for place, kind in enumerate(kinds)]
    parquet.write_table(arrow.Table.from_arrays(columns, names=[FROM_US, TO_US, CAUSE, WHAT]), path)


def _write(path: Path, columns: dict[str, list[Any]]) -> None:
    parquet.write_table(arrow.table({name: _column(name, values) for name, values in columns.items()}), path)


def _sent_as(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Of a panel whose readings tell."""
    if all(row.message is None for row in rows):
        return {}
    return {MESSAGE: [row.message for row in rows], DUP: [row.is_dup for row in rows]}


def _column(name: str, values: list[Any]) -> Any:
    if name == DUP:
        return arrow.array(values, arrow.bool_())
    is_text = name in (GOT, PROBE, SOURCE, "ADSC") or any(isinstance(one, str) for one in values)
    return arrow.array(values, arrow.string() if is_text else arrow.int64())
