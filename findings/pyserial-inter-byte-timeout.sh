#!/usr/bin/env bash
# pyserial 3.5 (Linux): inter_byte_timeout ends no read: three bytes and then silence take the whole timeout, or for ever.
#
# Behaviour: read(10) with `timeout=2, inter_byte_timeout=0.2` of a port on which three bytes come and then nothing returns them
#   after 2 s. With `timeout=None` it waits until there are ten. The value is written into VTIME, but the port is read without
#   blocking behind select(), where VTIME has no say.
# Why one would guess otherwise: the parameter is documented as the timeout between characters, it is kept and read back, and it is
#   what one takes to find the pause between two frames of a meter.
# Seen (2026-11, pyserial 3.5, Python 3.11, Linux 6, a pseudo-terminal):
#   kept: 0.2; read b'abc', behind 2 s: True
#   without a timeout, seven bytes 1 s later: read b'abcdefghij', behind 1 s: True
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "pyserial==3.5" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
timeout 60 "$work/venv/bin/python" - <<'PYTHON'
import os
import pty
import sys
import threading
import time
import tty

import serial

meter, line = pty.openpty()
tty.setraw(line)


def read(timeout, *later):
    """What a read of ten bytes gave, and after how many seconds; each of what is sent later is told when."""
    with serial.Serial(os.ttyname(line), timeout=timeout, inter_byte_timeout=0.2) as port:
        kept = port.inter_byte_timeout
        os.write(meter, b"abc")
        for seconds, data in later:
            threading.Timer(seconds, os.write, (meter, data)).start()
        began = time.monotonic()
        data = port.read(10)
        return kept, data, time.monotonic() - began


kept, data, took_s = read(2)
print(f"kept: {kept}; read {data}, behind 2 s: {took_s >= 1.9}")
_, whole, waited_s = read(None, (1, b"defghij"))
print(f"without a timeout, seven bytes 1 s later: read {whole}, behind 1 s: {waited_s >= 0.9}")
sys.exit(0 if (kept, data, whole) == (0.2, b"abc", b"abcdefghij") and took_s >= 1.9 and waited_s >= 0.9 else 1)
PYTHON
