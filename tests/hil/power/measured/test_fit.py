# SPDX-License-Identifier: Apache-2.0
"""What a fit says of a curve, what it says it cannot see, and what it makes of the board's file."""

import json
import tomllib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.boards.description.board import board_file, board_named
from xky.boards.description.power import PowerDescription
from xky.boards.power.balance import Balance
from xky.boards.power.flow import Flow
from xky.emulator.supply import Supply, supply_named
from xky.hil.power.measured.curve_file import read_curve, thinned
from xky.hil.power.measured.fit import Fit, fit
from xky.hil.power.measured.fitted_board import fitted_text
from xky.hil.power.measured.trajectory import Rows, Trajectory, Unknowns
from xky.protocol import InputError

from ....command import xky
from ..bench import Truth, measure

EXAMPLE = Path(__file__).parents[4] / "docs/examples/curve.csv"
TRUTH = Truth(1.38, 0.31, 258.0, 34e-6, start_v=0.7)
MIN_SPEC = supply_named("min_spec")


def winky() -> PowerDescription:
    power = board_named("winky-c6").power
    assert power is not None
    return power


def curve(
    end_s: float = 240.0, every_s: float = 1.0, noise_v: float = 1e-3, *, steps: bool = True, start_v: float = 0.7
) -> Rows:
    """A charge from the meter; with two steps of the load unless told."""
    times_s = np.arange(0, end_s, every_s)
    loads_a = np.zeros(len(times_s))
    if steps:
        loads_a[(times_s >= 100) & (times_s < 130)] = 0.05
        loads_a[(times_s >= 160) & (times_s < 200)] = 0.03
    supplied = np.ones(len(times_s))
    volts = measure(replace(TRUTH, start_v=start_v), times_s, loads_a, supplied)
    volts = volts + np.random.default_rng(1).normal(0, noise_v, len(times_s))
    return Rows(times_s, volts, loads_a, supplied > 0.5, np.ones(len(times_s)))


def seen(fitted: Fit) -> set[str]:
    return {one.key for one in fitted.parameters if one.seen}


def walked(
    power: PowerDescription,
    source: Supply,
    times_s: np.ndarray,
    loads_a: np.ndarray,
    supplied: np.ndarray,
    inner_v: float,
) -> np.ndarray:
    """Terminal voltages by the motion of ``boards/power``, without noise."""
    volts: list[float] = []
    flows: dict[tuple[float, bool], tuple[Balance, Flow]] = {}
    for number, (load_a, on) in enumerate(zip(loads_a.tolist(), supplied.tolist(), strict=True)):
        if (load_a, on) not in flows:
            balance = Balance(power, source if on else source.cut, load_a)
            flows[load_a, on] = balance, Flow(balance.net_a, balance.capacitance_f, balance.knots)
        balance, flow = flows[load_a, on]
        volts.append(balance.terminal_v(inner_v))
        if number < len(times_s) - 1:
            inner_v = flow.after(inner_v, times_s[number + 1] - times_s[number])
    return np.array(volts)


@lru_cache
def plain_fit() -> Fit:
    """Of the usual curve."""
    return fit(winky(), MIN_SPEC, curve())


# The trajectory


def test_the_trajectory_goes_as_the_flow_between_events_does() -> None:
    """Into the clamp and out of it, with and without supply, through a load."""
    power = winky()
    times_s = np.linspace(0, 700, 500)
    loads_a = np.select([(times_s > 300) & (times_s < 340), (times_s > 340) & (times_s < 400), times_s > 600],
                        [0.05, 0.02, 0.03], 1e-6)  # fmt: skip
    supplied = times_s < 500
    expected = walked(power, MIN_SPEC, times_s, loads_a, supplied, 0.0)
    assert expected.max() > 5.0
    rows = Rows(times_s, expected, loads_a, supplied, np.ones(500))
    assert power.capacitor is not None
    nominal = Unknowns(power.capacitor.capacitance_f, power.capacitor.esr_ohm, 274.0, power.capacitor.leakage_a, 0.0)
    assert Trajectory(power, MIN_SPEC, rows).volts(nominal) == pytest.approx(expected, abs=3e-5)


def test_the_trajectory_is_that_of_the_exact_equations() -> None:
    rows = curve(noise_v=0.0)
    truth = Unknowns(TRUTH.capacitance_f, TRUTH.esr_ohm, TRUTH.source_ohm, TRUTH.leakage_a, TRUTH.start_v)
    assert Trajectory(winky(), MIN_SPEC, rows).volts(truth) == pytest.approx(rows.volts, abs=1e-6)


