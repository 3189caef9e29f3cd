# SPDX-License-Identifier: Apache-2.0
"""``xky power BOARD --scenario``: what a supply that comes and goes makes of a board."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from xky.boards import board_named
from xky.emulator import scenario_named
from xky.emulator.supply import SUPPLIES
from xky.hil.cli import app
from xky.hil.power.scenario_run import ScenarioRun, run_scenario
from xky.protocol import InputError, Mode

from .populations import build

run = CliRunner().invoke


def through(board: str, scenario: str) -> ScenarioRun:
    return run_scenario(board_named(board), scenario_named(scenario), SUPPLIES["min_spec"], mode=Mode.STANDARD)


def document(*arguments: str) -> dict[str, Any]:
    told = run(app, ["power", *arguments, "--json"])
    assert told.exit_code == 0, told.output
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def test_a_winky_loses_its_rail_in_an_hour_without_supply_and_comes_back_by_itself() -> None:
    found = through("winky-c6", "supply-cut-outs")
    assert found.brown_outs == 1
    down, on = (one.at_s for one in found.events[-2:])
    assert 4800 < down < 8400 < on < 8500  # the cut-out lasts from 80 to 140 min
    assert [at_s for at_s in found.readings_s if at_s > on]
    assert found.longest_gap_s < 3700


@pytest.mark.nightly
def test_a_board_without_a_wake_up_circuit_never_comes_back() -> None:
    found = through("winky-v1", "supply-cut-outs")
    assert found.brown_outs > 1000
    assert max(found.readings_s) < 2200
    assert found.longest_gap_s > 8000


def test_sags_and_weak_meters_are_outlived_by_what_is_stored() -> None:
    assert through("winky-c6", "supply-weak").brown_outs == 0


def test_the_object_says_what_the_table_does() -> None:
    told = document("winky-c6", "--scenario", "supply-cut-outs")
    found = through("winky-c6", "supply-cut-outs")
    assert told["readings"] == len(found.readings_s)
    assert told["brown_outs"] == 1
    assert [one["what"] for one in told["events"]] == ["power on", "brown-out", "power on"]
    assert told["supplies"][0] == {"at_s": 0.0, "open_circuit_v": 12.0, "source_ohm": 274.0}
    table = run(app, ["power", "winky-c6", "--scenario", "supply-cut-outs"]).stdout
    assert f"{told['readings']} readings" in table
    assert "one brown-out" in table


def test_a_period_and_a_supply_of_ones_own_count() -> None:
    slow = document("winky-c6", "--scenario", "outage", "--period", "10min")
    assert slow["readings"] < 12
    strong = document("winky-c6", "--scenario", "outage", "--supply", "strong")
    assert strong["supplies"][0]["source_ohm"] == 150


@pytest.mark.nightly
def test_a_boost_that_is_fed_with_more_than_it_makes_goes_through_nothing() -> None:
    with pytest.raises(
        InputError, match=r"cannot hold its rail: its boost converter makes 3\.30 V and is fed with up to"
    ):
        run_scenario(
            build(regulator={"kind": "boost"}), scenario_named("supply-cut-outs"), SUPPLIES["typical"],
            mode=Mode.STANDARD,
        )  # fmt: skip


@pytest.mark.by_day(1)
@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_picture_is_written(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"scenario.{ending}"
    assert run(app, ["power", "winky-c6", "--scenario", "outage", "--plot", str(path)]).exit_code == 0
    assert path.stat().st_size > 5000


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["eky", "--scenario", "outage"], "board eky: does not live on the TIC"),
        (["winky-c6", "--scenario", "outge"], "scenario 'outge': not known"),
        (["winky-c6", "--scenario", "outage", "--period", "2s"], "shorter than the wake"),
        (["winky-c6", "--scenario", "outage", "--temperature", "5"], "not with --scenario"),
    ],
)
def test_what_cannot_be_is_told(arguments: list[str], complaint: str) -> None:
    told = run(app, ["power", *arguments])
    assert isinstance(told.exception, InputError)
    assert complaint in str(told.exception)
