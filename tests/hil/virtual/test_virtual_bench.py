# SPDX-License-Identifier: Apache-2.0
"""The board behind virtual instruments lives as ``xky power`` says, and the instruments act on it and see it."""

import pytest

from xky.boards import board_named
from xky.boards.power.event_simulation import EventSimulation
from xky.emulator.supply import supply_named
from xky.hil.virtual import SteppedClock, VirtualBench
from xky.hil.virtual.board import VirtualBoard
from xky.hil.virtual.makes import virtual_makes, virtual_named, virtual_roles
from xky.protocol import InputError

TYPICAL = supply_named("typical")


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["winky-c6", "winky-lab", "loky"])
def test_it_charges_wakes_and_browns_out_as_xky_power_says(name: str) -> None:
    clock = SteppedClock()
    board = VirtualBoard(board_named(name), TYPICAL, clock)
    board.feed(TYPICAL.open_circuit_v, on=True)
    told = EventSimulation(board.board, TYPICAL, keep=True)
    list(told.run(1500.0))
    assert told.stretches is not None
    for stretch in told.stretches:
        half_s = stretch.duration_s / 2
        clock.wait(stretch.at_s + half_s - clock.now_s())
        inner_v = stretch.state.flow.after(stretch.before_v, half_s)
        assert board.capacitor_v == pytest.approx(stretch.state.terminal_v(inner_v), abs=1e-6)
    clock.wait(1500.0 - clock.now_s())
    last = told.stretches[-1]
    assert board.capacitor_v == pytest.approx(last.state.terminal_v(last.after_v), abs=1e-6)
    assert board.is_on


def test_a_load_beside_draws_its_charge_and_no_more() -> None:
    clock = SteppedClock()
    board = VirtualBoard(board_named("winky-c6"), TYPICAL, clock, inner_v=2.0)
    power = board.board.power
    assert power is not None and power.capacitor is not None
    before_v = board.capacitor_v
    board.drain(0.1, on=True)
    stepped_v = board.capacitor_v
    clock.wait(3.0)
    fallen_v = stepped_v - board.capacitor_v
    assert before_v - stepped_v == pytest.approx(0.1 * power.capacitor.esr_ohm, rel=1e-3)
    assert fallen_v == pytest.approx((0.1 + board.board_a) * 3.0 / power.capacitor.capacitance_f, rel=0.01)
    assert board.board_a < 1e-4
    board.drain(0.1, on=False)
    assert board.drained_a == 0.0


@pytest.fixture
def bench() -> VirtualBench:
    bench = VirtualBench(board_named("winky-c6"), TYPICAL, SteppedClock(), makes={"supply": "rigol", "load": "siglent"})
    bench.close()  # nothing needs to be listened for here
    return bench


def test_compound_messages_are_answered_in_one_line(bench: VirtualBench) -> None:
    supply = bench.instruments["supply"]
    assert supply.answer("VOLT 4.2;VOLT?;*OPC?") == b"4.200;1"
    assert supply.answer(":SOUR1:VOLT 5;CURR 0.3;:SOUR:VOLT?;CURR?") == b"5.000;0.3000"


def test_what_it_does_not_understand_goes_to_the_queue_of_errors(bench: VirtualBench) -> None:
    supply = bench.instruments["supply"]
    assert [supply.answer(message) for message in ("VOLTS 5", "VOLT 31", "VOLT much", "OUTP CH1,MAYBE", "NO?")] == (
        [None] * 5
    )
    assert supply.answer("*ESR?") == b"48"  # command and execution errors, IEEE 488.2 §11.5.1
    told = [supply.answer("SYST:ERR?") for _ in range(6)]
    assert [text.split(b",")[0] for text in told if text is not None] == [
        b"-113",
        b"-222",
        b"-224",
        b"-224",
        b"-113",
        b"0",
    ]
    supply.answer("NO?")
    supply.answer("*CLS")
    assert supply.answer("SYST:ERR?;*ESR?") == b'0,"No error";0'


def test_a_reset_takes_the_output_off(bench: VirtualBench) -> None:
    for message in ("CURR 0.2", "INP ON"):
        bench.instruments["load"].answer(message)
    bench.instruments["supply"].answer("VOLT 13;:OUTP CH1,ON")
    assert bench.board.fed_v == 13.0
    bench.instruments["supply"].answer("*RST")
    bench.instruments["load"].answer("*RST")
    assert (bench.board.fed_v, bench.board.drained_a) == (0.0, 0.0)


def test_the_same_seed_reads_the_same() -> None:
    def read() -> list[bytes | None]:
        made = VirtualBench(board_named("winky-c6"), TYPICAL, SteppedClock(), makes={"capacitor": "keithley"}, seed=5)
        made.close()
        return [made.instruments["capacitor"].answer(":READ?") for _ in range(3)]

    assert read() == read()
    assert len({*read()}) == 3


def test_there_are_two_makes_a_role() -> None:
    assert {role: len(virtual_makes(role)) for role in virtual_roles()} == dict.fromkeys(
        ("analyser", "capacitor", "generator", "load", "scope", "supply"), 2
    )
    with pytest.raises(InputError, match="scope 'tek': no virtual one; expected one of rigol, siglent"):
        virtual_named("scope", "tek")


def test_a_board_with_a_supply_of_its_own_is_refused() -> None:
    with pytest.raises(InputError, match="eky: no power train on the TIC; a virtual bench needs one to measure"):
        VirtualBoard(board_named("eky"), TYPICAL, SteppedClock())
