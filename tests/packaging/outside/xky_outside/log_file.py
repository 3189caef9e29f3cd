# SPDX-License-Identifier: Apache-2.0
"""``--probe log:FILE``: JSON lines that a device appends to a file."""

from pathlib import Path

import simpy

from xky.hil.bench.probes import Probe, ProbeContext
from xky.hil.bench.reading import reading_from_json
from xky.protocol import InputError


class LogFile(Probe):
    """Looks at the file ten times a second; what stood there before is no reading."""

    schemes = ("log",)
    virtual = False

    def __init__(self, spec: str) -> None:
        super().__init__(spec)
        self._path = Path(spec.partition(":")[2])
        if not self._path.name:
            raise InputError("--probe log: expected log:FILE")

    def open(self, context: ProbeContext) -> None:
        self._read = self._path.stat().st_size if self._path.exists() else 0
        context.env.process(self._look(context.env, 0.1 * context.speed))

    def _look(self, env: simpy.Environment, every_s: float) -> simpy.events.ProcessGenerator:
        while True:
            yield env.timeout(every_s)
            text = self._path.read_bytes()[self._read :] if self._path.exists() else b""
            whole = text[: text.rfind(b"\n") + 1]
            self._read += len(whole)
            for line in whole.decode().splitlines():
                reading = reading_from_json(env.now, line)
                if reading is not None:
                    self.readings.append(reading)
