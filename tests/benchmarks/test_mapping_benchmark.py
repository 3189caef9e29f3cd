# SPDX-License-Identifier: Apache-2.0
"""Payloads to readings: twenty labels of a nested payload whose numbers change, some thousands of times in a day."""

import json
from typing import Any

from xky.boards.description.statement import ReadingMap
from xky.hil.bench.mapping import Statement
from xky.hil.bench.reading import Reading
from xky.hil.ends.end import Payload

LABELS: dict[str, Any] = {
    **{f"EASF{n:02}": f"CONTRACT.index{n}" for n in range(1, 11)},
    "ADSC": "CONTRACT.serial", "NGTF": "CONTRACT.name", "LTARF": "CONTRACT.period", "NTARF": "CONTRACT.n",
    "EAST": {"path": "CONTRACT.CONSO", "scale": 0.1}, "SINSTS": "METER.P", "IRMS1": "METER.I", "PREF": "METER.ISUB",
    "URMS1": {"path": "METER.U", "step": 1}, "DATE": {"path": "Time", "form": "iso"},
}  # fmt: skip


def payload(number: int) -> Payload:
    indexes = {f"index{n}": number * (n < 3) for n in range(1, 11)}
    content = {
        "Time": f"2027-01-05T{number // 60 % 24:02}:{number % 60:02}:00",
        "METER": {"P": number % 700, "I": number % 40, "U": 230.5, "ISUB": 45, "W": 1},
        "CONTRACT": {"serial": "021861348497", "name": "BASE", "period": "HP", "n": 1, "CONSO": number, **indexes},
    }
    return Payload(float(number), "tele/winky/SENSOR", content, json.dumps(content).encode())


def test_a_label_takes_two_microseconds(benchmark: Any) -> None:
    described = {"probe": "mqtt", "from": "tele/+/SENSOR", "device": "CONTRACT.serial", "labels": LABELS}
    statement = Statement([ReadingMap.model_validate(described)], "mqtt")
    payloads = [payload(number) for number in range(1000)]
    readings = benchmark(lambda: [statement.read(one) for one in payloads])
    assert all(isinstance(one, Reading) and len(one.said) == len(LABELS) == 20 for one in readings)
    assert benchmark.stats["min"] < 1000 * 20 * 2e-6 * 2  # twice as long under load
