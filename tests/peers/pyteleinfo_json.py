# SPDX-License-Identifier: Apache-2.0
"""pyteleinfo 0.4.0 (historic) as a program under test: its read_frame, which opens and closes the port for each frame.

This is how Home Assistant reads a meter; the package needs Python 3.12.

    python pyteleinfo_json.py PORT
"""

import json
import sys

from teleinfo import TeleinfoError, decode, read_frame

while True:
    try:
        frame = decode(read_frame(sys.argv[1]))
    except TeleinfoError as error:
        print(f"frame refused: {error!r}", file=sys.stderr)
        continue
    print(json.dumps(frame), flush=True)
