#!/usr/bin/env bash
# PyVISA 1.16.2: write_ascii_values() sends six decimals, so that a limit of 400 nA arrives as 0.000000.
#
# Behaviour: without a converter each value is written as "%f": 4e-7 becomes 0.000000, 2.5e-6 becomes 0.000003, and no exception or
#   warning tells. With `converter="e"` or "g" they arrive.
# Why one would guess otherwise: query_ascii_values() of the same resource reads 4E-07 as it is, and Python writes a float so that
#   it can be read back.
# Seen (2026-11, PyVISA 1.16.2, PyVISA-py 0.8.1, Python 3.11):
#   written 4e-07, 2.5e-06, 1.0: sent CURR 0.000000,0.000003,1.000000
#   with converter e: sent CURR 4.000000e-07,2.500000e-06,1.000000e+00
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "pyvisa==1.16.2" "pyvisa-py==0.8.1" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
timeout 60 "$work/venv/bin/python" -W ignore - <<'PYTHON'
import socket
import sys

import pyvisa

VALUES = [4e-7, 2.5e-6, 1.0]
with socket.create_server(("127.0.0.1", 0)) as server:
    name = f"TCPIP::127.0.0.1::{server.getsockname()[1]}::SOCKET"
    supply = pyvisa.ResourceManager("@py").open_resource(name, write_termination="\n")
    peer, _ = server.accept()
    with peer, peer.makefile("r", encoding="ascii") as lines:
        supply.write_ascii_values("CURR ", VALUES)
        plain = lines.readline().strip()
        supply.write_ascii_values("CURR ", VALUES, converter="e")
        exponents = lines.readline().strip()
        supply.close()
print(f"written {', '.join(map(str, VALUES))}: sent {plain}")
print(f"with converter e: sent {exponents}")
right = plain, exponents
sys.exit(0 if right == ("CURR 0.000000,0.000003,1.000000", "CURR 4.000000e-07,2.500000e-06,1.000000e+00") else 1)
PYTHON
