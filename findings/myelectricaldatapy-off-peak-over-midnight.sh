#!/usr/bin/env bash
# myelectricaldatapy 2.2.7 (PyPI): off-peak hours from 22:30 to 06:30 are none: the whole night is counted, and paid, as peak.
#
# Behaviour: a day of 1 kW as Enedis gives it, analysed with intervals [("22:30:00", "06:30:00")], has 24 kWh of standard and none
#   of off-peak, without a word. Split at midnight as 22:30 to 00:00 and 00:00 to 06:30, the evening is still lost: a row that ends at
#   00:00 is set back to 23:59, and nothing is both after 22:30 and not after 00:00. Split at 23:59:59 it is 8 kWh.
# Why one would guess otherwise: the eight off-peak hours of a French contract are mostly those of a night, told as one interval; the
#   package takes it, and reads one of the afternoon right.
# Seen (2026-11, myelectricaldatapy 2.2.7, the newest for Python 3.11):
#   12:00 to 14:00: standard 22.0, off-peak 2.0 kWh
#   22:30 to 06:30: standard 24.0, off-peak 0.0 kWh
#   22:30 to 00:00, 00:00 to 06:30: standard 17.5, off-peak 6.5 kWh
#   22:30 to 23:59:59, 00:00 to 06:30: standard 16.0, off-peak 8.0 kWh
# Ends with 0 while this holds, with 1 when it has changed; needs Python 3.10 or later.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "myelectricaldatapy==2.2.7" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from myelectricaldatapy.analytics import EnedisAnalytics

EnedisAnalytics.local_timezone = ZoneInfo("Europe/Paris")  # else it is the machine's
MIDNIGHT = datetime(2026, 1, 5)
DAY = [
    {
        "value": "1000",
        "date": f"{MIDNIGHT + timedelta(minutes=30 * row):%Y-%m-%d %H:%M:%S}",  # the end of its half hour
        "interval_length": "PT30M",
        "measure_type": "B",
    }
    for row in range(1, 49)
]


def counted(*intervals):
    """Standard and off-peak energy of the day, in kWh."""
    rows = EnedisAnalytics(DAY).get_data_analytics(convertKwh=True, intervals=[*intervals], groupby=True)
    energy = {"standard": 0.0, "offpeak": 0.0}
    for row in rows:
        energy[row["notes"]] += row["value"]
    return round(energy["standard"], 6), round(energy["offpeak"], 6)


told = {
    "12:00 to 14:00": counted(("12:00:00", "14:00:00")),
    "22:30 to 06:30": counted(("22:30:00", "06:30:00")),
    "22:30 to 00:00, 00:00 to 06:30": counted(("22:30:00", "00:00:00"), ("00:00:00", "06:30:00")),
    "22:30 to 23:59:59, 00:00 to 06:30": counted(("22:30:00", "23:59:59"), ("00:00:00", "06:30:00")),
}
for what, (standard, off_peak) in told.items():
    print(f"{what}: standard {standard}, off-peak {off_peak} kWh")
sys.exit(0 if [*told.values()] == [(22.0, 2.0), (24.0, 0.0), (17.5, 6.5), (16.0, 8.0)] else 1)
PYTHON
