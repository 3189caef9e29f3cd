# SPDX-License-Identifier: Apache-2.0
"""However a measurement ends, and in whatever state the bench is then, its outputs are off and it says so."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from xky.boards import board_named
from xky.emulator.supply import supply_named
from xky.hil.instruments import Instrument, LostInstrument
from xky.hil.measuring.safe_state import safe_at_the_end
from xky.hil.virtual import SteppedClock, VirtualBench
from xky.hil.virtual.bench_toml import bench_toml

from ...command import XKY, started

SOON_S = 60.0  # of a machine that does other things, too: nothing here goes on for ever
State = Callable[[VirtualBench], bool]


class GatedClock(SteppedClock):
    """A clock that stands still as soon as the bench is in a state, until the test lets it go on."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state
        self.bench: VirtualBench | None = None
        self.reached, self.may_go_on = Event(), Event()

    def wait(self, duration_s: float) -> None:
        if self.bench is not None and self._state(self.bench):
            self.reached.set()
            self.may_go_on.wait(SOON_S)
        super().wait(duration_s)


STATES: dict[str, State] = {
    "fed": lambda bench: bench.board.fed_v > 0,
    "drained": lambda bench: bench.board.drained_a > 0 and bench.board.fed_v == 0,
    "fed again": lambda bench: bench.board.fed_v > 0 and "INP:STAT ON" in " ".join(bench.instruments["load"].said),
}


@pytest.fixture
def gated(request: pytest.FixtureRequest) -> Iterator[VirtualBench]:
    clock = GatedClock(STATES[request.param])
    makes = {"supply": "rigol", "capacitor": "keysight", "load": "rigol", "analyser": "keysight"}
    with VirtualBench(board_named("winky-c6"), supply_named("typical"), clock, makes=makes) as bench:
        clock.bench = bench
        yield bench


def is_off(bench: VirtualBench) -> bool:
    until_s = time.monotonic() + SOON_S
    while time.monotonic() < until_s:
        if (bench.board.fed_v, bench.board.drained_a) == (0.0, 0.0) and not bench.instruments["analyser"].is_on:  # type: ignore[attr-defined]
            return True
        time.sleep(0.02)
    return False


@pytest.mark.by_day(1)
@pytest.mark.parametrize(
    ("gated", "order"),
    [("fed", signal.SIGINT), ("drained", signal.SIGTERM), ("fed again", signal.SIGINT)]
    + [
        pytest.param(state, order, marks=pytest.mark.nightly)
        for state, order in (("fed", signal.SIGTERM), ("drained", signal.SIGINT), ("fed again", signal.SIGTERM))
    ],
    indirect=["gated"],
)
def test_an_order_to_end_leaves_outputs_off_in_each_state(
    gated: VirtualBench, order: signal.Signals, tmp_path: Path
) -> None:
    (tmp_path / "bench.toml").write_text(bench_toml(gated), encoding="utf-8")
    command = [*XKY, "bench", "measure", "restart", "--load-a", "0.1", "--readings", "30"]
    clock = gated.clock
    assert isinstance(clock, GatedClock)
    with started(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as run:
        assert clock.reached.wait(2 * SOON_S)
        run.send_signal(order)
        _, told = run.communicate(timeout=SOON_S)
        clock.may_go_on.set()
    assert run.returncode == 128 + order
    assert told.splitlines()[0] == ("xky: measure restart: stopped; bench safe: load off, supply off, analyser off")
    assert is_off(gated)


class Switched(Instrument):
    """An instrument that notes when it is made safe, and may fail at that."""

    def __init__(self, name: str, noted: list[str], act: Callable[[], object] = lambda: None) -> None:
        self._name, self._noted, self._act = name, noted, act

    def make_safe(self) -> None:
        self._noted.append(self._name)
        self._act()


def lost() -> None:
    raise LostInstrument("R: gone")


def test_the_order_is_kept_and_one_that_is_lost_keeps_no_other_on() -> None:
    noted: list[str] = []
    bench = {name: Switched(name, noted, lost if name == "supply" else lambda: None) for name in
             ("supply", "load", "generator", "analyser", "capacitor")}  # fmt: skip
    with safe_at_the_end(bench, ["supply", "load"]) as state:
        pass
    assert noted == ["supply", "load", "generator", "analyser"]
    assert (state.safe, state.unknown) == (["load", "generator", "analyser"], {"supply": "R: gone"})
    assert state.told == "bench unknown: supply: R: gone"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, LostInstrument])
def test_any_exception_comes_through_behind_the_safe_state(error: type[BaseException]) -> None:
    noted: list[str] = []
    with pytest.raises(error), safe_at_the_end({"supply": Switched("supply", noted)}, []):
        raise error("ends")
    assert noted == ["supply"]


def test_an_order_to_end_while_outputs_are_switched_off_waits_until_all_are() -> None:
    noted: list[str] = []

    def interrupted() -> None:
        signal.raise_signal(signal.SIGINT)

    bench = {"load": Switched("load", noted, interrupted), "supply": Switched("supply", noted)}
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), safe_at_the_end(bench, []):
            pass
    finally:
        signal.signal(signal.SIGINT, before)
    assert noted == ["load", "supply"]
