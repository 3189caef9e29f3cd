#!/usr/bin/env bash
# DuckDB 2.0.1: on the day on which the clocks go back date_trunc('hour', ...) has 24 hours, one of them with two in it.
#
# Behaviour: with `SET TimeZone = 'Europe/Paris'` the points of 02:00 to 03:00 before and behind the change get the same hour, so that
#   GROUP BY puts 2 kWh of a steady kilowatt into one. `time_bucket(INTERVAL '1 hour', ...)` has 25 hours. For days it is the other
#   way round: date_trunc('day', ...) is a day of Paris, and `time_bucket(INTERVAL '1 day', ...)` of the same column one of UTC.
# Why one would guess otherwise: a TIMESTAMPTZ is an instant, the two hours are written with two offsets (+02 and +01), and PostgreSQL,
#   whose function it is, keeps them apart. A curve has 25 hours that day, so has Enedis's, and the sums by hour do not agree.
# Seen (2026-11, DuckDB 2.0.1, Python 3.11, ten-minute points of 25 October 2026 in Paris):
#   date_trunc hour: 24, most points in one 12
#   time_bucket 1 hour: 25, most points in one 6
#   date_trunc day: 1, most points in one 150
#   time_bucket 1 day: 2, most points in one 138
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "duckdb==2.0.1" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
HOME="$work" "$work/venv/bin/python" - <<'PYTHON'
import sys

import duckdb

database = duckdb.connect()
database.execute("SET TimeZone = 'Europe/Paris'")
database.execute(
    "CREATE TABLE curve AS SELECT TIMESTAMPTZ '2026-10-24 22:00:00+00' + number * INTERVAL '10 minutes' AS moment FROM range(150) t(number)"
)
told = []
for name, bucket in (
    ("date_trunc hour", "date_trunc('hour', moment)"),
    ("time_bucket 1 hour", "time_bucket(INTERVAL '1 hour', moment)"),
    ("date_trunc day", "date_trunc('day', moment)"),
    ("time_bucket 1 day", "time_bucket(INTERVAL '1 day', moment)"),
):
    counts = [count for (count,) in database.execute(f"SELECT count(*) FROM curve GROUP BY {bucket}").fetchall()]
    told.append((len(counts), max(counts)))
    print(f"{name}: {len(counts)}, most points in one {max(counts)}")
sys.exit(0 if told == [(24, 12), (25, 6), (1, 150), (2, 138)] else 1)
PYTHON
