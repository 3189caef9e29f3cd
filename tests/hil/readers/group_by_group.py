# SPDX-License-Identifier: Apache-2.0
"""A sound reader that says each group as it ends, and knows nothing of frames.

python group_by_group.py PORT MODE BAUD
"""

import json
import sys

import serial

port, mode, baud = sys.argv[1], sys.argv[2], int(sys.argv[3])
separator = b" " if mode == "historic" else b"\t"
line = serial.serial_for_url(port, baud, bytesize=serial.SEVENBITS, parity=serial.PARITY_EVEN)
group = None  # characters since the last LF, None outside a group
while True:
    for code in line.read(max(1, line.in_waiting)):
        if code == 0x0A:
            group = bytearray()
        elif code == 0x0D and group is not None:
            body, group = bytes(group), None
            zone = body[:-2] if mode == "historic" else body[:-1]
            if len(body) < 4 or body[-2:-1] != separator or (sum(zone) & 0x3F) + 0x20 != body[-1]:
                continue
            label, _, data = body[:-2].partition(separator)
            horodate, stamped, value = data.rpartition(separator)
            if not label or not (label + data.replace(separator, b"")).decode("latin-1").isprintable():
                continue
            stamp = horodate.decode("ascii") if stamped and mode == "standard" else None
            text = value if stamp is not None else data
            said = {"value": text.decode("ascii"), "timestamp": stamp} if stamp is not None else text.decode("ascii")
            print(json.dumps({label.decode("ascii"): said}), flush=True)
        elif code in (0x02, 0x03, 0x04):
            group = None
        elif group is not None and len(group) < 256:
            group.append(code)
