# SPDX-License-Identifier: Apache-2.0
"""``xky bench virtual`` and the fixture: instruments that answer at the addresses they tell, until they are ended."""

import json
import signal
import subprocess
import tomllib
from pathlib import Path

import pytest

from xky.hil.instruments import open_instrument
from xky.hil.instruments.roles import Capacitor, Supply
from xky.hil.virtual import VirtualBench

from ...command import XKY, xky


@pytest.mark.by_day(1)
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_its_instruments_answer_until_it_is_ended(tmp_path: Path, number: signal.Signals, status: int) -> None:
    out = tmp_path / "bench.toml"
    options = ("--stepped", "--json", "--out", str(out))
    run = subprocess.Popen([*XKY, "bench", "virtual", *options], stdout=subprocess.PIPE, text=True)
    try:
        assert run.stdout is not None
        told = {one["role"]: one for one in json.loads(run.stdout.readline())["instruments"]}
        written = tomllib.loads(out.read_text(encoding="utf-8"))
        assert {one["role"]: one["resource"] for one in written["instrument"]} == {
            role: one["resource"] for role, one in told.items()
        }
        supply = open_instrument("supply", told["supply"]["resource"], told["supply"]["make"], {})
        assert supply.identity.startswith("RIGOL TECHNOLOGIES,DP832,VIRTUAL")
        supply.close()
        other = xky("bench", "virtual", "--out", str(out), cwd=tmp_path)
        assert (other.returncode, other.stdout) == (3, "")
        assert str(out) in other.stderr
        assert len(other.stderr.splitlines()) == 1
        assert tomllib.loads(out.read_text(encoding="utf-8")) == written
    finally:
        run.send_signal(number)
        assert run.wait(5) == status


WRONG = {
    "--make scope=tek": "scope 'tek': no virtual one; expected one of rigol, siglent",
    "--make tek": "--make tek: expected ROLE=SOMETHING, as scope=rigol",
    "--make lamp=rigol": "--make lamp=rigol: role 'lamp' unknown; expected one of supply, capacitor",
    "--misbehave scope=sing": "misbehaviour 'sing': unknown; expected one of refuse, hang-up",
    "--misbehave scope=late@x": "misbehaviour 'late@x': expected a number of messages behind @, as late@12",
    "--stepped --speed 3": "--stepped and --speed: a clock that stands has no speed; give one of them",
    "--connection usb": "connection 'usb': unknown; expected one of tcp, pty",
    "--board eky": "eky: no power train on the TIC; a virtual bench needs one to measure",
    "--probe mqtt:127.0.0.1:1883": "--probe mqtt:127.0.0.1:1883: only a board that is --fed publishes; add --fed",
    "--fed --probe mqtt": "--probe mqtt: expected mqtt:ADDRESS:PORT; the board needs to know where the run listens",
    "--fed --probe lines": "--probe lines: expected mqtt:ADDRESS:PORT or influx:ADDRESS:PORT, where the run listens",
    "--fed --probe mqtt:127.0.0.1:1883": "--probe mqtt: board winky-c6 has no [uplink.mqtt], so nothing would arrive",
    "--out no/such/folder.toml": "--out no/such/folder.toml: cannot be written",
}


@pytest.mark.parametrize("options", WRONG)
def test_what_cannot_be_is_told_in_one_line(options: str, tmp_path: Path) -> None:
    ended = xky("bench", "virtual", *options.split(), cwd=tmp_path)
    (line,) = ended.stderr.splitlines()
    assert ended.returncode == 2
    assert line.startswith(f"xky: {WRONG[options]}")


def test_the_fixture_is_a_bench_that_lives_while_somebody_waits(virtual_bench: VirtualBench) -> None:
    supply = open_instrument("supply", virtual_bench.resources["supply"], None, {})
    meter = open_instrument("capacitor", virtual_bench.resources["capacitor"], None, {})
    assert isinstance(supply, Supply)
    assert isinstance(meter, Capacitor)
    supply.set_voltage(13.0)
    supply.switch(on=True)
    meter.prepare()
    assert meter.voltage_v() == pytest.approx(0.0, abs=0.02)  # its ESR
    virtual_bench.clock.wait(60.0)
    assert 1.0 < meter.voltage_v() < 3.0
    supply.close()
    meter.close()
