# SPDX-License-Identifier: Apache-2.0
"""A device behind a wire as a program that xky certify can run: the line goes out, what the device says comes back.

    bridge.py PORT MODE WIRE COMMAND [ARGUMENT ...]

PORT and MODE are {port} and {mode} of the bench. WIRE is what leads to the device's TIC input: a serial port, or a URL
of pyserial. COMMAND prints what the device says, one JSON object a line, such as a reader of its serial log; where the
device publishes to the bench it is sleep infinity.
"""

import subprocess
import sys

import serial

BAUD = {"historic": 1200, "standard": 9600}


def main():
    port, mode, wire, *command = sys.argv[1:]
    line = serial.serial_for_url(port, BAUD[mode], bytesize=serial.SEVENBITS, parity=serial.PARITY_EVEN)
    # On the wire each character has its parity again: what the bench hands over has none
    out = serial.serial_for_url(wire, BAUD[mode], bytesize=serial.SEVENBITS, parity=serial.PARITY_EVEN)
    said = subprocess.Popen(command)  # its standard output is ours, which the bench reads
    try:
        while said.poll() is None:
            out.write(line.read(max(1, line.in_waiting)))
    finally:
        said.terminate()
    sys.exit(f"{command[0]} ended with exit status {said.returncode}")


if __name__ == "__main__":
    main()
