# SPDX-License-Identifier: Apache-2.0
# /// script
# requires-python = ">=3.12"
# dependencies = ["pyteleinfo==0.4.0", "pyserial==3.5"]
#
# [tool.xky-league]
# speed = 1  # it opens its port for each frame and gives up after five seconds of the clock
# ///
# /// board
# id = "pyteleinfo"
# title = "pyteleinfo 0.4.0 (PyPI), as Home Assistant's core integration teleinfo reads"
# modes = ["historic"]  # its README: NOI-CPT_02E
# ///
"""pyteleinfo 0.4.0 (historic) as a program under test: its read_frame, which opens and closes the port for each frame.

This is how Home Assistant reads a meter, but without its ten seconds between two frames.

    python pyteleinfo.py PORT
"""

import json
import sys

from teleinfo import TeleinfoError, decode, read_frame

while True:
    try:
        frame = decode(read_frame(sys.argv[1]))
    except (TeleinfoError, TimeoutError) as error:  # what its documentation says it raises
        print(f"frame refused: {type(error).__name__}", file=sys.stderr)
        continue
    print(json.dumps(frame), flush=True)
