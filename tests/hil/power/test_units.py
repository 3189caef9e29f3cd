# SPDX-License-Identifier: Apache-2.0
"""Values as people say them: in a comparison, on axes, in tables."""

from pathlib import Path

import pytest

from xky.hil.power.sweep.quantity import varied_of
from xky.hil.power.units import scaled_unit, told_value, unit_of

from ...command import xky
from .populations import WINKY


@pytest.mark.parametrize(("value", "unit", "told"), [
    (2e-7, "A", "200 nA"), (0.12, "A", "120 mA"), (1.2, "A", "1.2 A"), (1.5, "F", "1.5 F"), (0.2, "Ω", "0.2 Ω"),
    (4e-12, "F", "4 pF"), (1500.0, "Ω", "1.5 kΩ"), (36.55, "s", "36.55 s"), (7200.0, "s", "7200 s"),
    (0.0617, "s", "61.7 ms"), (0.0, "A", "0 A"), (-0.0067, "V", "-6.7 mV"), (0.0125, "", "0.0125"),
    (0.05, "°C", "0.05 °C"), (1e-3, "A", "1 mA"),
])  # fmt: skip
def test_a_value_has_the_prefix_that_suits_it(value: float, unit: str, told: str) -> None:
    assert told_value(value, unit) == told


@pytest.mark.parametrize(("key", "unit"), [
    ("power.capacitor.esr_ohm", "Ω"), ("power.mcu.off_a", "A"), ("ideality", ""), ("period_s", "s"), ("adc.bits", ""),
    ("power.wake_up.on_v", "V"), ("power.rectifier.diode.band_gap_ev", "eV"),
])  # fmt: skip
def test_the_name_of_a_key_tells_its_unit(key: str, unit: str) -> None:
    assert unit_of(key) == unit


@pytest.mark.nightly
def test_a_comparison_has_no_powers_of_ten(tmp_path: Path) -> None:
    told = xky("power", "compare", "winky-v1", "winky-c6", cwd=tmp_path).stdout
    assert "e-0" not in told
    assert "…" not in told
    for row in ("│ 2.52 nA │", "200 nA │", "+197.5 nA │", "+6 pF │", "-0.068 Ω │", "-6.199 s │"):
        assert row.split("│ ")[-1] in told


def test_an_axis_and_a_column_have_the_unit_of_their_largest_value() -> None:
    leak, listen = varied_of(["leakage_a=1e-6:1e-4:log", "load.listen.current_a=0.01:0.1"], WINKY, 3)
    assert (leak.title, listen.title) == ("leakage (µA)", "load.listen.current_a (mA)")
    assert leak.scale[0] == pytest.approx(1e6)
    assert leak.unit == "A"  # of the values, also in JSON
    assert scaled_unit(2.0, "F") == (1.0, "F")


def test_a_sweep_is_told_in_milliamperes(tmp_path: Path) -> None:
    arguments = ("power", "sweep", "winky-c6", "--points", "12", "--cycles", "3", "--period", "17s", "--plot", "x.svg")
    told = xky(*arguments, "--vary", "load.listen.current_a=0.01:0.4", cwd=tmp_path).stdout
    assert "load.listen.current_a (mA)" in told
    assert "load.listen.current_a (mA)" in (tmp_path / "x.svg").read_text(encoding="utf-8")


@pytest.mark.nightly
def test_a_map_hatches_in_white_what_browns_out(tmp_path: Path) -> None:
    from PIL import Image

    arguments = ("power", "sweep", "winky-c6", "--vary", "cap_f=0.2:2.0", "--vary", "period=10s:30s", "--points", "12")
    assert xky(*arguments, "--cycles", "5", "--plot", "map.png", cwd=tmp_path).returncode == 0
    picture = Image.open(tmp_path / "map.png").convert("L")
    wide, high = picture.size
    strip = picture.crop((int(0.3 * wide), int(0.82 * high), int(0.7 * wide), int(0.84 * high)))  # the shortest periods
    darkest, lightest = strip.getextrema()
    assert lightest - darkest > 150, (darkest, lightest)


@pytest.mark.nightly
def test_a_monte_carlo_says_what_its_spreads_are(tmp_path: Path) -> None:
    run = xky("power", "sweep", "winky-c6", "--monte-carlo", "64", "--cycles", "2", "--plot", "x.svg", cwd=tmp_path)
    words = " ".join(run.stdout.replace("│", " ").split())
    assert "normal, standard deviation 30 %" in words
    assert "150 mA, normal, standard deviation 10 %," in words
    assert "even, assumed" in words
    assert "normal: cut at 3 standard deviations to either side." in words
    assert "normal, standard deviation 30 %" in (tmp_path / "x.svg").read_text(encoding="utf-8")


@pytest.mark.by_day(1)
@pytest.mark.parametrize(("arguments", "word", "status"), [
    (("winky-c6",), "LIVES", 0), (("winky-v1",), "HANGS", 1), (("eky",), "REFUSED", 1),
    (("winky-c6", "--period", "12s"), "STARTS", 1),
])  # fmt: skip
def test_a_check_fails_unless_it_lives(arguments: tuple[str, ...], word: str, status: int, tmp_path: Path) -> None:
    looked, checked = xky("power", *arguments, cwd=tmp_path), xky("power", *arguments, "--check", cwd=tmp_path)
    assert (looked.returncode, checked.returncode) == (0, status)
    assert checked.stdout == looked.stdout
    assert f"{word}: " in looked.stdout


@pytest.mark.by_day(1)
@pytest.mark.parametrize(("board", "word", "status"), [("winky-c6", "LIVES", 0), ("winky-v1", "DIES", 1)])
def test_a_check_of_a_scenario_fails_where_the_board_does_not_come_back(
    board: str, word: str, status: int, tmp_path: Path
) -> None:
    run = xky("power", board, "--scenario", "outage", "--check", cwd=tmp_path)
    assert run.returncode == status
    assert f"{word}: it " in run.stdout
