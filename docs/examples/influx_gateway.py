# SPDX-License-Identifier: Apache-2.0
"""A gateway in fifty lines: reads a TIC port, writes each frame to an InfluxDB (version 1) as one point.

influx_gateway.py PORT historic|standard http://HOST:PORT
"""

import sys
import threading
import urllib.request

import serial
from reader import SETTINGS, frames

TIMEOUT_S = 2.0
NUMBERS = ("EAST", "BASE", "HCHC", "HCHP", "SINSTS", "PAPP", "IRMS1", "IINST")


class Writer:
    """Writes the newest point, one at a time, so that a slow database holds nothing up and gets nothing old."""

    def __init__(self, url):
        self.url, self.point, self.there = url + "/write?db=house", None, threading.Event()
        threading.Thread(target=self.run, daemon=True).start()

    def write(self, point):
        self.point = point
        self.there.set()

    def run(self):
        while True:
            self.there.wait()
            self.there.clear()
            request = urllib.request.Request(self.url, self.point.encode(), {"Content-Type": "text/plain"})
            try:
                urllib.request.urlopen(request, timeout=TIMEOUT_S).close()
            except OSError as error:  # away, slow, or a status that is none of 200 to 299: the next point is as good
                print(error, file=sys.stderr)


def point(said):
    """Line protocol of a frame: its label to (data, horodate)."""
    fields = [f"{label}={int(data)}i" for label, (data, _) in said.items() if label in NUMBERS]
    serial_number = said.get("ADSC") or said.get("ADCO")
    tag = f",meter={serial_number[0]}" if serial_number else ""
    return f"linky{tag} {','.join(fields)}" if fields else ""


def main():
    port, mode, url = sys.argv[1:]
    baud, _ = SETTINGS[mode]
    line = serial.serial_for_url(port, baud, bytesize=serial.SEVENBITS, parity=serial.PARITY_EVEN)
    writer = Writer(url)
    for said in frames(line, mode):
        if point(said):
            writer.write(point(said))


if __name__ == "__main__":
    main()
