# SPDX-License-Identifier: Apache-2.0
"""enedis-tic 0.2.0 (standard) as a program under test: its frame factory, fed from a port, printing JSON lines.

    python enedis_tic_json.py PORT

As in the package's own link layer, a frame is what comes up to ETX, and an error loses it.
"""

import json
import sys

import serial
from enedis_tic.link_layer import END_FRAME, FrameFactory

port = serial.Serial(sys.argv[1], 9600, bytesize=serial.SEVENBITS, parity=serial.PARITY_EVEN)
port.read_until(END_FRAME)  # the first frame is not whole, as in the package's own link layer
while True:
    try:
        groups = FrameFactory(port.read_until(END_FRAME).decode("ascii")).to_dict()
    except Exception as error:
        print(f"frame refused: {error!r}", file=sys.stderr)
        continue
    print(json.dumps({label: group["data"] for label, group in groups.items()}), flush=True)
