#!/usr/bin/env bash
# pyarrow 26.0.1: a load curve in Europe/Paris cannot be put into half hours or hours on the day on which the clocks go back.
#
# Behaviour: floor_temporal, ceil_temporal and round_temporal of a timestamp column of that zone raise ArrowInvalid, "Local time is
#   ambiguous", as soon as one value lies between 02:00 and 03:00 of that night; by six hours, by days, and each other day of the year
#   they work. The same column in UTC, or cast to it first, is put into 50 half hours.
# Why one would guess otherwise: each value of the column is an instant, known to the microsecond, and nothing about it is ambiguous; resample
#   of pandas and truncate of polars make 50 half hours of the same values. What to do with an ambiguous time can be told to
#   assume_timezone, not to these functions. A job that sums curves up runs all year, and ends with an error on one Sunday of October.
# Seen (2026-11, pyarrow 26.0.1, Python 3.11, ten-minute points of a whole day):
#   2026-03-29, half hours: 46
#   2026-10-24, half hours: 48
#   2026-10-25, half hours: ArrowInvalid, hours: ArrowInvalid, six hours: 4, days: 1
#   2026-10-25, half hours in UTC: 50
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "pyarrow==26.0.1" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
"$work/venv/bin/python" - <<'PYTHON'
import sys
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

PARIS = ZoneInfo("Europe/Paris")


def points(day, zone="Europe/Paris"):
    """A point each ten minutes from one midnight of Paris to the next."""
    begin, end = (datetime(one.year, one.month, one.day, tzinfo=PARIS) for one in (day, day + timedelta(1)))
    count = int((end.astimezone(timezone.utc) - begin.astimezone(timezone.utc)) / timedelta(minutes=10))
    times = [begin.astimezone(timezone.utc) + timedelta(minutes=10 * number) for number in range(count)]
    return pa.array(times, pa.timestamp("us", zone))


def buckets(column, multiple, unit):
    try:
        return str(len(pc.unique(pc.floor_temporal(column, multiple, unit))))
    except pa.ArrowInvalid as error:
        assert "Local time is ambiguous" in str(error)
        return type(error).__name__


spring, before, autumn = (points(date(2026, *one)) for one in ((3, 29), (10, 24), (10, 25)))
told = [buckets(one, 30, "minute") for one in (spring, before)]
print(f"2026-03-29, half hours: {told[0]}\n2026-10-24, half hours: {told[1]}")
told += [buckets(autumn, *one) for one in ((30, "minute"), (1, "hour"), (6, "hour"), (1, "day"))]
print("2026-10-25, half hours: {}, hours: {}, six hours: {}, days: {}".format(*told[2:]))
told.append(buckets(autumn.cast(pa.timestamp("us", "UTC")), 30, "minute"))
print(f"2026-10-25, half hours in UTC: {told[-1]}")
sys.exit(0 if told == ["46", "48", "ArrowInvalid", "ArrowInvalid", "4", "1", "50"] else 1)
PYTHON