# What a curve shows


def test_a_charge_alone_shows_neither_esr_nor_leakage() -> None:
    fitted = fit(winky(), MIN_SPEC, curve(100, steps=False))
    assert seen(fitted) == {"capacitance_f"}
    esr = fitted.of("esr_ohm")
    assert esr.value == esr.nominal == 0.2
    # Only the product of capacitance and resistance is in it: what is unsure about one is so about the other
    capacitance = fitted.of("capacitance_f")
    assert capacitance.from_assumed > 0.9 * capacitance.uncertainty
    assert capacitance.uncertainty == pytest.approx(0.2 * capacitance.value, rel=0.05)
    assert capacitance.value * 274 == pytest.approx(TRUTH.capacitance_f * TRUTH.source_ohm, rel=0.01)


def test_a_known_source_makes_a_charge_show_the_capacitance() -> None:
    fitted = fit(winky(), replace(MIN_SPEC, source_ohm=258.0), curve(100, steps=False), source_known=True)
    capacitance = fitted.of("capacitance_f")
    assert capacitance.uncertainty < 0.01 * capacitance.value
    assert abs(capacitance.value - TRUTH.capacitance_f) < capacitance.uncertainty
    assert fitted.of("source_ohm").uncertainty == 0


@pytest.mark.nightly
def test_steps_of_the_load_show_all_but_the_leakage() -> None:
    fitted = plain_fit()
    assert {"capacitance_f", "esr_ohm", "source_ohm"} <= seen(fitted)
    for key in ("capacitance_f", "esr_ohm", "source_ohm"):
        assert abs(fitted.of(key).value - getattr(TRUTH, key)) < 1.5 * fitted.of(key).uncertainty


@pytest.mark.nightly
def test_a_rest_shows_the_leakage_and_not_the_source() -> None:
    times_s = np.linspace(0, 20_000, 200)
    off = np.zeros(200)
    volts = measure(replace(TRUTH, start_v=4.2), times_s, off, off) + np.random.default_rng(2).normal(0, 1e-3, 200)
    fitted = fit(winky(), MIN_SPEC, Rows(times_s, volts, off, off > 0.5, np.ones(200)))
    assert seen(fitted) == {"leakage_a"}
    assert abs(fitted.of("leakage_a").value - TRUTH.leakage_a) < fitted.of("leakage_a").uncertainty


def test_a_flat_curve_is_refused() -> None:
    times_s = np.linspace(0, 3, 30)
    rows = Rows(times_s, np.full(30, 4.2), np.zeros(30), np.zeros(30, dtype=bool), np.ones(30))
    with pytest.raises(InputError, match="shows none of capacitance"):
        fit(winky(), MIN_SPEC, rows)


@pytest.mark.nightly
def test_more_noise_makes_more_uncertainty() -> None:
    quiet, loud = plain_fit(), fit(winky(), MIN_SPEC, curve(noise_v=4e-3))
    ratio = loud.of("capacitance_f").uncertainty / quiet.of("capacitance_f").uncertainty
    assert ratio == pytest.approx(4, rel=0.3)
    assert loud.noise_v == pytest.approx(4e-3, rel=0.15)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["loky", "zlinky"])
def test_trains_with_a_charger_or_a_clamp_are_fitted_too(name: str) -> None:
    """Held against the motion that is walked cell by cell, through the edges of the current."""
    nominal = board_named(name).power
    assert nominal is not None and nominal.capacitor is not None
    capacitance_f, esr_ohm = 0.93 * nominal.capacitor.capacitance_f, 1.4 * nominal.capacitor.esr_ohm
    capacitor = nominal.capacitor.model_copy(update={"capacitance_f": capacitance_f, "esr_ohm": esr_ohm})
    power, source = nominal.model_copy(update={"capacitor": capacitor}), replace(MIN_SPEC, source_ohm=255.0)
    scale_s = 50 * capacitance_f
    times_s = np.linspace(0, 4 * scale_s, 300)
    loads_a = np.where((times_s > scale_s) & (times_s < 1.3 * scale_s), 0.05, 0.0)
    volts = walked(power, source, times_s, loads_a, np.ones(300, dtype=bool), 1.0)
    volts = volts + np.random.default_rng(1).normal(0, 1e-3, 300)
    fitted = fit(nominal, MIN_SPEC, Rows(times_s, volts, loads_a, np.ones(300, dtype=bool), np.ones(300)))
    truth = {"capacitance_f": capacitance_f, "esr_ohm": esr_ohm, "source_ohm": 255.0}
    assert set(truth) <= seen(fitted)
    for key, value in truth.items():
        assert abs(fitted.of(key).value - value) < 1.5 * fitted.of(key).uncertainty, key


