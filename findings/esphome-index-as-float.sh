#!/usr/bin/env bash
# ESPHome 2026.10.0, component teleinfo: a numeric sensor says 80490248 of the index 080490250, from 16 777 216 Wh on.
#
# Behaviour: the sensor holds a float of 32 bits. Its preset of this version gives EAST and its like Wh, the class energy and
#   total_increasing: from 16.8 MWh on an index comes in steps of 2 Wh, then 4, 8; between two steps consumption stands still.
# Why one would guess otherwise: the sensor is shown without decimals, as if it were whole, and the datum has the
#   nine digits that the meter sent.
# Seen (2026-11, esphome 2026.10.0, host platform, g++ 12.2):
#   080490250: 80490248
#   080490251: 80490248
#   016777217: 16777216
# Ends with 0 while this holds, with 1 when it has changed; needs Python 3.12 or later, g++, and PyPI (two minutes, 250 MB).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=${PYTHON:-python3}
"$python" -m venv "$work/venv" && "$work/venv/bin/pip" install -q esphome==2026.10.0 >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 2; }
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
sensor:
  - platform: teleinfo
    teleinfo_id: tic
    tag_name: EAST
    name: EAST
    on_value:
      - lambda: printf("%.0f\n", x); fflush(stdout);
YAML
(cd "$work" && HOME="$work" venv/bin/python -m esphome compile tic.yaml >log 2>&1) || { tail -5 "$work/log" >&2; exit 2; }
HOME="$work" timeout 60 "$work/venv/bin/python" - "$work"/.esphome/build/tic/.pioenvs/tic/program <<'PYTHON'
import os
import subprocess
import sys
import time
import tty

master, slave = os.openpty()
tty.setraw(slave)
device = subprocess.Popen([sys.argv[1]], stdin=slave, stdout=subprocess.PIPE, text=True)
time.sleep(1)
said = {}
for value in ("080490250", "080490251", "016777217"):
    text = f"EAST\t{value}\t"  # its checksum counts both separators (Enedis-NOI-CPT_54E)
    group = f"\n{text}{chr((sum(text.encode()) & 0x3F) + 0x20)}\r"
    os.write(master, f"\x02{group}\x03".encode())
    said[value] = device.stdout.readline().strip()
    print(f"{value}: {said[value]}")
device.kill()
sys.exit(0 if [int(one) for one in said.values()] == [80490248, 80490248, 16777216] else 1)
PYTHON
