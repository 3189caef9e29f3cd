# SPDX-License-Identifier: Apache-2.0
"""What the Tasmota edition's file says of its payloads is what was sent, in both modes and every contract."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jmespath
import pytest

from xky.boards.firmware.parser import values_of
from xky.boards.payloads.tasmota import WinkyState, points, sensor
from xky.emulator import Draw, Hold, Linky
from xky.protocol import LABELS, Mode

STATE = WinkyState(4.2, 3.7, 4.3, 3.9)
FILE = Path(__file__).parents[3] / "boards" / "winky-c6-tasmota.toml"
READINGS = tomllib.loads(FILE.read_text(encoding="utf-8"))["reading"]
LOADS = {1: Hold(Draw.of(1500)), 3: Hold(Draw.of(700, 1500, 2600))}
METERS = [
    *(Linky(mode=mode, phases=phases, contract=contract, load=LOADS[phases])
      for mode in Mode for phases in (1, 3) for contract in ("base", "hc", "ejp", "tempo", "weekend")),
    *(Linky(phases=phases, producer=True, load=Hold(Draw.of(*(-900.0,) * phases))) for phases in (1, 3)),
]  # fmt: skip


def read(payload: Any, labels: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for label, told in labels.items():
        path, scale = (told["path"], told["scale"]) if isinstance(told, dict) else (told, 1)
        value = jmespath.search(path, payload)
        if value is not None and value is not False:  # a nought counts
            found[label] = value * scale
    return found


def points_of(body: bytes) -> list[dict[str, Any]]:
    found = []
    for line in body.decode().splitlines():
        series, field = line.split(" ")
        measurement, *tags = series.split(",")
        value = float(field.removeprefix("value="))
        found.append({"measurement": measurement, "tags": dict(t.split("=") for t in tags), "fields": {"value": value}})
    return found


@pytest.mark.parametrize("meter", METERS, ids=lambda meter: f"{meter.mode} {meter.phases}")
def test_every_label_read_is_the_one_sent_and_none_is_missing(meter: Linky) -> None:
    groups = meter.groups()
    sent = {group.label: int(group.value) for group in groups if group.value.isdecimal()}
    of_the_mode = LABELS[meter.mode]
    told: dict[str, list[tuple[str, Any]]] = {"mqtt": [], "influx": []}
    payload = json.loads(sensor(meter.mode, values_of(groups), STATE, ""))
    for reading in READINGS:
        if reading["probe"] == "mqtt":
            told["mqtt"] += read(payload, reading["labels"]).items()
            continue
        for point in points_of(points(meter.mode, values_of(groups), STATE, "winky")):
            if point["measurement"] == reading["from"]:
                told["influx"] += read(point, reading["labels"]).items()
    for probe, labels in told.items():
        mapped = {label for reading in READINGS if reading["probe"] == probe for label in reading["labels"]}
        found = [(label, value) for label, value in labels if label in of_the_mode]  # the bench reads none of the other
        assert {label for label, _ in found} == mapped & set(sent)
        assert all(value == pytest.approx(sent[label], abs=1e-9) for label, value in found)
