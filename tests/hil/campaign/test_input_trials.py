# SPDX-License-Identifier: Apache-2.0
"""The receiver's input as virtual instruments measure it: a sound one, defective ones, and what lies at a limit."""

from dataclasses import replace
from pathlib import Path

import pytest

from xky.boards import board_named
from xky.emulator import Truth
from xky.emulator.supply import supply_named
from xky.hil.campaign.evidence import read_record, write_record
from xky.hil.campaign.input_record import InputLevel, InputRecord
from xky.hil.campaign.input_trials import measure_input
from xky.hil.campaign.oracle import Case, Oracle
from xky.hil.campaign.record import Record
from xky.hil.campaign.suite import declared_purposes
from xky.hil.campaign.verdict import PurposeFailed, Undecided
from xky.hil.instruments import open_instrument
from xky.hil.virtual import SteppedClock, VirtualBench
from xky.hil.virtual.input_circuit import InputCircuit
from xky.protocol import BenchError, Mode

MEASURED = next(one for one in declared_purposes() if one.id == "TIC-INP-8/measured")


def measured(circuit: InputCircuit, *, limit_v: float = 10.0, scope: str = "siglent") -> InputRecord:
    makes = {"generator": "rigol", "scope": scope}
    bench = VirtualBench(board_named("winky-c6"), supply_named("typical"), SteppedClock(), circuit=circuit, makes=makes)
    limits = {"generator": {"voltage_v": limit_v}, "scope": {}}
    with bench:
        instruments = {role: open_instrument(role, bench.resources[role], None, limits[role]) for role in makes}
        try:
            found = measure_input(instruments, circuit.series_ohm)
        finally:
            for one in instruments.values():
                one.close()
        assert not bench.instruments["generator"].is_on  # type: ignore[attr-defined]
    return found


def case_of(found: InputRecord | None, mode: Mode = Mode.STANDARD) -> Case:
    record = Record(mode, board_named("generic"), 1.0, None, Truth(), [], [], on_hardware=True, input=found)
    return Case(MEASURED, Oracle(record))


def test_a_sound_input_passes_in_both_modes_and_the_evidence_says_so_again(tmp_path: Path) -> None:
    found = measured(InputCircuit())
    assert [round(one.peak_v, 1) for one in found.levels] == [0.1, 1.0, 5.0]
    assert 1 / found.conductance_s(found.levels[-1]).value == pytest.approx(1200.0, rel=0.01)
    for mode in Mode:
        case = case_of(found, mode)
        case.the_input_has_the_impedance()
        assert case.trail.sent and case.trail.expected and len(case.trail.seen) == 3
    write_record(tmp_path, case.record)
    assert read_record(tmp_path).input == found


@pytest.mark.parametrize(
    ("circuit", "told"),
    [
        (InputCircuit(300.0), "^300 Ω at 0.10 V peak; 500 Ω to 2000 Ω allowed$"),
        pytest.param(
            InputCircuit(1200.0, 3e-9), "µS capacitive at 0.10 V peak; 100 µS allowed$", marks=pytest.mark.nightly
        ),
    ],
    ids=["low", "capacitive"],
)
def test_a_defective_input_fails(circuit: InputCircuit, told: str) -> None:
    with pytest.raises(PurposeFailed, match=told):
        case_of(measured(circuit)).the_input_has_the_impedance()


@pytest.mark.nightly
def test_an_input_is_seen_by_a_scope_whose_channels_share_their_memory() -> None:
    case_of(measured(InputCircuit(900.0), scope="rigol")).the_input_has_the_impedance()


def of(resistance_ohm: float, beside_s: float = 0.0, peak_v: float = 5.0) -> InputRecord:
    """As exact instruments of 4 % measure it."""
    ratio = 1 / (1 + 470.0 * complex(1 / resistance_ohm, beside_s))
    return InputRecord(470.0, 0.01, (InputLevel(peak_v, ratio.real, ratio.imag, 0.04, 0.005),))


@pytest.mark.parametrize(
    ("found", "mode", "told"),
    [
        (of(510.0), Mode.STANDARD, "510 Ω .* within the uncertainty"),
        (of(490.0), Mode.STANDARD, "490 Ω .* within the uncertainty"),
        (of(1950.0), Mode.STANDARD, "1950 Ω .* within the uncertainty"),
        (of(780.0), Mode.HISTORIC, "780 Ω .* within the uncertainty"),
        (of(1200.0, 95e-6), Mode.STANDARD, "95.0 µS capacitive .* within the uncertainty"),
        (of(1200.0, peak_v=3.0), Mode.STANDARD, "reaches 3.00 V peak"),
    ],
)
def test_what_lies_within_the_uncertainty_or_was_not_reached_is_undecided(
    found: InputRecord, mode: Mode, told: str
) -> None:
    with pytest.raises(Undecided, match=told):
        case_of(found, mode).the_input_has_the_impedance()


@pytest.mark.parametrize(
    ("found", "mode"),
    [
        (of(400.0), Mode.STANDARD),
        (of(600.0), Mode.HISTORIC),
        (of(3500.0), Mode.STANDARD),
        (of(1200.0, -6e-4), Mode.STANDARD),
    ],
)
def test_what_lies_beyond_fails_though_the_level_was_not_reached(found: InputRecord, mode: Mode) -> None:
    with pytest.raises(PurposeFailed):
        case_of(replace(found, levels=(replace(found.levels[0], peak_v=1.0),)), mode).the_input_has_the_impedance()


def test_what_was_measured_says_nothing_of_the_input_without_power() -> None:
    with pytest.raises(Undecided, match="take that away and measure again"):
        case_of(of(1200.0)).the_input_has_it_without_power()


def test_without_instruments_it_is_undecided_with_what_it_needs() -> None:
    with pytest.raises(Undecided, match=r"^needs a generator that drives I1-I2 .* and a scope at both ends"):
        case_of(None).the_input_has_the_impedance()


@pytest.mark.nightly
def test_a_generator_keeps_its_limit_and_a_level_beyond_is_undecided() -> None:
    found = measured(InputCircuit(), limit_v=4.0)
    assert found.levels[-1].peak_v < 3.0
    with pytest.raises(Undecided, match="5 V is asked"):
        case_of(found).the_input_has_the_impedance()


def test_a_wire_that_hangs_loose_is_the_bench_s_fault() -> None:
    with pytest.raises(BenchError, match=r"at the terminals .* look at the wires"):
        measured(InputCircuit(0.5))
