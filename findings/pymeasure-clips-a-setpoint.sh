#!/usr/bin/env bash
# PyMeasure 0.16.0: a Siglent SPD1305X that is told 40 V is set to 30 V, without a word; a Keysight E36312A raises.
#
# Behaviour: `voltage_setpoint = 40` of the SPD1305X (30 V at most) sends CH1:VOLT 30, and -1 sends CH1:VOLT 0; no exception and
#   no warning. The same assignment to a channel of the E36312A (25 V at most) raises ValueError and sends nothing.
# Why one would guess otherwise: both are power supplies of one library with a property of one name, and the property's documentation
#   says nothing of it. A bench that is tried with the one and run with the other powers a board with a voltage nobody asked for.
# Seen (2026-11, PyMeasure 0.16.0, Python 3.11, with PyMeasure's own stand-in for an instrument):
#   SPD1305X, 40 V: sent CH1:VOLT 30
#   SPD1305X, -1 V: sent CH1:VOLT 0
#   E36312A, 40 V: ValueError, sent nothing
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "pymeasure==0.16.0" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
"$work/venv/bin/python" - <<'PYTHON'
import logging
import sys
import warnings

from pymeasure.adapters import ProtocolAdapter
from pymeasure.instruments.keysight import KeysightE36312A
from pymeasure.instruments.siglenttechnologies import SPD1305X

logging.captureWarnings(True)
words = []
logging.getLogger().addHandler(type("Words", (logging.Handler,), {"emit": lambda self, record: words.append(record)})())


class Line(ProtocolAdapter):
    """An instrument that takes whatever it is told."""

    def __init__(self):
        super().__init__([])
        self.sent = []

    def _write(self, command, **_):
        self.sent.append(command)


def set_to(supply, channel, volts):
    """What was sent for a voltage, or the exception; and whether there was a word."""
    line = Line()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what the library knows of the instrument
        settled = getattr(supply(line), channel)
    words.clear()
    try:
        settled.voltage_setpoint = volts
    except ValueError as error:
        return f"{type(error).__name__}, sent {' '.join(line.sent) or 'nothing'}"
    return f"sent {' '.join(line.sent)}{', with a word' if words else ''}"


told = [set_to(SPD1305X, "ch_1", 40), set_to(SPD1305X, "ch_1", -1), set_to(KeysightE36312A, "ch_2", 40)]
print(f"SPD1305X, 40 V: {told[0]}\nSPD1305X, -1 V: {told[1]}\nE36312A, 40 V: {told[2]}")
sys.exit(0 if told == ["sent CH1:VOLT 30", "sent CH1:VOLT 0", "ValueError, sent nothing"] else 1)
PYTHON
