# SPDX-License-Identifier: Apache-2.0
"""A sound reader that waits for a whole frame, STX to ETX, and then looks at its groups; without pyserial.

python frame_by_frame.py PATH MODE BAUD
"""

import json
import os
import sys
import termios

path, mode, baud = sys.argv[1:]
port = os.open(path, os.O_RDWR | os.O_NOCTTY)
settings = termios.tcgetattr(port)
settings[:4] = [0, 0, termios.CS7 | termios.PARENB | termios.CREAD | termios.CLOCAL, 0]
settings[4] = settings[5] = {"1200": termios.B1200, "9600": termios.B9600}[baud]
settings[6][termios.VMIN], settings[6][termios.VTIME] = 1, 0
termios.tcsetattr(port, termios.TCSANOW, settings)
SPACE = " " if mode == "historic" else "\t"


def read(body):
    """Label and what is said of it; None where the group is not right."""
    checked = body[:-1] if mode == "standard" else body[:-2]
    if len(body) < 4 or body[-2] != SPACE or chr((sum(map(ord, checked)) & 0x3F) + 0x20) != body[-1]:
        return None
    label, *fields = body[:-2].split(SPACE) if mode == "standard" else body[:-2].split(SPACE, 1)
    if not fields or len(fields) > 2 or not label or not all(field.isprintable() for field in (label, *fields)):
        return None
    return label, {"value": fields[-1], "timestamp": fields[0] if len(fields) == 2 else None}


frame = None
while True:
    for code in os.read(port, 4096):
        if code == 0x02:
            frame = bytearray()
        elif code == 0x04:
            frame = None
        elif code == 0x03 and frame is not None:
            text, frame, said = frame.decode("latin-1"), None, {}
            while (start := text.find("\n")) >= 0:
                end, following = text.find("\r", start), text.find("\n", start + 1)
                if end >= 0 and (following < 0 or end < following):
                    one = read(text[start + 1 : end])
                    said.update([one] if one else [])
                text = text[following:] if following >= 0 else ""
            print(json.dumps(said), flush=True)
        elif frame is not None and len(frame) < 20000:
            frame.append(code)
