#!/usr/bin/env bash
# kylin 0.6.0 (PyPI): the last group of a historic frame never comes, and of frames in a row every second one alone is read.
#
# Behaviour: readframe() reads lines up to LF. ETX, STX and the last group share one such line; it ends the frame, is not looked
#   at, and its STX has gone by when the next call looks for one. python-tic 1.1.1, pyticcom 1.2 and pytictri 2.0.4 read alike.
# Why one would guess otherwise: each frame is whole and right, and the README calls readframe() for a frame.
# Seen (2026-11, kylin 0.6.0, pyserial 3.5, Python 3.11, Linux 6.18, a pseudo-terminal):
#   sent: 8 frames of ADCO, PAPP, HHPHC, MOTDETAT
#   read: PAPP 00001 00003 00005; labels ADCO HHPHC PAPP
# Ends with 0 while this holds, with 1 when it has changed; needs Python 3 and PyPI.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv" && "$work/venv/bin/pip" install -q kylin==0.6.0 pyserial==3.5 >"$work/pip.log" 2>&1 || { cat "$work/pip.log" >&2; exit 2; }
timeout 60 "$work/venv/bin/python" - <<'PYTHON'
import os
import sys
import threading
import time
import tty
from types import SimpleNamespace

from serial.tools import list_ports

FRAMES = 8


def group(label, value):
    """A historic group: its checksum counts label, separator and data (ERDF-NOI-CPT_02E)."""
    text = f"{label} {value}"
    return f"\n{text} {chr((sum(text.encode()) & 0x3F) + 0x20)}\r"


def frame(number):
    groups = ("ADCO", "041861932273"), ("PAPP", f"{number:05}"), ("HHPHC", "A"), ("MOTDETAT", "000000")
    return "\x02" + "".join(group(*one) for one in groups) + "\x03"


master, slave = os.openpty()
tty.setraw(slave)
list_ports.comports = lambda: [SimpleNamespace(device=os.ttyname(slave))]  # it refuses a port that is not listed
from kylin import Kylin  # noqa: E402

reader = Kylin(port=os.ttyname(slave), timeout=2)
reader.open()


def send():
    for number in range(1, FRAMES + 1):
        os.write(master, frame(number).encode())
        time.sleep(0.3)


threading.Thread(target=send, daemon=True).start()
read = [{one["name"]: one["value"] for one in reader.readframe()} for _ in range(3)]
values = [one.get("PAPP") for one in read]
labels = sorted({label for one in read for label in one})
print(f"sent: {FRAMES} frames of ADCO, PAPP, HHPHC, MOTDETAT")
print(f"read: PAPP {' '.join(map(str, values))}; labels {' '.join(labels)}")
steps = {int(later) - int(earlier) for earlier, later in zip(values, values[1:])}
sys.exit(0 if steps == {2} and "MOTDETAT" not in labels else 1)
PYTHON
