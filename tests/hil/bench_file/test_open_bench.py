# SPDX-License-Identifier: Apache-2.0
"""Outputs are safe behind each way in which a run can end, or the next run says that nobody knows, and mends it."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from xky.boards import board_named
from xky.emulator.supply import supply_named
from xky.hil.bench_file import OpenBench, SafeState, bench_file
from xky.hil.held_resource import held_resource
from xky.hil.virtual import SteppedClock, VirtualBench
from xky.hil.virtual.misbehaviour import planned
from xky.protocol import BenchError

from .run_on_bench import run

RUN = Path(__file__).with_name("run_on_bench.py")
ENDS: dict[str, Any] = {
    "verdict": None, "exception": RuntimeError, "bench-error": BenchError, "exit": SystemExit,
    "SIGINT": KeyboardInterrupt, "SIGTERM": KeyboardInterrupt, "SIGHUP": KeyboardInterrupt,
    "SIGTERM-while-making-safe": KeyboardInterrupt,
}  # fmt: skip
ORDER = ("load", "supply", "generator", "analyser")
KILLED = (
    "killed-in-use", "killed-before-it-is-safe", "killed-with-load-open", "killed-behind-supply",
    *(pytest.param(f"killed-with-{role}-open", marks=pytest.mark.nightly) for role in ORDER if role != "load"),
    *(pytest.param(f"killed-behind-{role}", marks=pytest.mark.nightly) for role in ORDER if role != "supply"),
)  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """A virtual bench and its file."""

    virtual: VirtualBench
    file: Path

    @property
    def on(self) -> list[str]:
        """Roles whose output is on."""
        return [role for role, one in self.virtual.instruments.items() if getattr(one, "is_on", False)]

    def switch_all_on(self) -> None:
        for one in self.virtual.instruments.values():
            if hasattr(one, "switch"):
                one.switch(on=True)

    def run(self, how: str) -> subprocess.CompletedProcess[str]:
        """A run in a process of its own that ends so."""
        command = [sys.executable, str(RUN), str(self.file), how]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def open(self, tell: Any = lambda line: None) -> OpenBench:
        return OpenBench(bench_file(self.file), tell)


def written(resources: Mapping[str, str], order: str) -> str:
    tables = (f'[[instrument]]\nrole = "{role}"\nresource = "{resource}"\n' for role, resource in resources.items())
    return "".join(tables) + f"[safe]\norder = {order}\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("XKY_LOCKS", str(tmp_path / "locks"))
    makes = {"supply": "rigol", "load": "siglent", "generator": "rigol", "analyser": "keysight"}
    bench = VirtualBench(board_named("winky-c6"), supply_named("typical"), SteppedClock(), makes=makes)
    with bench:
        file = tmp_path / "bench.toml"
        file.write_text(written(bench.resources, '["load", "supply"]'), encoding="utf-8")
        yield Desk(bench, file)


@pytest.mark.by_day(1)
@pytest.mark.parametrize("how", ENDS)
def test_behind_every_end_that_a_process_can_see_the_bench_is_safe(desk: Desk, how: str) -> None:
    def obey(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, obey) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        if ENDS[how] is None:
            bench = run(desk.file, how)
        else:
            with pytest.raises(ENDS[how]) as ended:
                run(desk.file, how)
            bench = ended.value.bench
        assert signal.getsignal(signal.SIGTERM) is obey
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert bench.state is SafeState.SAFE
    assert desk.on == []
    assert {"load", "supply"} <= {role for role, one in desk.virtual.instruments.items() if len(one.said) > 3}
    with desk.open() as after:
        assert after.before == []


@pytest.mark.by_day(1)
@pytest.mark.parametrize("how", KILLED)
def test_behind_a_kill_the_next_run_says_that_nobody_knows_and_makes_it_safe_first(desk: Desk, how: str) -> None:
    desk.switch_all_on()
    assert desk.run(how).returncode == -9
    told: list[str] = []
    seen: list[list[str]] = []
    with desk.open(lambda line: (told.append(line), seen.append(desk.on))) as after:  # type: ignore[arg-type]
        assert desk.on == []
        assert len(told) == len(after.before) == 1
        for line, before in zip(told, after.before, strict=True):
            assert line.startswith(f"{desk.file}: died, bench unknown: {before}; all is made safe now")
            assert re.fullmatch(r"process \d+ died with [a-z, ]+ in use", before)
            assert bool(seen[0]) == (how != f"killed-behind-{ORDER[-1]}")  # told before anything was done
        assert after.state is SafeState.IN_USE
    assert after.state is SafeState.SAFE
    with desk.open() as later:
        assert later.before == []


def test_the_order_of_the_file_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for order in (list(ORDER), list(reversed(ORDER))):
        desk.file.write_text(written(desk.virtual.resources, str(order).replace("'", '"')), encoding="utf-8")
        made: list[str] = []
        with desk.open() as bench:
            for role, one in bench.instruments.items():
                monkeypatch.setattr(one, "make_safe", partial(made.append, role))
        assert made == order


@pytest.mark.parametrize("how", ["silent", "refuse"])
def test_an_instrument_that_is_lost_leaves_a_bench_that_nobody_knows_and_the_others_safe(desk: Desk, how: str) -> None:
    told: list[str] = []
    with desk.open(told.append) as bench:
        for one in bench.instruments.values():
            one._session._answer_s = 0.3
        bench.instruments["supply"].switch(on=True)  # type: ignore[attr-defined]
        bench.instruments["load"].switch(on=True)  # type: ignore[attr-defined]
        desk.virtual.behaviours["load"].planned = planned(how)
        if how == "refuse":
            desk.virtual.refuse("load")
    assert bench.state is SafeState.UNKNOWN
    assert desk.on == (["load"] if how == "refuse" else [])  # the others take it, and nobody knows that they did
    assert [line.split(":")[0] for line in told] == [f"load {desk.virtual.resources['load'].split(':')[0]}"]
    assert told[0].endswith("; switch it off by hand")
    assert "not seen to be safe" in told[0]
    assert "\n" not in told[0]
    if how != "refuse":
        desk.switch_all_on()
        desk.virtual.behaviours["load"].planned = None
        with desk.open(told.append) as after:
            assert [line.split(" ", 2)[2] for line in after.before] == ["died with load in use"]
            assert desk.on == []


def test_an_instrument_that_hung_up_is_made_safe_over_a_new_connection(desk: Desk) -> None:
    told: list[str] = []
    with desk.open(told.append) as bench:
        bench.instruments["load"]._session._answer_s = 0.3
        bench.instruments["load"].switch(on=True)  # type: ignore[attr-defined]
        desk.virtual.behaviours["load"].planned = planned("hang-up")
    assert (bench.state, desk.on, told) == (SafeState.SAFE, [], [])


def test_one_without_an_output_that_is_lost_is_nothing_to_switch_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XKY_LOCKS", str(tmp_path / "locks"))
    makes = {"supply": "rigol", "capacitor": "keysight", "scope": "siglent"}
    virtual = VirtualBench(board_named("winky-c6"), supply_named("typical"), SteppedClock(), makes=makes)
    desk, told = Desk(virtual, tmp_path / "bench.toml"), list[str]()
    desk.file.write_text(written(virtual.resources, "[]"), encoding="utf-8")
    with desk.open(told.append) as bench:
        virtual.close()
    supply = virtual.resources["supply"]
    assert [line.split(": ")[0] for line in told] == [f"supply {supply}"]
    assert bench.state is SafeState.UNKNOWN  # of the supply
    assert told[0].endswith("; switch it off by hand")


@pytest.mark.nightly
def test_what_died_and_cannot_be_made_safe_keeps_every_later_run_from_beginning(desk: Desk) -> None:
    desk.switch_all_on()
    desk.run("killed-in-use")
    desk.virtual.refuse("load")
    for _ in range(2):
        with pytest.raises(BenchError), desk.open():
            pytest.fail("nothing begins on such a bench")
    assert desk.on == ["load"]


def test_an_instrument_that_another_run_has_is_not_touched(desk: Desk) -> None:
    resource = desk.virtual.resources["supply"]
    holds = "import sys; from xky.hil.held_resource import held_resource\nwith held_resource(sys.argv[1]): print(1, flush=True); input()"  # noqa: E501
    with ExitStack() as stack:
        other = stack.enter_context(
            subprocess.Popen([sys.executable, "-c", holds, resource], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        )
        stack.callback(other.kill)
        assert other.stdout is not None
        other.stdout.readline()
        desk.switch_all_on()
        with pytest.raises(BenchError, match=f"^{resource}: busy, another run has it"), desk.open():
            pytest.fail("it is held")
        assert "supply" in desk.on
    with desk.open():
        pass


def test_nothing_but_its_name_is_asked_of_an_instrument_that_is_another(desk: Desk) -> None:
    swapped = dict(zip(("supply", "load"), map(desk.virtual.resources.get, ("load", "supply")), strict=True))
    desk.file.write_text(written(swapped, "[]"), encoding="utf-8")
    with pytest.raises(BenchError, match="it can be a load"), desk.open():
        pass
    assert {line for one in desk.virtual.instruments.values() for line in one.said} <= {"*IDN?"}


def test_an_instrument_of_two_roles_is_known_to_be_safe_when_both_are(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = desk.virtual.resources["supply"]
    monkeypatch.setattr("xky.hil.bench_file.open_bench.open_instrument", lambda role, *_: TwoRoles(role, resource))
    desk.file.write_text(written({"supply": resource, "analyser": resource}, "[]"), encoding="utf-8")
    with desk.open() as bench:
        pass
    assert bench.state is SafeState.UNKNOWN
    TwoRoles.stuck = ""
    with desk.open() as after:
        assert len(after.before) == 1
    with desk.open() as later:
        assert later.before == []


class TwoRoles:
    """An instrument that is both, and never says that its analyser is off."""

    stuck = "analyser"

    def __init__(self, role: str, resource: str) -> None:
        self.role, self.resource = role, resource

    def make_safe(self) -> None:
        if self.role == self.stuck:
            raise BenchError("it does not say so")

    def close(self) -> None:
        pass


def test_a_lock_is_held_by_a_process_several_times_over(desk: Desk) -> None:
    with held_resource("/dev/x") as outer, held_resource("/dev/x") as inner:
        assert outer is inner
