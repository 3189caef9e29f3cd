#!/usr/bin/env bash
# enedis-tic 0.2.0 (PyPI): a historic group whose checksum is a space, such as PTEC HP.., loses its whole frame.
#
# Behaviour: the package splits each group at the separator. In historic mode a checksum may be the separator itself; then a
#   group has four parts, the package takes the second one for a horodate, and the error ends the frame. PTEC HP.. is such a
#   group: of a meter with off-peak hours no frame is read for the two thirds of the day that are peak hours.
# Why one would guess otherwise: the package has a line for historic mode, and reads the same meter's frames in off-peak hours.
# Seen (2026-11, enedis-tic 0.2.0, Python 3.11):
#   PTEC HC..: ADCO HCHC HCHP OPTARIF PTEC
#   PTEC HP..: ValueError, no group of the frame
# Ends with 0 while this holds, with 1 when it has changed; needs Python 3 and PyPI.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv" && "$work/venv/bin/pip" install -q enedis-tic==0.2.0 >"$work/pip.log" 2>&1 || { cat "$work/pip.log" >&2; exit 2; }
"$work/venv/bin/python" - <<'PYTHON'
import sys

from enedis_tic.link_layer import FrameFactory


def group(label, value):
    """A historic group: its checksum counts label, separator and data (ERDF-NOI-CPT_02E)."""
    text = f"{label} {value}"
    return f"\n{text} {chr((sum(text.encode()) & 0x3F) + 0x20)}\r"


def read(period):
    """What the package makes of a frame in such a tariff period."""
    groups = ("ADCO", "041861932273"), ("OPTARIF", "HC.."), ("HCHC", "003156721"), ("HCHP", "014849205"), ("PTEC", period)
    try:
        return " ".join(sorted(FrameFactory("\x02" + "".join(group(*one) for one in groups) + "\x03").to_dict()))
    except Exception as error:
        return f"{type(error).__name__}, no group of the frame"


assert group("PTEC", "HP..") == "\nPTEC HP..  \r"
low, high = read("HC.."), read("HP..")
print(f"PTEC HC..: {low}\nPTEC HP..: {high}")
sys.exit(0 if low == "ADCO HCHC HCHP OPTARIF PTEC" and "no group" in high else 1)
PYTHON
