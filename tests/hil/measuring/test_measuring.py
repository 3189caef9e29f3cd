# SPDX-License-Identifier: Apache-2.0
"""Each routine on a virtual bench: what it finds is what the board and the meter are, within what it says is unsure."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from xky.boards import Board, board_named
from xky.emulator.carrier import Waveform
from xky.emulator.supply import supply_named
from xky.hil.instruments import Instrument, open_instrument
from xky.hil.measuring import Measurement, SafeState, Settings, Verdict, measure
from xky.hil.measuring.curve_files import CURVE, write_curve
from xky.hil.measuring.fitted import fitted_to
from xky.hil.measuring.measurement import judged
from xky.hil.measuring.routines import routine_names
from xky.hil.virtual import Misbehaviour, Planned, RunningClock, SteppedClock, VirtualBench
from xky.protocol import BenchError, InputError

TYPICAL = supply_named("typical")
WINKY = board_named("winky-c6")
MAKES = {"supply": "siglent", "capacitor": "keithley", "scope": "rigol", "load": "siglent", "analyser": "keithley"}


@contextmanager
def stand(bench: VirtualBench, answer_s: float = 1.0) -> Iterator[dict[str, Instrument]]:
    with bench:
        instruments = {
            role: open_instrument(role, resource, None, {"voltage_v": 13.0}, answer_s=answer_s)
            for role, resource in bench.resources.items()
        }
        yield instruments
        for one in instruments.values():
            one.close()


def virtual(board: Board = WINKY, **options: object) -> VirtualBench:
    return VirtualBench(board, TYPICAL, SteppedClock(), **({"makes": MAKES} | options))  # type: ignore[arg-type]


def measured(routine: str, bench: VirtualBench, **settings: object) -> Measurement:
    states: list[SafeState] = []
    asked = Settings(**({"board": WINKY, "supply": TYPICAL, "readings": 100} | settings))  # type: ignore[arg-type]
    with stand(bench) as instruments:
        found = measure(routine, instruments, ["load", "supply"], asked, lambda text: None, states.append)
    assert states[0].unknown == {}
    assert set(states[0].safe) == {"load", "supply", "analyser"} & set(bench.makes)
    assert (bench.board.fed_v, bench.board.drained_a) == (0.0, 0.0)
    return found


def value(found: Measurement, key: str) -> tuple[float, float, float]:
    """What was measured, how unsure it is, and what was predicted."""
    one = next(one for one in found.quantities if one.key == key)
    assert one.value is not None and one.predicted is not None
    return one.value, one.uncertainty, one.predicted


@pytest.mark.parametrize("name", ["winky-c6", "loky"])
def test_the_charge_of_a_virtual_bench_is_that_of_xky_power(name: str) -> None:
    board = board_named(name)
    found = measured("charge", virtual(board), board=board)
    assert len(found.curve) > 90
    assert found.full_scale_v > 1.7
    assert found.largest_difference_v < 0.0005 * found.full_scale_v
    (clock,) = found.clocks
    assert abs(clock.drift_s) <= clock.drift_uncertainty_s
    seen_s, unsure_s, predicted_s = value(found, "start_s")
    assert abs(seen_s - predicted_s) < unsure_s < 0.01 * predicted_s


@pytest.mark.realtime
def test_a_clock_that_runs_gives_the_same_charge_within_half_a_percent_of_full_scale() -> None:
    bench = VirtualBench(WINKY, TYPICAL, RunningClock(40.0), makes=MAKES)
    found = measured("charge", bench)
    assert found.largest_difference_v < 0.005 * found.full_scale_v
    assert any("40 times real time, known to" in remark for remark in found.remarks)


def test_a_charge_goes_on_through_the_wakes_where_it_is_told_to() -> None:
    found = measured("charge", virtual(), duration_s=260.0, readings=200)
    assert found.largest_difference_v < 0.005 * found.full_scale_v
    assert max(row.load_a for row in found.curve) > 0.02  # it woke


def test_a_discharge_shows_capacitance_series_and_source_resistance(tmp_path: Path) -> None:
    found = measured("discharge", virtual(), load_a=0.05)
    seen_f, unsure_f, nominal_f = value(found, "capacitance_f")
    assert abs(seen_f - nominal_f) < unsure_f < 0.03
    write_curve(tmp_path, found.curve)
    fitted, why = fitted_to("discharge", tmp_path / CURVE, Settings(WINKY, TYPICAL), source_known=False)
    assert fitted is not None, why
    told = {key: one["value"] for key, one in fitted["parameters"].items()}
    assert told["capacitance_f"] == pytest.approx(1.5, rel=0.005)
    assert told["esr_ohm"] == pytest.approx(0.2, abs=0.03)
    assert told["source_ohm"] == pytest.approx(225.0, rel=0.01)


def test_a_board_that_is_another_than_its_file_says_differs_and_is_fitted(tmp_path: Path) -> None:
    power = WINKY.power
    assert power is not None and power.capacitor is not None
    aged = power.capacitor.model_copy(update={"capacitance_f": 1.2})
    other = WINKY.model_copy(update={"power": power.model_copy(update={"capacitor": aged})})
    found = measured("discharge", virtual(other), load_a=0.05)
    assert found.largest_difference_v > 0.05 * found.full_scale_v
    seen_f, unsure_f, nominal_f = value(found, "capacitance_f")
    assert seen_f == pytest.approx(1.2, abs=unsure_f)
    assert nominal_f == 1.5
    write_curve(tmp_path, found.curve)
    fitted, why = fitted_to("discharge", tmp_path / CURVE, Settings(WINKY, TYPICAL), source_known=False)
    assert fitted is not None, why
    assert fitted["parameters"]["capacitance_f"]["value"] == pytest.approx(1.2, rel=0.01)


def test_brown_out_and_restart_are_seen_where_xky_power_says(tmp_path: Path) -> None:
    found = measured("restart", virtual(), load_a=0.05)
    for key in ("brown_out_v", "restart_s"):
        seen, unsure, predicted = value(found, key)
        assert abs(seen - predicted) < 2 * unsure, key
        assert unsure < 0.03 * predicted
    assert value(found, "brown_out_v")[0] == pytest.approx(3.3, abs=0.02)


def test_it_begins_by_draining_a_board_that_may_run() -> None:
    found = measured("discharge", virtual(inner_v=4.6), load_a=0.1)
    assert found.curve[0].voltage_v < 3.3
    assert found.largest_difference_v < 0.005 * found.full_scale_v


def test_each_limit_of_a_sound_line_is_kept() -> None:
    found = measured("carrier", virtual())
    assert found.verdict is Verdict.PASS
    assert len(found.limits) == 10
    seen = {one.title.split(",")[0]: one.value for one in found.limits}
    assert seen["carrier frequency"] == pytest.approx(50_000, rel=1e-3)
    assert seen["rate"] == pytest.approx(9600, rel=1e-3)
    assert seen["Vevl0"] == pytest.approx(3.65, rel=0.02)
    assert seen["Tev1"] == pytest.approx(104e-6, rel=0.03)


@pytest.mark.parametrize(
    "amplitude_v", [pytest.param(1.4, marks=pytest.mark.nightly), 2.0, pytest.param(4.6, marks=pytest.mark.nightly)]
)
def test_a_sound_line_of_any_level_is_never_accused(amplitude_v: float) -> None:
    found = measured("carrier", virtual(makes={"scope": "siglent"}, waveform=Waveform(amplitude_v=amplitude_v)))
    assert [one for one in found.limits if one.verdict is not Verdict.PASS] == []


BROKEN = {
    "carrier frequency": Waveform(carrier_error=0.04),
    "rate": Waveform(baud_error=0.015),
    "Vevl0": Waveform(amplitude_v=1.0),
    "Vevh0": Waveform(amplitude_v=5.6),
    "Vevh1": Waveform(residual_v=0.25),
    "Vevh1 ": Waveform(residual_v=0.8),
    "noise in a 1": Waveform(noise_db=20.0),
}


BY_DAY = ("carrier frequency", "Vevh1", "noise in a 1")


@pytest.mark.by_day(1)
@pytest.mark.parametrize(
    "title", [pytest.param(one, marks=[] if one in BY_DAY else pytest.mark.nightly) for one in BROKEN]
)
def test_a_limit_that_is_broken_fails_and_is_named(title: str) -> None:
    found = measured("carrier", virtual(waveform=BROKEN[title]))
    assert found.verdict is Verdict.FAIL
    assert title.strip() in {one.title.split(",")[0] for one in found.limits if one.verdict is Verdict.FAIL}


@pytest.mark.nightly
def test_ripple_looks_at_terminal_a_while_it_is_loaded() -> None:
    found = measured("ripple", virtual())
    assert found.verdict is Verdict.PASS
    assert {one.title for one in found.limits} >= {"I1-A, V rms", "I1-A, peak while it is loaded"}


@pytest.mark.nightly
def test_a_full_board_draws_too_little_for_its_peak_to_be_judged() -> None:
    weak = replace(TYPICAL, open_circuit_v=3.0)
    found = measured("ripple", virtual(inner_v=4.6), supply=weak)
    assert "I1-A, peak while it is loaded" not in {one.title for one in found.limits}
    assert any("its peak is not judged" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(1.0, Verdict.FAIL), (1.15, Verdict.INCONCLUSIVE), (1.25, Verdict.INCONCLUSIVE), (1.4, Verdict.PASS),
     (4.95, Verdict.INCONCLUSIVE), (5.05, Verdict.INCONCLUSIVE), (5.2, Verdict.FAIL)],
)  # fmt: skip
def test_what_lies_within_its_uncertainty_of_a_limit_is_undecided(value: float, verdict: Verdict) -> None:
    assert judged("level", "54E", "V", value, 0.1, least=1.2, most=5.0).verdict is verdict


def test_an_instrument_that_is_lost_leaves_the_others_safe_and_is_named() -> None:
    bench, states = virtual(), list[SafeState]()
    bench.behaviours["capacitor"].planned = Planned(Misbehaviour.HANG_UP, after=60)
    with stand(bench, answer_s=1.0) as instruments:
        asked = Settings(WINKY, TYPICAL)
        with pytest.raises(BenchError, match="SOCKET: does not answer"):
            measure("charge", instruments, ["load", "supply"], asked, lambda text: None, states.append)
    assert states[0].told == "bench safe: load off, supply off, analyser off"
    assert (bench.board.fed_v, bench.board.drained_a) == (0.0, 0.0)


def test_a_supply_that_is_lost_while_it_feeds_leaves_the_bench_unknown() -> None:
    bench, states = virtual(), list[SafeState]()
    bench.behaviours["supply"].planned = Planned(Misbehaviour.SILENT, after=8)
    with stand(bench, answer_s=1.0) as instruments:
        asked = Settings(WINKY, TYPICAL)
        with pytest.raises(BenchError, match="does not answer"):
            measure("charge", instruments, ["load", "supply"], asked, lambda text: None, states.append)
    assert list(states[0].unknown) == ["supply"]
    assert states[0].safe == ["load", "analyser"]
    assert states[0].told.startswith("bench unknown: supply: ")


def test_a_bench_without_the_instrument_that_is_needed_is_told() -> None:
    with pytest.raises(InputError, match=r"measure carrier: the bench has no scope; add \[\[instrument\]\] with role"):
        measured("carrier", virtual(makes={role: make for role, make in MAKES.items() if role != "scope"}))


def test_each_routine_is_tested_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in routine_names() if f'measured("{name}"' not in text] == ["brown-out"]  # with restart
