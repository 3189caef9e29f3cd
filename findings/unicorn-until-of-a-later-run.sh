#!/usr/bin/env bash
# Unicorn 2.1.4 (RISC-V): `emu_start(begin, until)` goes past `until` where a run before translated that code and ended by `count`.
#
# Behaviour: four instructions that add 1, then one that jumps to itself. A fresh engine that is told to end at the third stops
#   there. One that ran the same four with another `until`, bounded by `count`, does not: the third and fourth are run, too, and
#   the rest of the count is spent behind them. Where the first run reached its own `until`, the second stops as it is told.
# Why one would guess otherwise: `until` is described as the address at which emulation stops, an argument of this run; nothing
#   says that it looks only at code that is translated in it. Who keeps an engine, to run one image again, has a breakpoint that
#   holds the first time.
# Seen (2026-11, unicorn 2.1.4, Python 3.11, Linux 6):
#   fresh: ends at 0x1008 after 2; behind a run that reached its until: at 0x1008 after 2; behind one that count ended: at 0x1010 after 4
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "unicorn==2.1.4" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import sys

from unicorn import UC_ARCH_RISCV, UC_MODE_RISCV32, Uc
from unicorn.riscv_const import UC_RISCV_REG_PC, UC_RISCV_REG_X1

BEGIN, NOWHERE = 0x1000, 0xFFFFFFFE
ADD_ONE = 0x00108093.to_bytes(4, "little")  # addi x1, x1, 1
STAY = 0x0000006F.to_bytes(4, "little")  # j .


def ends(*runs):
    """Where the last of these runs ends, and how many additions it made; each is told where, and after how many, to end."""
    machine = Uc(UC_ARCH_RISCV, UC_MODE_RISCV32)
    machine.mem_map(BEGIN, 0x1000)
    machine.mem_write(BEGIN, 4 * ADD_ONE + STAY)
    for until, count in runs:
        machine.reg_write(UC_RISCV_REG_X1, 0)
        machine.emu_start(BEGIN, until, count=count)
    return machine.reg_read(UC_RISCV_REG_PC), machine.reg_read(UC_RISCV_REG_X1)


asked = (BEGIN + 8, 100)
fresh, reached, counted = ends(asked), ends((BEGIN + 16, 100), asked), ends((NOWHERE, 4), asked)
told = [f"at {place:#x} after {added}" for place, added in (fresh, reached, counted)]
print(f"fresh: ends {told[0]}; behind a run that reached its until: {told[1]}; behind one that count ended: {told[2]}")
sys.exit(0 if fresh == reached == (BEGIN + 8, 2) and counted == (BEGIN + 16, 4) else 1)
PYTHON