# Warnings


def test_white_noise_is_no_reason_to_warn() -> None:
    assert not plain_fit().warnings


@pytest.mark.nightly
def test_a_drift_is_told_and_widens() -> None:
    rows = curve(noise_v=1e-3)
    drift_v = 4e-3 * np.sin(rows.times_s / 9)
    fitted = fit(winky(), MIN_SPEC, replace(rows, volts=rows.volts + drift_v))
    assert any("go together" in warning for warning in fitted.warnings)
    assert fitted.of("capacitance_f").uncertainty > 4 * plain_fit().of("capacitance_f").uncertainty


def test_a_coarse_converter_is_told_with_its_step() -> None:
    rows = curve(noise_v=0.0, every_s=0.5)
    fitted = fit(winky(), MIN_SPEC, replace(rows, volts=np.round(rows.volts / 0.04) * 0.04))
    assert any("steps of 40 mV" in warning for warning in fitted.warnings)


def test_a_wrong_supply_is_told() -> None:
    fitted = fit(winky(), replace(supply_named("strong"), open_circuit_v=6.0), curve(noise_v=2e-4))
    assert any("model lacks something" in warning or "did not settle" in warning for warning in fitted.warnings)


# Files


def test_units_separators_and_decimal_commas_say_the_same(tmp_path: Path) -> None:
    rows = read_curve(EXAMPLE, 0.0)
    lines = [f"{1e3 * t:.0f};{1e3 * v:.1f};{1e3 * i:.0f};{int(on)}".replace(".", ",")
             for t, v, i, on in zip(rows.times_s, rows.volts, rows.loads_a, rows.supplied, strict=True)]  # fmt: skip
    other = tmp_path / "other.csv"
    other.write_text("\n".join(["Zeit [ms];Vcap [mV];load_ma;supply", *lines]), encoding="utf-8")
    again = read_curve(other, 0.0)
    for name in ("times_s", "volts", "loads_a"):
        assert getattr(again, name) == pytest.approx(getattr(rows, name), abs=1e-9)


