#!/usr/bin/env bash
# ESPHome 2026.10.0, teleinfo: a standard frame cut inside SINSTS can make the number of the meter the power, SINSTS = 041861932273.
#
# Behaviour: a group runs from LF to the next CR, whatever is between. A frame that is cut inside a group, and the first group of
#   the frame behind it, make one: label SINSTS, then a field up to ADSC that is taken for a horodate, since the group has one
#   separator more than others, then the number of the meter. The sum over all of it fits once in 64 times; then it is published.
# Why one would guess otherwise: STX and LF lie inside that group, and the field that is taken for a horodate is none.
# Seen (2026-11, esphome 2026.10.0, host platform, g++ 12.2):
#   sent: SINSTS 00070 (cut behind its fourth digit), then a whole frame with ADSC 041861932273 and SINSTS 00394
#   said: SINSTS 041861932273
#   said: SINSTS 00394
# Ends with 0 while this holds, with 1 when it has changed; needs Python 3.12 or later, g++, and PyPI (two minutes, 250 MB).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv" && "$work/venv/bin/pip" install -q esphome==2026.10.0 >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 2; }
cat >"$work/tic.yaml" <<'YAML'
esphome:
  name: tic
host:
logger:
  level: NONE
uart:
  id: tic_uart
  port: /dev/stdin
  baud_rate: 9600
  data_bits: 7
  parity: EVEN
  stop_bits: 1
teleinfo:
  id: tic
  uart_id: tic_uart
  update_interval: 1ms
text_sensor:
  - platform: teleinfo
    teleinfo_id: tic
    tag_name: SINSTS
    name: SINSTS
    on_raw_value:
      - lambda: printf("%s\n", x.c_str()); fflush(stdout);
YAML
(cd "$work" && HOME="$work" venv/bin/python -m esphome compile tic.yaml >log 2>&1) || { tail -5 "$work/log" >&2; exit 2; }
HOME="$work" timeout 60 "$work/venv/bin/python" - "$work"/.esphome/build/tic/.pioenvs/tic/program <<'PYTHON'
import os
import subprocess
import sys
import time
import tty


def group(label, value):
    """A standard group: its checksum counts label, data and both separators (Enedis-NOI-CPT_54E)."""
    text = f"{label}\t{value}\t"
    return f"\n{text}{chr((sum(text.encode()) & 0x3F) + 0x20)}\r"


def fits(data):
    return ord(data[-2]) == (sum(data[1:-2].encode()) & 0x3F) + 0x20


number = "041861932273"
for power in range(36_000):  # the first power at which the sum fits
    cut = group("SINSTS", f"{power:05}")[:12]
    if fits(cut + "\x02" + group("ADSC", number)):
        break
master, slave = os.openpty()
tty.setraw(slave)
device = subprocess.Popen([sys.argv[1]], stdin=slave, stdout=subprocess.PIPE, text=True)
time.sleep(1)
os.write(master, f"\x02{cut}\x02{group('ADSC', number)}{group('SINSTS', '00394')}\x03".encode())
said = [device.stdout.readline().strip()]
if said[0] != "00394":
    said.append(device.stdout.readline().strip())
device.kill()
print(f"sent: SINSTS {power:05} (cut behind its fourth digit), then a whole frame with ADSC {number} and SINSTS 00394")
for value in said:
    print(f"said: SINSTS {value}")
sys.exit(0 if said == [number, "00394"] else 1)
PYTHON
