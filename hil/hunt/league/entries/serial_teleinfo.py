# SPDX-License-Identifier: Apache-2.0
# /// script
# requires-python = ">=3.11"
# dependencies = ["serial-teleinfo==1.0.1", "pyserial==3.5"]
#
# [tool.xky-league]
# speed = 10  # it waits by lines, not by the clock
# ///
# /// board
# id = "serial-teleinfo"
# title = "serial-teleinfo 1.0.1 (PyPI)"
# modes = ["historic"]  # its README: 1200 baud, NOI-CPT_02E
# labels = [
#   "ADCO", "OPTARIF", "BASE", "HCHC", "HCHP", "EJPHN", "EJPHPM", "PTEC", "MOTDETAT", "ISOUSC", "BBRHCJB", "BBRHPJB",
#   "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR", "PEJP", "DEMAIN", "IINST", "ADPS", "IMAX", "HHPHC", "PAPP", "IINST1",
#   "IINST2", "IINST3", "IMAX1", "IMAX2", "IMAX3", "PMAX", "PPOT",
# ]  # its table of labels
# ///
"""serial-teleinfo 1.0.1 (historic) as a program under test: its parser, fed from a port, printing JSON lines.

The text is printed as parsed: the package's typed values drop the dots of HC.. and TH.., as its README says.

    python serial_teleinfo.py PORT
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
