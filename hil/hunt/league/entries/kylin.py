# SPDX-License-Identifier: Apache-2.0
# /// script
# requires-python = ">=3.11"
# dependencies = ["kylin==0.6.0", "pyserial==3.5"]
#
# [tool.xky-league]
# speed = 1  # its port gives up after so many seconds of the clock
# ///
# /// board
# id = "kylin"
# title = "kylin 0.6.0 (PyPI)"
# modes = ["historic"]  # it opens its port at 1200 baud
# ///
"""kylin 0.6.0 (historic) as a program under test: readframe() after readframe(), as its README has it.

It refuses a port that the system does not list, so the bench's is listed. What it raises ends the frame, no more.

    python kylin.py PORT
"""

import json
import sys
from types import SimpleNamespace

from kylin import Kylin
from serial.tools import list_ports

vars(list_ports)["comports"] = lambda: [SimpleNamespace(device=sys.argv[1])]
reader = Kylin(port=sys.argv[1], timeout=2)
reader.open()
while True:
    try:
        frame = reader.readframe()
    except Exception as error:
        print(f"frame refused: {type(error).__name__}", file=sys.stderr)
        continue
    print(json.dumps({group["name"]: group["value"] for group in frame}), flush=True)
