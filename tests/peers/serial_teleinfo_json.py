# SPDX-License-Identifier: Apache-2.0
"""serial-teleinfo 1.0.1 (historic) as a program under test: its parser, fed from a port, printing JSON lines.

The text is printed as parsed: the package's typed values drop the dots of HC.. and TH..

    python serial_teleinfo_json.py PORT
"""

import json
import sys

import serial
from serial_teleinfo import ParserException, parse_line, type_parsers

port = serial.Serial(sys.argv[1], 1200, bytesize=serial.SEVENBITS, parity=serial.PARITY_EVEN)
port.readline()  # the first line is not whole, as in the package's own client
while True:
    try:
        label, value, end_of_frame = parse_line(port.readline())
        type_parsers[label](label, value, end_of_frame)  # the package's own check of the size
    except (ParserException, KeyError, ValueError):  # as its client: not a line, not a known label, no number
        continue
    print(json.dumps({label: value}), flush=True)
