# SPDX-License-Identifier: Apache-2.0
"""A simulated board on an emulated line."""

from pathlib import Path
from typing import Any

import pytest
import simpy

from xky.boards import board_named, board_names
from xky.boards.description.board import board_file
from xky.emulator.scenario.emulated import emulated
from xky.emulator.scenario.event import Happening, Outage, TerminalA
from xky.hil.emulation.control.session import Session
from xky.hil.emulation.emulated_board import check_board
from xky.hil.emulation.emulated_run import EmulatedRun
from xky.protocol import Burst, InputError, Mode

from ...command import xky

SIMULATED = [name for name in board_names() if board_named(name).firmware is not None]


def run_of(board: str | None, **told: Any) -> tuple[simpy.Environment, EmulatedRun, list[Burst]]:
    env = simpy.Environment()
    run = EmulatedRun(env, emulated(None, None, {"seed": 3, **told}), None, keep_timeline=False, board=board)
    run.session = Session(env, run.transmitter, run.actions, board=run.board)
    bursts: list[Burst] = []
    run.line.connect(bursts.append)
    return env, run, bursts


@pytest.mark.by_day(2)
@pytest.mark.parametrize(
    ("board", "told"),
    [
        ("winky-lab", {}),
        ("generic", {}),
        ("winky-v1", {"mode": Mode.HISTORIC, "phases": 3}),
        ("loky", {"producer": True}),
    ],
)
def test_a_board_changes_no_byte_and_no_time_of_the_line(board: str, told: dict[str, Any]) -> None:
    lines = []
    for name in (None, board):
        env, run, bursts = run_of(name, **told)
        for until_s, what in (
            (70, Happening(load_va=7000.0)), (90, Happening(outage=Outage(for_s=8))),
            (120, Happening(terminal_a=TerminalA(share=0, for_s=60))), (300, Happening(say="end")),
        ):  # fmt: skip
            env.run(until=until_s)
            assert run.session is not None
            run.session.state()
            if what.terminal_a is None or (name is not None and board != "generic"):
                run.session.happen(what)
        lines.append(bursts)
    assert lines[0] == lines[1]
    assert len(lines[0]) > 100


@pytest.mark.by_day(4)
@pytest.mark.parametrize("name", SIMULATED)
def test_each_board_with_firmware_reads_the_line(name: str) -> None:
    mode = Mode.STANDARD if Mode.STANDARD in board_named(name).modes else Mode.HISTORIC
    env, run, _ = run_of(name, mode=mode)
    env.run(until=200)
    board = run.board
    assert board is not None
    assert board.is_on
    assert board.readings >= 1
    assert {"SINSTS", "PAPP", "EAST"} & {label for one in board.last_reading for label in one.said}


@pytest.mark.nightly
def test_its_past_is_forgotten_and_its_counts_go_on() -> None:
    env, run, _ = run_of("winky-v1")
    assert run.board is not None
    env.run(until=250)
    before = run.board.readings
    assert run.actions.terminal_feed is not None
    run.actions.terminal_feed.take(TerminalA(share=0, for_s=300))
    env.run(until=900)
    lost, last_s = run.board.brown_outs, run.board.last_brown_out_s
    assert lost > 0
    assert last_s is not None
    env.run(until=3000)
    assert run.board.brown_outs >= lost
    assert run.board.readings > before
    assert run.board.train is not None
    assert run.board.train.stretches[0].at_s > 1900
    assert len(run.board.brown_outs_s) < 3000


def test_an_outage_of_the_meter_takes_the_supply_of_its_board_away() -> None:
    env, run, _ = run_of("winky-c6")
    assert run.board is not None
    env.run(until=5)
    run.actions.cut_supply()
    assert run.board.supply.open_circuit_v == 0
    run.actions.restore_supply()
    assert run.board.supply.open_circuit_v == 12


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--board", "winky-c6"], "--board winky-c6: nobody would see what it does; add --control 8080"),
        (["--board", "winky", "--control", "0"], "board 'winky'"),
        (["--board", "denky-d4", "--control", "0"], "--board denky-d4: has no simulated firmware; take one of auto, "),
        (["--board", "papers.toml", "--control", "0"], "papers.toml"),
        (["--board", "winky-c6", "--control", "0", "--meters", "2"], "--control: is for one meter"),
        (["--board", "winky-c6", "--control", "0", "--out", "x.bin"], "--control: a run into a file alone"),
        (["--board", "winky-c6", "--replay", "x.bin"], "--board: a capture says what it says"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(options: list[str], complaint: str, tmp_path: Path) -> None:
    done = xky("emulate", *options, cwd=tmp_path)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_board_that_does_not_read_the_mode_is_refused(tmp_path: Path) -> None:
    text = 'modes = ["historic"]\n' + board_file("generic")[1]
    (tmp_path / "old.toml").write_text(text)
    with pytest.raises(InputError, match="does not read standard mode; give --mode historic"):
        check_board(str(tmp_path / "old.toml"), Mode.STANDARD)
