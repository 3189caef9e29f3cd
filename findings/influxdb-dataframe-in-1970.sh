#!/usr/bin/env bash
# influxdb 5.3.2 (PyPI) with pandas 3: DataFrameClient writes a curve of January 2026 into January 1970.
#
# Behaviour: write_points() of a DataFrame sends the numbers that its index holds and names no precision, which the server takes for
#   nanoseconds. An index of pandas 3 counts microseconds unless told, so that each time is a thousand times too early; InfluxDB
#   answers 204. With `index.as_unit("ns")` the times are right.
# Why one would guess otherwise: the client is the one for InfluxDB 1, was right with each pandas that counted nanoseconds, asks for
#   no other one, and of dictionaries with the same times it still is.
# Seen (2026-11, influxdb 5.3.2, pandas 3.1.1, Python 3.11):
#   index as pandas makes it (us): precision none, conso va=750i 1768478400000000, which is 1970-01-21T11:14:38.400000+00:00
#   index as nanoseconds (ns): precision none, conso va=750i 1768478400000000000, which is 2026-01-15T12:00:00+00:00
#   a dictionary: precision none, conso va=750i 1768478400000000000, which is 2026-01-15T12:00:00+00:00
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "influxdb==5.3.2" "pandas==3.1.1" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
timeout 60 "$work/venv/bin/python" -W ignore - <<'PYTHON'
import sys
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pandas as pd
from influxdb import DataFrameClient, InfluxDBClient

asked = []


class Database(BaseHTTPRequestHandler):
    """Keeps what it is sent, and is content."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode().strip()
        asked.append((parse_qs(urlsplit(self.path).query).get("precision", ["none"])[0], body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        """Says nothing."""


server = HTTPServer(("127.0.0.1", 0), Database)
threading.Thread(target=server.serve_forever, daemon=True).start()
frames = DataFrameClient("127.0.0.1", server.server_port, database="home")
index = pd.date_range("2026-01-15 12:00", periods=1, tz="UTC")


def told(what):
    precision, line = asked.pop()
    time = datetime.fromtimestamp(int(line.split()[-1]) / 1e9, timezone.utc).isoformat()
    print(f"{what}: precision {precision}, {line}, which is {time}")
    return time


times = []
for what, one in (("as pandas makes it", index), ("as nanoseconds", index.as_unit("ns"))):
    frames.write_points(pd.DataFrame({"va": [750]}, one), "conso")
    times.append(told(f"index {what} ({one.unit})"))
dictionaries = InfluxDBClient("127.0.0.1", server.server_port, database="home")
dictionaries.write_points([{"measurement": "conso", "fields": {"va": 750}, "time": "2026-01-15T12:00:00Z"}])
times.append(told("a dictionary"))
noon = "2026-01-15T12:00:00+00:00"
sys.exit(0 if times == ["1970-01-21T11:14:38.400000+00:00", noon, noon] else 1)
PYTHON
