#!/usr/bin/env bash
# influxdb 5.3.2 and aioinflux 0.9.0 (PyPI): an integer of NumPy is written as a float: 5.0 and 5 in the place of 5i.
#
# Behaviour: write_points() and serialize() put an i behind Python's int alone. A value of an array, numpy.int64(5), goes as 5.0
#   with the one and as 5 with the other, both floats in line protocol.
# Why one would guess otherwise: numpy.int64 is registered as numbers.Integral and equals 5; a whole DataFrame of them is
#   written as integers by the same package, and by influxdb-client one value, too. Whoever writes one point by hand and the
#   next out of an array has a field type conflict (400), and which of the two is refused depends on which came first.
# Seen (2026-11, influxdb 5.3.2, aioinflux 0.9.0, influxdb-client 1.50.0, numpy 2.4.6, Python 3.11):
#   influxdb: int 5: va=5i; numpy.int64 5: va=5.0
#   aioinflux: int 5: va=5i; numpy.int64 5: va=5
#   influxdb-client: int 5: va=5i; numpy.int64 5: va=5i
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "influxdb==5.3.2" "aioinflux==0.9.0" "influxdb-client==1.50.0" "numpy==2.4.6" 2>"$work/pip.log" ||
    { cat "$work/pip.log" >&2; exit 2; }
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import numpy as np
from aioinflux.serialization import serialize
from influxdb.line_protocol import make_lines
from influxdb_client import Point


def point(value):
    return {"measurement": "conso", "tags": {}, "fields": {"va": value}, "time": 1768478400}


writers = {
    "influxdb": lambda value: make_lines({"points": [point(value)]}),
    "aioinflux": lambda value: serialize(point(value)).decode(),
    "influxdb-client": lambda value: Point("conso").field("va", value).to_line_protocol(),
}
told = []
for name, write in writers.items():
    plain, array = (write(value).split()[1] for value in (5, np.int64(5)))
    told.append((plain, array))
    print(f"{name}: int 5: {plain}; numpy.int64 5: {array}")
sys.exit(0 if told == [("va=5i", "va=5.0"), ("va=5i", "va=5"), ("va=5i", "va=5i")] else 1)
PYTHON
