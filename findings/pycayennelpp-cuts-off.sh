#!/usr/bin/env bash
# pycayennelpp 2.4.0 (PyPI): values are cut, not rounded: 4.35 V is sent as 4.34; an analog value of 400 comes out as -255.36.
#
# Behaviour: LppFrame.add_voltage(1, 4.35) writes 434 hundredths, add_voltage(1, 0.29) writes 28, and add_temperature(1, -2.15) -21
#   tenths. add_analog_input(1, 400) wraps round in its two bytes, while a voltage that does not fit raises ValueError.
# Why one would guess otherwise: 4.35 and 0.29 are whole numbers of the format's steps of 0.01 V and come out right of any codec that
#   rounds; and where a range is checked at all one expects it of all types.
# Seen (2026-11, pycayennelpp 2.4.0, Python 3.11):
#   voltage 4.35: 017401b2, read 4.34
#   voltage 0.29: 0174001c, read 0.28
#   temperature -2.15: 0167ffeb, read -2.1
#   analog input 400.0: 01029c40, read -255.36
#   voltage 700.0: ValueError
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "pycayennelpp==2.4.0" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
"$work/venv/bin/python" - <<'PYTHON'
import sys

from cayennelpp import LppFrame


def sent(kind, value):
    """What is sent of a value, and read of that."""
    frame = LppFrame()
    try:
        getattr(frame, f"add_{kind}")(1, value)
        data = bytes(frame)
    except ValueError as error:
        told = type(error).__name__
    else:
        (item,) = LppFrame().from_bytes(data).data
        told = f"{data.hex()}, read {item.value[0]}"
    print(f"{kind.replace('_', ' ')} {value}: {told}")
    return told


values = ("voltage", 4.35), ("voltage", 0.29), ("temperature", -2.15), ("analog_input", 400.0), ("voltage", 700.0)
told = [sent(*one) for one in values]
right = ["017401b2, read 4.34", "0174001c, read 0.28", "0167ffeb, read -2.1", "01029c40, read -255.36", "ValueError"]
sys.exit(0 if told == right else 1)
PYTHON
