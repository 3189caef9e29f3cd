#!/usr/bin/env bash
# pyserial 3.5: the timeout of readline() is one for each byte: with timeout=0.5 a line without an end is read for 4 s.
#
# Behaviour: a byte each 0.3 s and never a line feed. read_until() and read() return after half a second with what there is;
#   readline(), and `for line in port`, which come from Python's io and read byte by byte, go on as long as no byte is late by
#   half a second: until the sender stops.
# Why one would guess otherwise: the documentation (pyserial.readthedocs.io, short introduction) warns that readline() may block for
#   ever, and tells to give a timeout; read_until(), which looks for the same line feed, keeps it. A meter never pauses that long: read
#   at the wrong rate it holds a program in readline() that was to look round each second.
# Seen (2026-11, pyserial 3.5, Python 3.11, Linux 6, a pseudo-terminal):
#   read(100): 1 byte, within 1 s: True
#   read_until(): 2 bytes, within 1 s: True
#   readline(): 12 bytes, within 1 s: False
#   next(port): 12 bytes, within 1 s: False
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "pyserial==3.5" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
timeout 60 "$work/venv/bin/python" - <<'PYTHON'
import os
import sys
import threading
import time
import tty

import serial


def send(master):
    """Twelve bytes of a line, slowly."""
    for _ in range(12):
        time.sleep(0.3)
        os.write(master, b"x")


told = []
for name, read in (
    ("read(100)", lambda port: port.read(100)),
    ("read_until()", lambda port: port.read_until()),
    ("readline()", lambda port: port.readline()),
    ("next(port)", next),
):
    master, slave = os.openpty()
    tty.setraw(slave)
    with serial.Serial(os.ttyname(slave), 9600, timeout=0.5) as port:
        sender = threading.Thread(target=send, args=(master,))
        sender.start()
        began = time.monotonic()
        got = read(port)
        in_time = time.monotonic() - began < 1
        sender.join()
    told.append((in_time, len(got) == 12))
    print(f"{name}: {len(got)} byte{'s' if len(got) > 1 else ''}, within 1 s: {in_time}")
sys.exit(0 if told == [(True, False)] * 2 + [(False, True)] * 2 else 1)
PYTHON
