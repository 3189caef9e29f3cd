# SPDX-License-Identifier: Apache-2.0
"""The boards shipped, on the supplies that meters give: as reference figures and the history of xKy have them."""

from functools import cache

import pytest

from xky.boards import board_named
from xky.boards.description.states import OFF
from xky.boards.power.analysis import Analysis, analyse
from xky.boards.power.train import Train
from xky.emulator.supply import SUPPLIES, Supply

HIGHEST = Supply("highest", 13.0, 225.0)
START_BY_THEMSELVES = (
    "loky", "papsdroid", "ticmeter", "winky-c3", "winky-c6", "winky-c6-tasmota", "winky-lab", "winky-v2", "zlinky",
)  # fmt: skip


@cache
def of(name: str, supply: str = "min_spec") -> Analysis:
    return analyse(board_named(name), SUPPLIES[supply], highest=HIGHEST)


@pytest.mark.parametrize(
    ("name", "farads", "to_v", "seconds"),
    [
        ("winky-lab", 1.0, 4.2, 164),
        ("winky-lab", 1.5, 4.2, 246),
        ("winky-lab", 0.47, 3.8, 68),
        ("winky-c6", 1.5, 4.2, 214.5),
    ],
)
def test_a_capacitor_is_charged_in_the_time_of_the_reference(
    name: str, farads: float, to_v: float, seconds: float
) -> None:
    power = board_named(name).power
    assert power is not None
    assert power.capacitor is not None
    capacitor = power.capacitor.model_copy(update={"capacitance_f": farads})
    flow = Train(power.model_copy(update={"capacitor": capacitor})).state(SUPPLIES["min_spec"], OFF).flow
    assert flow.time_to(0.0, to_v) == pytest.approx(seconds, rel=0.01)


@pytest.mark.by_day(1)
@pytest.mark.parametrize("name", START_BY_THEMSELVES)
def test_a_board_that_lives_on_what_every_meter_gives_starts_by_itself(name: str) -> None:
    told = of(name)
    assert told.lives
    assert told.margin_v is not None
    assert told.margin_v > 0
    assert told.needs_w < 0.130


@pytest.mark.by_day(1)
@pytest.mark.parametrize("supply", ["min_spec", "strong"])
def test_winky_v1_hangs_on_a_cold_start(supply: str) -> None:
    told = of("winky-v1", supply)
    assert told.cold is not None
    assert (told.cold.start_s, told.lives) == (None, False)
    assert told.cold.trouble.startswith("hangs: it resets again and again at ")


def test_winky_v2_differs_by_the_circuit_that_wakes_it_up() -> None:
    first, second = board_named("winky-v1"), board_named("winky-v2")
    assert first.power is not None
    assert second.power is not None
    assert first.power.wake_up is None
    assert second.power.wake_up is not None
    same = {"mcu", "wake_up"}
    assert first.power.model_dump(exclude=same) == second.power.model_dump(exclude=same)


@pytest.mark.nightly
def test_thirty_seconds_are_long_enough_on_every_meter() -> None:
    for name in ("winky-c3", "winky-c6", "winky-c6-tasmota", "winky-lab", "winky-v2"):
        told = of(name)
        assert told.min_period_s is not None
        assert 10 < told.min_period_s < 30, name


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["winky-v1", "winky-v2"])
def test_a_regulator_before_the_capacitor_bears_more_than_it_may(name: str) -> None:
    exceeded = of(name).exceeded
    assert [(one.part, one.what, one.rated) for one in exceeded] == [("MCP1702-5002", "input voltage, V", 13.2)]
    assert exceeded[0].borne == pytest.approx(17, abs=0.5)


@pytest.mark.nightly
def test_loky_is_limited_by_its_duty_cycle_far_from_a_gateway() -> None:
    board = board_named("loky")
    assert board.power is not None
    assert board.power.lora is not None
    lora = board.power.lora.model_copy(update={"spreading_factor": 12})
    far = board.model_copy(update={"power": board.power.model_copy(update={"lora": lora})})
    told = analyse(far, SUPPLIES["min_spec"], highest=HIGHEST)
    assert told.limited_by == "duty cycle"
    assert told.min_period_s == pytest.approx(148.28, abs=0.01)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("eky", "cannot live on the TIC: its rail takes 660 mW on the mean, 5.0 times the 131 mW "),
        ("denky-d4", "cannot live on the TIC: its rail takes 426 mW on the mean, "),
        ("rak3272-tic", "does not live on the TIC: it has a supply of its own; its rail takes 0.376 mW on the mean, "),
    ],
)
def test_a_board_with_a_supply_of_its_own_is_told_why(name: str, text: str) -> None:
    told = of(name)
    assert told.refused.startswith(text)
    assert not told.lives
