# SPDX-License-Identifier: Apache-2.0
"""A sound reader of eight bits without parity that splits into lines with a state machine, and masks nothing.

It keeps what it knows and says all that the frame which just ended told it, numbers as integers. A character that no
text can have spoils its line.

python line_machine.py PORT MODE BAUD
"""

import json
import sys

import serial

port, mode, baud = sys.argv[1:]
separator = 0x20 if mode == "historic" else 0x09
line = serial.serial_for_url(port, int(baud))
IDLE, LABEL, DATA, SPOILT = range(4)
state, label, data, told = IDLE, [], [], {}


def finish():
    """The line has ended: what it says, if it is right."""
    if state != DATA or len(data) < 2 or data[-2] != separator:
        return
    summed = [*label, separator, *data[:-2]] + ([separator] if mode == "standard" else [])
    if (sum(summed) & 0x3F) + 0x20 != data[-1]:
        return
    value = bytes(data[:-2]).decode("ascii")
    stamp = None
    if mode == "standard" and "\t" in value:
        stamp, _, value = value.partition("\t")
    number = value.isdecimal() and bytes(label) != b"STGE" and stamp is None
    told[bytes(label).decode("ascii")] = int(value) if number else {"value": value, "timestamp": stamp}


while True:
    for received in line.read(max(1, line.in_waiting)):
        bare = received & 0x7F
        code = bare if bare.bit_count() % 2 == received >> 7 else received  # a right parity bit is taken off
        if code == 0x0A:
            state, label, data = LABEL, [], []
        elif code == 0x0D:
            finish()
            state = IDLE
        elif code in (0x02, 0x03, 0x04):
            if code == 0x03 and told:
                print(json.dumps(told), flush=True)
            state, told = IDLE, {}
        elif state == LABEL and code == separator:
            state = DATA if label else SPOILT
        elif not (0x20 <= code < 0x7F or code == separator) or len(data) > 200:
            state = SPOILT if state != IDLE else IDLE
        elif state == LABEL:
            label.append(code)
        elif state == DATA:
            data.append(code)
