# SPDX-License-Identifier: Apache-2.0
"""A firmware image against the line: frames of a standard meter through the example receiver, in line time over real.

Beside it stands the engine alone: the same program fed by two calls a character, with no time, errors or printing.
"""

import time
from itertools import cycle

import pytest
from unicorn import Uc
from unicorn import riscv_const as riscv
from unicorn import unicorn_const as unicorn

from xky.boards import board_named
from xky.emulator import Linky
from xky.hil.bench.bench import Bench
from xky.hil.bench.devices import open_device
from xky.hil.iss.image import image_of
from xky.hil.iss.memory import PAGE, Memory
from xky.protocol import Mode

from ..riscv import BOARD, needs_riscv, receiver

pytestmark = needs_riscv

LINE_S = 30.0
TRIES = 3


def ratio(*, covers: bool) -> float:
    """Line seconds in a second of processor, meter and bench included; the best of some tries."""
    best = 0.0
    for _ in range(TRIES):
        device = open_device(f"iss:{receiver()}")
        if covers:
            device.cover()
        with Bench(device, board_named(str(BOARD)), Linky(mode=Mode.STANDARD)) as bench:
            began_s = time.process_time()
            bench.run_for(LINE_S)
            best = max(best, LINE_S / (time.process_time() - began_s))
            assert len(bench.readings) > 30
        assert bool(device.covered) == covers
    return best


def bare(frame: bytes, characters: int = 100_000) -> float:
    """The same image on Unicorn alone, in characters over those of a line."""
    image, coming, left = image_of(str(receiver())), cycle(frame), characters
    machine = Uc(unicorn.UC_ARCH_RISCV, unicorn.UC_MODE_RISCV32)
    for one in Memory(image).regions:
        machine.mem_map(one.address, len(one.data))
        machine.mem_write(one.address, one.data)

    def load(_: object, offset: int, _size: int, __: object) -> int:
        nonlocal left
        if offset == 5:
            return 0x61
        left -= 1
        if not left:
            machine.emu_stop()
        return next(coming)

    machine.mmio_map(0x1000_0000, PAGE, load, None, lambda *_: None, None)
    for page in range(0x0200_0000, 0x0200_C000, PAGE):
        machine.mmio_map(page, PAGE, lambda *_: 0, None, lambda *_: None, None)
    machine.reg_write(riscv.UC_RISCV_REG_PC, image.entry)
    began_s = time.process_time()
    machine.emu_start(image.entry, 0, count=1 << 40)
    return characters / Mode.STANDARD.baud * 10 / (time.process_time() - began_s)


@pytest.mark.parametrize(("covers", "least"), [(False, 150), (True, 50)], ids=["plain", "with coverage"])
def test_an_image_runs_many_times_as_fast_as_the_line(covers: bool, least: int) -> None:
    found, alone = ratio(covers=covers), bare(Linky(mode=Mode.STANDARD).frame_bytes())
    print(f"\n{found:.0f} x 9600 baud {'with' if covers else 'without'} coverage; Unicorn alone {alone:.0f} x")
    assert found >= least
