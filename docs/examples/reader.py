# SPDX-License-Identifier: Apache-2.0
"""A sound TIC reader for both modes: reads a port or a pyserial URL, prints each whole frame as a JSON line.

python reader.py PORT historic|standard
"""

import json
import re
import sys

import serial

SETTINGS = {"historic": (1200, b" "), "standard": (9600, b"\t")}
# Fixed sizes of the data (54E 6.1, 6.2.2); a text may come without its padding, so it is not listed.
SIZES = {
    r"EAST|EASF\d\d|EASD\d\d|EAIT|ERQ\d|BASE|HC..|EJP.+|BBR.+": 9, r"SINST.*|SMAX.*|CCA.*|PAPP|PMAX": 5,
    r"[IU]RMS\d|UMOY\d|IINST\d?|IMAX\d?|ADPS|ADIR\d|RELAIS": 3, r"STGE": 8, r"DATE": 0, r"PRM": 14,
    r"VTIC|PREF|PCOUP|[DF]PM\d|NTARF|NJOURF(\+1)?|ISOUSC|PEJP|PPOT": 2, r"PJOURF\+1|PPOINTE": 98,
    r"ADSC|ADCO": 12, r"OPTARIF|PTEC|DEMAIN": 4, r"HHPHC": 1, r"MOTDETAT": 6,
}  # fmt: skip
NUMBERS = "|".join(list(SIZES)[:3])  # energies, powers, currents and voltages: digits only


def read_group(body, separator):
    """(label, data, horodate or None) of what stands between LF and CR, None where it is not right."""
    zone = body[:-1] if separator == b"\t" else body[:-2]  # standard mode counts the last separator
    if len(body) < 4 or body[-2:-1] != separator or body[-1] != (sum(zone) & 0x3F) + 0x20:
        return None
    if not re.fullmatch(rb"[\x20-\x7e\t]+", body):
        return None
    label, *fields = body[:-2].decode("ascii").split(separator.decode(), 2 if separator == b"\t" else 1)
    data, horodate = fields[-1] if fields else None, fields[0] if len(fields) == 2 else None
    expected = next((size for pattern, size in SIZES.items() if re.fullmatch(pattern, label)), None)
    if data is None or (expected is not None and len(data) != expected):
        return None
    if re.fullmatch(NUMBERS, label) and not data.isdigit():
        return None
    return label, data, horodate


def frames(line, mode):
    """Each whole frame of a port: its labels to (data, horodate or None)."""
    separator, pending = SETTINGS[mode][1], b""
    while True:
        pending += line.read(max(1, line.in_waiting))
        *ended, pending = pending.split(b"\x03")  # ETX ends a frame
        pending = pending[-4096:]  # a line that never ends a frame must not fill the memory
        for text in ended:
            start = text.rfind(b"\x02")  # what an EOT or a new STX cut before is left out
            if start < 0:
                continue
            groups = [read_group(body, separator) for body in re.findall(rb"\n([^\n\r]*)\r", text[start:])]
            yield {label: (data, stamp) for label, data, stamp in filter(None, groups)}


def main():
    port, mode = sys.argv[1:]
    baud, _ = SETTINGS[mode]
    line = serial.serial_for_url(port, baud, bytesize=serial.SEVENBITS, parity=serial.PARITY_EVEN)
    for said in frames(line, mode):
        print(
            json.dumps({label: {"value": data, "timestamp": stamp} for label, (data, stamp) in said.items()}),
            flush=True,
        )


if __name__ == "__main__":
    main()
