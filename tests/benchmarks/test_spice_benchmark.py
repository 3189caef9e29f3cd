# SPDX-License-Identifier: Apache-2.0
"""A charge, a wake and the sleep after it: our time against that of ngspice for the same seconds."""

import resource
import time
from statistics import median

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from xky.boards import board_named
from xky.boards.description.states import OFF
from xky.boards.power.netlist import Detail, RailDraw, draws_of, netlist_of
from xky.boards.power.train import Train
from xky.emulator.supply import SUPPLIES

from ..ngspice import measured, needs_ngspice

BOARD = board_named("winky-c6")
MINIMUM = SUPPLIES["min_spec"]
CHARGE_S = 200.0
CARRIER_S = 0.1
AT_A_TIME = 200


def ngspice_s(detail: Detail, draws: list[RailDraw]) -> float:
    """CPU time of ngspice alone."""
    assert BOARD.power is not None
    netlist = netlist_of(BOARD.power, MINIMUM, draws, title="benchmark", detail=detail)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    measured(netlist)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


@needs_ngspice
@pytest.mark.parametrize(("detail", "rounds", "goal"), [(Detail.AVERAGED, 5, 1_000), (Detail.CARRIER, 1, 1_000_000)])
def test_times_ngspice(
    detail: Detail, rounds: int, goal: int, benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    assert BOARD.power is not None
    off = RailDraw(OFF, CHARGE_S, BOARD.power.mcu.off_a)
    draws = [off, *draws_of(BOARD)] if detail is Detail.AVERAGED else [RailDraw(OFF, CARRIER_S, off.rail_a)]
    began_s = time.process_time()
    train = Train(BOARD.power)
    states = [(train.state(MINIMUM, draw.name).flow, draw.duration_s) for draw in draws]

    def live() -> float:
        inner_v = 0.0
        for flow, duration_s in states:
            inner_v = flow.after(inner_v, duration_s)
        return inner_v

    live()  # walks each flow once
    built_s = time.process_time() - began_s
    theirs_s = median(ngspice_s(detail, draws) for _ in range(rounds))
    ours = []
    for _ in range(11):
        began_s = time.process_time()
        for _ in range(AT_A_TIME):
            live()
        ours.append((time.process_time() - began_s) / AT_A_TIME)
    ours_s = median(ours)
    ratio = theirs_s / ours_s
    with_building = theirs_s / (built_s + ours_s)
    benchmark.group = "power train"
    benchmark.extra_info[f"times ngspice, {detail}"] = round(ratio)
    benchmark.pedantic(live, rounds=3)
    with capsys.disabled():
        lasts_s = sum(draw.duration_s for draw in draws)
        print(f"\n{lasts_s:g} s of winky-c6: {ratio:,.0f} x ngspice, {detail} (goal {goal:,}); "
              f"{with_building:,.1f} x with the states still to be built ({built_s:.2f} s, once)")  # fmt: skip
    assert ratio >= goal, f"{ratio:,.0f} times ngspice, {detail}; expected {goal:,} at least"
