# SPDX-License-Identifier: Apache-2.0
"""A finished panel's folder as ``xky panel run`` lays it out, its readings made from what households draw."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as arrow
from pyarrow import parquet

from xky.emulator import Household
from xky.emulator.legal_time import PARIS, instant_us, midnight_after
from xky.emulator.load.draw import Signals
from xky.hil.panel import layout
from xky.hil.panel.layout import day_folder, home_folder

EVERY_US = 300_000_000
APPLIANCES = (
    ("standby", "fridge", "water-heater", "washing-machine", "oven", "hob", "kettle", "lights", "television"),
    ("standby", "fridge", "oven", "hob", "kettle", "lights", "television", "heat-pump"),
    ("standby", "fridge", "water-heater", "hob", "lights", "television", "ev"),
)


def energies(house: Household, start_us: int, ends_us: Sequence[int]) -> tuple[list[float], list[float]]:
    """Drawn and injected since the start at each end, Wh."""
    drawn = given = 0.0
    totals: tuple[list[float], list[float]] = ([], [])
    at = start_us
    for end in ends_us:
        while at < end:
            draw, until = house.draw(at, Signals())
            until = end if until is None else min(until, end)
            energy = sum(draw.active_mw) / 1000 * (until - at) / 3.6e9
            drawn, given = drawn + max(energy, 0.0), given + max(-energy, 0.0)
            at = until
        totals[0].append(drawn)
        totals[1].append(given)
    return totals


def write_home(panel: Path, number: int, first: date, days: int, traits: Mapping[str, Any], house: Household) -> None:
    folder = home_folder(panel, number)
    base, given_base = 1_000_000 + 7919 * number, 0
    start_us = instant_us(datetime.combine(first, time(), PARIS))
    begin_us = start_us
    for day in (first + timedelta(days=count) for count in range(days)):
        end_us = midnight_after(begin_us)
        portion = day_folder(folder, day)
        portion.mkdir(parents=True)
        ends = list(range(begin_us + 30_000_000, end_us, EVERY_US))
        drawn, given = energies(house, begin_us, [*ends, end_us])
        columns: dict[str, Any] = {
            layout.ARRIVED_US: arrow.array(ends, arrow.int64()),
            layout.PROBE: arrow.array(["mqtt"] * len(ends)),
            layout.SOURCE: arrow.array(["tele/winky/SENSOR"] * len(ends)),
            layout.STAMP_US: arrow.array([None] * len(ends), arrow.int64()),
            "ADSC": arrow.array([traits["address"]] * len(ends)),
            "EAST": arrow.array([base + int(value) for value in drawn[:-1]], arrow.int64()),
        }
        if traits["producer"]:
            columns["EAIT"] = arrow.array([given_base + int(value) for value in given[:-1]], arrow.int64())
        parquet.write_table(arrow.table(columns), portion / layout.READINGS)
        base, given_base, begin_us = base + int(drawn[-1]), given_base + int(given[-1]), end_us
    (folder / layout.HOME).write_text(json.dumps(dict(traits)))


def traits_of(number: int) -> dict[str, Any]:
    """Of a home: two tariffs, some producers, few of three phases."""
    return {
        "id": f"{number:04}", "mode": "standard", "contract": "BASE" if number % 2 else "HC",
        "phases": 3 if number % 10 == 0 else 1, "producer": number % 7 == 0, "seed": number,
        "board": "winky-c6-tasmota", "address": f"0218610{number:05}", "prm": f"199513{number:08}",
    }  # fmt: skip


def write_panel(
    panel: Path, homes: int, days: int = 1, first: date = date(2026, 1, 15), *, whole: bool = True, **traits: Any
) -> Path:
    """Write one; ``traits`` are those of every home."""
    panel.mkdir()
    for number in range(1, homes + 1):
        said = traits_of(number) | traits
        house = Household(
            seed=number, contact=False, producer=bool(said["producer"]), appliances=APPLIANCES[number % 3]
        )
        write_home(panel, number, first, days, said, house)
    until = first + timedelta(days=days)
    head = {
        "schema": layout.SCHEMA, "name": "fixture", "seed": 1, "days": days, "homes": homes, "whole": whole,
        "from": f"{first}T00:00:00+01:00", "until": f"{until}T00:00:00+01:00", "version": "0.1.0",
    }  # fmt: skip
    (panel / layout.PANEL).write_text(json.dumps(head))
    (panel / layout.PANEL_FILE).write_text("")
    return panel