GOOD = "time (s),voltage (V)\n" + "".join(f"{k},{1 + k / 100}\n" for k in range(20))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty"),
        ("0,1\n1,2\n", ":1: no header; write a first line such as: time (s), voltage (V)"),
        ("time (s),current (A)\n0,1\n", ":1: no column of voltage among 'time (s)', 'current (A)'"),
        ("time (weeks),voltage (V)\n0,1\n", ":1: column 'time (weeks)': unit 'weeks' is not known"),
        ("time (s),voltage (V)\n", "no row of numbers follows"),
        (GOOD.replace("\n7,1.07", "\n7,nothing"), ":9: voltage 'nothing' is no number"),
        (GOOD.replace("\n7,1.07", "\n\n7,nan"), ":10: voltage is no finite number"),
        (GOOD.replace("\n7,1.07", "\n7"), ":9: has 1 fields, and voltage is field 2"),
        (GOOD.replace("\n7,", "\n5,"), ":9: time 5 s is not after that of the row before"),
        (GOOD.replace("1.07", "1070"), ":9: 1070 V are no capacitor's; write the unit in the header, as mV"),
        ("\n".join(GOOD.split("\n")[:8]), "has 7 rows; a fit needs 10 at least"),
        (GOOD.replace("(V)\n", "(V),supply\n").replace("7,1.07\n", "7,1.07,2\n"), "has 2 fields, and supply"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_by_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "curve.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_curve(path, 0.0)
    assert str(caught.value).startswith(str(path))
    assert complaint in str(caught.value)


@given(st.integers(11, 900), st.integers(10, 200), st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_thinning_keeps_charge_and_steps(count: int, most: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    loads_a = np.repeat(random.choice([0.0, 0.02, 0.05], 10), -(-count // 10))[:count]
    rows = Rows(
        np.arange(count) * 0.1, random.normal(3, 0.1, count), loads_a, np.arange(count) > count / 3, np.ones(count)
    )
    few = thinned(rows, most)
    assert few.counts.sum() == count
    assert (few.counts * few.loads_a).sum() == pytest.approx(rows.loads_a.sum())
    assert (few.counts * few.volts).sum() == pytest.approx(rows.volts.sum())
    assert set(few.loads_a.round(12)) == set(rows.loads_a.round(12))  # no mean over a step
    assert (np.diff(few.times_s) > 0).all()
    assert len(few) <= most + 40


# The command


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> object:
    from xky.hil.cli.power.fit import command

    def once(measured: Path, **options: object) -> str:
        told: dict[str, object] = {"supply": "min_spec", "open_circuit_v": None, "source_ohm": None, "out": None,
                                   "plot": None, "as_json": False, "board": "winky-c6"}  # fmt: skip
        command(measured=measured, **(told | options))  # type: ignore[arg-type]
        return capsys.readouterr().out

    return once


def test_the_example_is_fitted_and_its_board_can_be_loaded(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out, plot = tmp_path / "fitted.toml", tmp_path / "overlay.svg"
    told = json.loads(run(EXAMPLE, out=out, plot=plot, as_json=True))
    found = told["parameters"]
    for key in ("capacitance_f", "esr_ohm", "source_ohm", "leakage_a"):
        assert abs(found[key]["value"] - getattr(TRUTH, key)) < 1.5 * found[key]["uncertainty"], key
    power = board_named(str(out)).power
    assert power is not None and power.capacitor is not None
    assert power.capacitor.capacitance_f == pytest.approx(found["capacitance_f"]["value"], rel=1e-5)
    assert power.capacitor.leakage_a == pytest.approx(found["leakage_a"]["value"], rel=1e-5)
    old_lines, new_lines = (text.split("\n") for text in (board_file("winky-c6")[1], out.read_text("utf-8")))
    changed = [new for old, new in zip(old_lines, new_lines, strict=True) if old != new]
    assert [new.split(" = ")[0] for new in changed] == ["capacitance_f", "esr_ohm", "leakage_a"]
    assert all("  # measured: fit to curve.csv, ±" in new for new in changed)
    drawing = plot.read_text("utf-8")
    for text in (
        "time (s)",
        "voltage at the capacitor (V)",
        "residual (mV)",
        "load (mA)",
        "measured",
        "fitted",
        "no supply",
    ):
        assert text in drawing


def test_what_was_not_seen_stays_in_the_file(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    lines = EXAMPLE.read_text("utf-8").split("\n")[:100]
    charge = tmp_path / "charge.csv"
    charge.write_text("\n".join(lines), encoding="utf-8")
    told = run(charge, out=tmp_path / "fitted.toml")
    assert "ESR: not seen in this curve, the nominal value was taken; it needs a step of the load" in told
    text = (tmp_path / "fitted.toml").read_text("utf-8")
    assert "esr_ohm = 0.2  # datasheet: AVX SCM 1.5 F 6 V" in text
    assert "capacitance_f = 1.3" in text


def test_the_table_says_value_uncertainty_nominal_and_difference(run) -> None:  # type: ignore[no-untyped-def]
    told = run(EXAMPLE)
    assert "± (k = 2)" in told and "nominal" in told and "difference" in told
    assert "12 V rms without load are taken as known" in told


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"board": "generic"}, "no power train on the TIC"),
        ({"supply": "maximal"}, "supply 'maximal': not known"),
        ({"source_ohm": -3.0}, "--source-ohm -3: expected a number over 0"),
        ({"open_circuit_v": 230.0}, "--open-circuit-v 230: expected a number over 0, at most 30"),
        ({"out": Path("fitted.txt")}, "--out fitted.txt: give a name that ends in .toml"),
        ({"plot": Path("overlay.pdf")}, "--plot overlay.pdf: unknown ending"),
        ({"out": Path("/nowhere/at/all/fitted.toml")}, "--out /nowhere/at/all/fitted.toml: cannot be written"),
    ],
)  # fmt: skip
def test_wrong_options_are_told(run, options: dict[str, object], complaint: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError) as caught:
        run(EXAMPLE, **options)
    assert complaint in str(caught.value)


def test_a_wrong_file_ends_the_command_with_one_line(tmp_path: Path) -> None:
    path = tmp_path / "no.csv"
    done = xky("power", "fit", "winky-c6", path, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"xky: {path}: cannot be read") and done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.nightly
def test_the_name_of_the_measured_file_stays_in_its_comment() -> None:
    text = board_file("winky-c6")[1]
    fitted = plain_fit().parameters
    written = fitted_text(text, fitted, "curve\nid = 'other'\x1b\r.csv")
    assert tomllib.loads(written) == tomllib.loads(fitted_text(text, fitted, "curve.csv"))
