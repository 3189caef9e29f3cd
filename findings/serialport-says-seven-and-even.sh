#!/usr/bin/env bash
# serialport 13.0.0 (npm): 7E1 on a port that stays at 8N1 is opened without a word, and its settings say 7 and even.
#
# Behaviour: a SerialPort with `dataBits: 7, parity: "even"` of a Linux pseudo-terminal, which keeps neither, opens without an error. stty
#   says cs8 -parenb, the port object says 7 and even, and a byte with its parity bit set arrives as it was sent: 0xC1 for an A.
#   pyserial, which opens it, too, raises termios.error as soon as any of its settings is made.
# Why one would guess otherwise: open() has an error for its callback, and `settings` reads as what the port is set to. A reader of a
#   meter that is tried on a pseudo-terminal, where the parity comes as bit 7, finds no checksum right and no word why.
# Seen (2026-11, serialport 13.0.0, Node 20.20, pyserial 3.5, Python 3.11, Linux 6):
#   serialport: open error none, says 7 even, stty says -parenb cs8, 0xC1 arrives as 0xc1
#   pyserial, its next setting: error
# Ends with 0 while this holds, with 1 when it has changed; needs Node 20 or later and npm.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "pyserial==3.5" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
cd "$work"
npm install --silent --no-fund --no-audit "serialport@13.0.0" >npm.log 2>&1 || { cat npm.log >&2; exit 2; }
cat >reader.cjs <<'NODE'
const { SerialPort } = require("serialport");
const port = new SerialPort({ path: process.argv[2], baudRate: 1200, dataBits: 7, parity: "even" }, (error) => {
  const { dataBits, parity } = port.settings;
  console.log(`open error ${error ? error.message : "none"}, says ${dataBits} ${parity}`);
});
port.on("data", (data) => {
  console.log(`0xC1 arrives as 0x${data.toString("hex")}`);
  process.exit();
});
NODE
timeout 60 venv/bin/python - <<'PYTHON'
import os
import subprocess
import sys
import tty

import serial

master, slave = os.openpty()
tty.setraw(slave)
name = os.ttyname(slave)
reader = subprocess.Popen(["node", "reader.cjs", name], stdout=subprocess.PIPE, text=True)
opened = reader.stdout.readline().strip()
words = subprocess.run(["stty", "-F", name, "-a"], capture_output=True, text=True, check=True).stdout.split()
kept = " ".join(word for word in words if word in ("parenb", "-parenb", "cs7", "cs8"))
os.write(master, b"\xc1")
told = f"{opened}, stty says {kept}, {reader.stdout.readline().strip()}"
reader.wait(10)
try:
    port = serial.Serial(name, 1200, bytesize=7, parity="E")
    port.timeout = 1
    other = "none"
except Exception as error:
    other = type(error).__name__
print(f"serialport: {told}\npyserial, its next setting: {other}")
right = "open error none, says 7 even, stty says -parenb cs8, 0xC1 arrives as 0xc1"
sys.exit(0 if (told, other) == (right, "error") else 1)
PYTHON
