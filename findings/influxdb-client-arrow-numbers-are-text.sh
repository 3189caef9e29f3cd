#!/usr/bin/env bash
# influxdb-client 1.50.0 and influxdb3-python 0.21.0: numbers of a Parquet file that was read as Arrow are written as text.
#
# Behaviour: a DataFrame of `pandas.read_parquet(..., dtype_backend="pyarrow")` is written with each number in quotes, index, voltage and
#   truth alike; the write succeeds. The same file read without the option is written as integer, float and boolean. Both clients
#   tell the kind of a column by the NumPy type of its values, and take what they do not know for text.
# Why one would guess otherwise: pandas says of both columns that they are integers (`pandas.api.types.is_integer_dtype`), its own Int64
#   is written as one, and an Arrow column is where the integers of a file with gaps stay integers. In a new measurement the first
#   write decides: the fields are text from then on, and the right ones are refused.
# Seen (2026-11, influxdb-client 1.50.0, influxdb3-python 0.21.0, pandas 3.1.1, pyarrow 26.0.1, Python 3.11):
#   influxdb-client, read as usual: tic east=18021167i,open=True,volts=230.5
#   influxdb-client, read as Arrow: tic east="18021167",open="True",volts="230.5"
#   influxdb3-python, read as usual: tic east=18021167i,open=True,volts=230.5
#   influxdb3-python, read as Arrow: tic east="18021167",open="True",volts="230.5"
#   both integers, says pandas: True
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "influxdb-client==1.50.0" "influxdb3-python==0.21.0" "pandas==3.1.1" "pyarrow==26.0.1" 2>"$work/pip.log" ||
    { cat "$work/pip.log" >&2; exit 2; }
cd "$work"
timeout 90 venv/bin/python -W ignore - <<'PYTHON'
import gzip
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pandas as pd
from influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client_3 import InfluxDBClient3

asked = []


class Database(BaseHTTPRequestHandler):
    """Keeps what it is sent, and is content."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked.append((gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body).decode())
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        """Says nothing."""


server = HTTPServer(("127.0.0.1", 0), Database)
threading.Thread(target=server.serve_forever, daemon=True).start()
at = f"http://127.0.0.1:{server.server_port}"
index = pd.date_range("2026-01-15 12:00", periods=1, tz="UTC", name="time")
pd.DataFrame({"east": [18021167], "volts": [230.5], "open": [True]}, index).to_parquet("line.parquet")
tables = {"usual": pd.read_parquet("line.parquet"), "Arrow": pd.read_parquet("line.parquet", dtype_backend="pyarrow")}
two = InfluxDBClient(at, "token", org="org").write_api(write_options=SYNCHRONOUS)
three = InfluxDBClient3(host=at, token="token", database="home")
told = []
for name, write in ("influxdb-client", lambda one: two.write("home", record=one, data_frame_measurement_name="tic")), (
    "influxdb3-python",
    lambda one: three.write(one, data_frame_measurement_name="tic"),
):
    for kind, table in tables.items():
        write(table)
        told.append(asked.pop().strip().rpartition(" ")[0])
        print(f"{name}, read as {kind}: {told[-1]}")
integers = all(pd.api.types.is_integer_dtype(table["east"]) for table in tables.values())
print(f"both integers, says pandas: {integers}")
right, text = "tic east=18021167i,open=True,volts=230.5", 'tic east="18021167",open="True",volts="230.5"'
sys.exit(0 if told == [right, text] * 2 and integers else 1)
PYTHON
