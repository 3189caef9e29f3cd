#!/usr/bin/env bash
# enedis-tic 0.2.0 (PyPI): a meter on its tariff index 9 is reported to be on index 1, and on 10 to be on 2.
#
# Behaviour: the package turns STGE into words. Of the index on which the energy of the supplier's contract is counted it reads three bits
#   (10 to 12), so that codes 8 and 9 lose their highest one. NTARF of the same frame is 09, and is reported so beside it.
# Why one would guess otherwise: the supplier's contract has ten indexes, EASF01 to EASF10, all of which the package knows by name;
#   Enedis-NOI-CPT_54E, 6.2.3.14, has them in bits 10 to 13. The energy is put down to the tariff of another hour.
# Seen (2026-11, enedis-tic 0.2.0, Python 3.11):
#   NTARF 01, STGE 003A0001: énergie ventilée sur Index 1
#   NTARF 08, STGE 003A1C01: énergie ventilée sur Index 8
#   NTARF 09, STGE 003A2001: énergie ventilée sur Index 1
#   NTARF 10, STGE 003A2401: énergie ventilée sur Index 2
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q enedis-tic==0.2.0 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
"$work/venv/bin/python" - <<'PYTHON'
import sys

from enedis_tic.application_layer import FrameParser
from enedis_tic.link_layer import FrameFactory


def group(label, value):
    """A standard group: its checksum counts label, data and both separators (Enedis-NOI-CPT_54E)."""
    text = f"{label}\t{value}\t"
    return f"\n{text}{chr((sum(text.encode()) & 0x3F) + 0x20)}\r"


told = []
for index in (1, 8, 9, 10):
    number, status = f"{index:02}", f"{0x003A0001 | index - 1 << 10:08X}"
    raw = "\x02" + group("ADSC", "041861932273") + group("NTARF", number) + group("STGE", status) + "\x03"
    said = FrameParser(FrameFactory(raw).to_dict()).to_dict()
    assert said["Numéro de l’index tarifaire en cours"] == number
    told.append(said["Tarif en cours sur le contrat fourniture"])
    print(f"NTARF {number}, STGE {status}: {told[-1]}")
sys.exit(0 if told == [f"énergie ventilée sur Index {index}" for index in (1, 8, 1, 2)] else 1)
PYTHON
