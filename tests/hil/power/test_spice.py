# SPDX-License-Identifier: Apache-2.0
"""``xky power spice`` as a person meets it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from xky.boards import board_named
from xky.boards.description.states import OFF
from xky.boards.power.train import Train
from xky.emulator.supply import supply_named
from xky.hil.cli import app
from xky.protocol import InputError

from ...ngspice import measured, needs_ngspice


def spice(*arguments: str) -> str:
    """What it prints; its errors are raised."""
    run = CliRunner().invoke(app, ["power", "spice", *arguments], catch_exceptions=False)
    assert run.exit_code == 0
    return run.stdout


@pytest.mark.by_day(1)
@needs_ngspice
@pytest.mark.parametrize("board", ["winky-c6", "loky", "zlinky"])
def test_ngspice_runs_what_is_printed_and_powers_on_when_we_say(board: str) -> None:
    power = board_named(board).power
    assert power is not None
    state = Train(power).state(supply_named("typical"), OFF)
    told = measured(spice(board, "--supply", "typical"))
    assert told["power_on"] == pytest.approx(state.flow.time_to(0.0, state.on_v), rel=1e-3)
    assert sum(name.startswith("v") for name in told) >= 2


def test_the_firmware_waits_for_its_voltage_before_it_wakes() -> None:
    lines = spice("winky-c3").splitlines()
    measurements = [line for line in lines if line.startswith("meas tran v")]
    assert [line.split()[2] for line in measurements[:3]] == ["v1_off", "v2_sleep", "v3_boot"]


def test_carrier_detail_has_four_diodes_at_50_khz(tmp_path: Path) -> None:
    file = tmp_path / "winky.cir"
    told = spice("winky-c6", "--detail", "carrier", "--temperature", "-10", "--out", str(file))
    assert "ngspice -b" in told
    lines = file.read_text(encoding="ascii").splitlines()
    assert sum(line.startswith("D") for line in lines) == 4
    assert any(line.startswith("Vmeter") and "SIN(0 16.97" in line and "50000" in line for line in lines)
    assert any("temp=-10" in line for line in lines)
    assert any("IS=2e-07 N=1.05 RS=0.5 CJO=1e-11 EG=0.69 XTI=2" in line for line in lines)


@pytest.mark.parametrize("detail", ["averaged", "carrier"])
def test_a_dead_meter_charges_for_nothing(detail: str) -> None:
    lines = spice("winky-c6", "--supply", "dead", "--detail", detail).splitlines()
    measurements = [line.split()[2] for line in lines if line.startswith("meas tran v")]
    assert measurements == ["v1_off"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("eky",), "board eky: has a supply of its own; there is no train from the TIC to simulate"),
        (("generic",), "board generic: its file has no [power] table; describe its power train there"),
        (("winky-c6", "--supply", "mains"), "supply 'mains': not known; known: min_spec"),
        (("winky-c6", "--temperature", "300"), "--temperature 300: expected -55 to 125 °C"),
        (("winky-c6", "--out", "/no/such/folder/x.cir"), "--out /no/such/folder/x.cir: cannot be written"),
        (("nothing",), "board 'nothing'"),
    ],
)
def test_what_is_wrong_is_told(arguments: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(InputError) as caught:
        spice(*arguments)
    assert complaint in str(caught.value)
