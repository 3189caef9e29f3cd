# SPDX-License-Identifier: Apache-2.0
"""Packages from PyPI that insist on 7E1 read a pty by their own port code, and the bench sees what they ask for."""

import sys
from importlib.util import find_spec

import pytest

from xky.boards import board_named
from xky.emulator import Linky
from xky.hil.bench.bench import Bench
from xky.hil.bench.devices import open_device
from xky.hil.hunt.league import entry_named
from xky.protocol import Mode

from ..compiler import needs_compiler

READINGS = 3
PATIENCE = 4  # readings

pytestmark = [pytest.mark.realtime, needs_compiler]


def check(entry: str, mode: Mode, label: str) -> None:
    """It reads value after value as the index moves, and asked for the TIC's own settings, and for no others."""
    device = open_device(f"exec:{sys.executable} -P {entry_named(entry).program} {{port}} {{mode}}")
    with Bench(device, board_named("generic"), Linky(mode=mode), speed=4.0) as bench:
        bench.meter.load.hold(0)
        values = [1_234_567 + 1000 * number for number in range(READINGS)]
        for value in values:
            bench.meter.set(EASF01=value)
            # a busy machine lets the program print the frame before only after the next one
            heard = (bench.next_reading(timeout_s=60).text(label) for _ in range(PATIENCE))
            assert f"{value:09}" in heard
        assert device.ended is None
    assert [str(settings) for settings in device.port_settings] == [f"{mode.baud} 7E1"]
    assert device.notes == []


def test_enedis_tic_reads_a_pty_by_its_own_port_code() -> None:
    check("enedis-tic", Mode.STANDARD, "EASF01")


@pytest.mark.skipif(find_spec("teleinfo") is None, reason="pyteleinfo is not installed: it needs Python 3.12 or later")
def test_pyteleinfo_opens_the_pty_anew_for_each_frame() -> None:
    check("pyteleinfo", Mode.HISTORIC, "HCHC")
