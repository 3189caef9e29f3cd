# SPDX-License-Identifier: Apache-2.0
"""A place of a lab under a real coordinator and a real exporter: taken, powered, spoken with, given back."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from xky.emulator import Linky
from xky.hil.bench.bench import Bench, board_of
from xky.hil.bench.devices import open_device
from xky.hil.bench_file import bench_file
from xky.hil.bench_file.check import check_bench
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.held_resource import HeldResource, held_resource
from xky.protocol import BenchError, InputError, Mode

from ...lab import Lab
from ...timely import certify_in_time
from .receiver import DEFECTS

pytestmark = pytest.mark.realtime
SPEED = 20.0
RECEIVER = Path(__file__).with_name("receiver.py")
ASKED = ("TIC-CHK-1", "TIC-CHR-2", "TIC-SND-1")


@pytest.fixture(autouse=True)
def switched_quickly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """An environment whose switch does not wait two seconds, as labgrid does unless told."""
    if "lab" in request.fixturenames:
        request.getfixturevalue("lab")  # which takes away what is set here
    monkeypatch.setenv("XKY_LOCKS", str(tmp_path / "locks"))
    file = tmp_path / "quick.yaml"
    file.write_text(json.dumps(environment()), encoding="utf-8")
    monkeypatch.setenv("LG_ENV", str(file))


def environment(delay_s: float = 0.1, **options: str) -> dict[str, Any]:
    """An environment file's content."""
    resources = {"RemotePlace": {"name": "winky"}}
    target = {"resources": resources, "drivers": {"NetworkPowerDriver": {"delay": delay_s}}}
    return {"options": options, "targets": {"main": target}}


@pytest.fixture
def quick(tmp_path: Path) -> str:
    """The file of a board that boots at once."""
    file = tmp_path / "quick.toml"
    file.write_text('id = "quick"\ntitle = "Boots at once"\n[console]\nboot_s = 0.05\n', encoding="utf-8")
    return str(file)


def verdicts(folder: Path, device: str, **options: str) -> dict[str, str]:
    """Of some requirements."""
    asked = Options(device, speed=SPEED, mode="standard", only=ASKED, **options)  # type: ignore[arg-type]
    return {one["id"]: one["verdict"] for one in certify_in_time(asked, folder)["requirements"]}


@pytest.mark.nightly
@pytest.mark.parametrize("defect", ["none", pytest.param("scaled", marks=pytest.mark.nightly)])
def test_the_verdicts_are_those_of_the_same_device_as_a_program(
    lab: Lab, quick: str, tmp_path: Path, defect: str
) -> None:
    lab.boards["winky"].defect = DEFECTS[defect]
    of_lab = verdicts(tmp_path / "lab", "labgrid:winky", board=quick)
    program = f"exec:{sys.executable} {RECEIVER} {{port}} {defect}"
    assert of_lab == verdicts(tmp_path / "program", program, board=quick, parity="keep")
    assert ("fail" in of_lab.values()) == (defect != "none")
    assert lab.boards["winky"].wrong_parities > 0  # of TIC-CHR-2, in bit 7
    lab.require_free("winky", within_s=0)


@pytest.mark.nightly
def test_a_place_is_powered_while_it_is_held_and_left_as_it_was_found(
    lab: Lab, quick: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LG_ENV")
    board = lab.boards["winky"]
    with bench_of(board.spec, quick) as bench:
        bench.next_reading(timeout_s=60)
        assert board.is_on
        assert (lab.holder("winky") or "").endswith(f"/{os.environ.get('USER', 'root')}")
        bench.device.restart()
        assert board.resets == 2
        bench.next_reading(timeout_s=60)
        assert any("power switched by the lab" in note for note in bench.device.notes)
        assert any("over the lab's network" in note for note in bench.device.notes)
    assert not board.is_on
    lab.require_free("winky", within_s=0)


@pytest.mark.nightly
def test_a_program_is_put_on_it_once_a_run_by_a_command_that_is_told_its_console(
    lab: Lab, quick: str, tmp_path: Path
) -> None:
    flashed = tmp_path / "flashed"
    file = tmp_path / "bench.toml"
    flash = f"sh -c 'echo {{port}} >> {flashed}'"
    file.write_text(f'[device]\nspec = "labgrid:winky"\nboard = "{quick}"\nflash = "{flash}"\n', encoding="utf-8")
    lab.boards["winky"].is_on = True
    for part in check_bench(bench_file(file)):
        assert part.ok, part.told
    options = Options("labgrid:winky", board=quick, flash=flash, speed=SPEED, only=("TIC-CHK-1",))
    assert certify(Campaign(options), tmp_path / "out")["verdict"] == "pass"  # both modes
    assert [line.partition("://")[0] for line in flashed.read_text().splitlines()] == ["socket"]
    assert lab.boards["winky"].is_on  # as it was found


@contextmanager
def held_in_a_while(name: str, within_s: float = 15.0) -> Iterator[HeldResource]:
    """A resource whose last holder is about to let go of it: who keeps a place gives it back before it ends itself."""
    give_up = time.monotonic() + within_s
    with ExitStack() as stack:
        while True:
            try:
                held = stack.enter_context(held_resource(name))
            except BenchError:
                assert time.monotonic() < give_up
                time.sleep(0.1)
            else:
                break
        yield held


@pytest.mark.nightly
@pytest.mark.parametrize(
    "order", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.nightly), signal.SIGKILL]
)
def test_a_place_is_free_and_without_power_after_any_end(
    lab: Lab, quick: str, tmp_path: Path, order: signal.Signals
) -> None:
    command = [
        sys.executable,
        "-c",
        "from xky.hil.start import main; main()",
        "certify",
        "labgrid:winky",
        "--board",
        quick,
    ]
    with (tmp_path / "said").open("wb") as said:
        running = subprocess.Popen(command, cwd=tmp_path, stdout=said, stderr=said)
        give_up = time.monotonic() + 60
        while not lab.boards["winky"].is_on:
            assert time.monotonic() < give_up, (tmp_path / "said").read_text()
            time.sleep(0.1)
        running.send_signal(order)
        running.wait(60)
    lab.require_free("winky")
    assert not lab.boards["winky"].is_on
    with held_in_a_while("labgrid:winky") as held:
        assert not held.left


@pytest.mark.nightly
def test_a_place_whose_keeper_was_killed_too_is_given_back_by_the_next_run(lab: Lab, quick: str) -> None:
    with held_resource("labgrid:winky") as held:
        held.write(place="winky")
    lab.client("-p", "winky", "acquire")
    with bench_of("labgrid:winky", quick) as bench:
        bench.next_reading(timeout_s=60)
    lab.require_free("winky", within_s=0)


@pytest.mark.nightly
def test_a_place_that_a_person_took_is_used_and_stays_theirs(lab: Lab, quick: str) -> None:
    lab.client("-p", "winky", "acquire")
    try:
        with bench_of("labgrid:winky", quick) as bench:
            bench.next_reading(timeout_s=60)
            assert any("who keeps it" in note for note in bench.device.notes)
        assert lab.holder("winky") is not None
    finally:
        lab.client("-p", "winky", "release")


@pytest.fixture
def held_by_alice(lab: Lab) -> Iterator[None]:
    lab.client("-p", "winky", "acquire", user="alice")
    yield
    lab.client("-p", "winky", "release", user="alice")


@pytest.mark.nightly
@pytest.mark.usefixtures("held_by_alice")
def test_a_place_of_another_user_is_told_in_a_line_and_left_alone(lab: Lab, quick: str) -> None:
    with pytest.raises(BenchError, match=r"^labgrid:winky: held by \S+/alice; wait .* allow \S+$"):
        bench_of("labgrid:winky", quick).__enter__()
    assert (lab.holder("winky") or "").endswith("/alice")


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize("name", ["wink", "no-such-place"])
def test_a_place_is_known_by_its_whole_name(quick: str, name: str) -> None:
    with pytest.raises(BenchError, match=rf"^labgrid:{name}: no such place at .*there are: empty, far, winky.*;"):
        bench_of(f"labgrid:{name}", quick).__enter__()


def test_a_place_without_a_port_for_the_line_says_how_to_name_one(lab: Lab, quick: str) -> None:
    with pytest.raises(BenchError, match=r"^labgrid:empty: has no serial port named `line`; .* give --line serial:"):
        bench_of("labgrid:empty", quick).__enter__()
    lab.require_free("empty", within_s=0)


@pytest.mark.nightly
def test_a_board_behind_rfc2217_is_read_at_the_lines_own_rate(lab: Lab, quick: str) -> None:
    device = open_device("labgrid:far", reset="rts")
    with Bench(device, board_of(device, quick), Linky(mode=Mode.STANDARD)) as bench:
        assert bench.next_reading(timeout_s=20).said
        assert any("power switched by nobody" in note for note in device.notes)
        assert any("console rfc2217://127.0.0.1:" in note for note in device.notes)
    lab.require_free("far", within_s=0)


def test_no_coordinator_is_told_in_a_line(lab: Lab, quick: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LG_COORDINATOR", "127.0.0.1:9")
    with pytest.raises(BenchError, match=r"^labgrid:winky: no coordinator answers at 127.0.0.1:9; .*LG_COORDINATOR"):
        bench_of("labgrid:winky", quick).__enter__()
    lab.require_free("winky", within_s=0)


def test_a_missing_labgrid_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch, quick: str, tmp_path: Path) -> None:
    monkeypatch.setenv("XKY_LABGRID", str(tmp_path / "python"))
    with pytest.raises(InputError, match=r"^XKY_LABGRID=.*: no such program; name the Python"):
        bench_of("labgrid:winky", quick).__enter__()
    monkeypatch.setenv("XKY_LABGRID", sys.executable)
    if subprocess.run([sys.executable, "-c", "import labgrid"], capture_output=True, check=False).returncode:
        with pytest.raises(InputError, match=r"labgrid cannot be used there \(No module named 'labgrid'\).*pyserial"):
            bench_of("labgrid:winky", quick).__enter__()


def test_keys_of_an_environment_that_labgrid_would_only_warn_of_are_told_one_a_line(
    lab: Lab, quick: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "environment.yaml"
    file.write_text(
        "targets:\n  main:\n    resources:\n      RemotePlace: {name: winky}\n    drivers:\n"
        "      - SerialDriver: {bytesize: 7}\n      - NetworkPowerDriver: {dealy: 0.1}\n    optoins: {}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("LG_ENV", str(file))
    with pytest.raises(InputError) as told:
        bench_of("labgrid:winky", quick).__enter__()
    first, second, third = str(told.value).splitlines()
    assert first.startswith(f"{file}:6: SerialDriver: key 'bytesize' is unknown to labgrid, which would only warn")
    assert second.startswith(f"{file}:7: NetworkPowerDriver: key 'dealy' is unknown")
    assert second.endswith("did you mean delay?")
    assert third.startswith(f"{file}:8: target main: key 'optoins' is unknown")
    lab.require_free("winky", within_s=0)


@pytest.mark.nightly
def test_an_environment_says_how_a_place_is_switched_and_where_its_coordinator_is(
    lab: Lab, quick: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "environment.yaml"
    file.write_text(json.dumps(environment(3.0, coordinator_address=lab.address)), encoding="utf-8")
    monkeypatch.setenv("LG_ENV", str(file))
    monkeypatch.setenv("LG_COORDINATOR", "127.0.0.1:9")
    with bench_of("labgrid:winky", quick) as bench:
        bench.next_reading(timeout_s=60)
        before = time.monotonic()
        bench.device.restart()
        assert time.monotonic() - before >= 3.0  # labgrid's own delay is 2 s


@pytest.mark.parametrize("kind", ["labgrid", "serial"])
def test_a_pyserial_that_was_uninstalled_with_that_of_labgrid_is_told_in_a_line(kind: str) -> None:
    code = f"""
import sys
sys.modules["serial"] = None
from xky.hil.bench.devices import open_device
from xky.protocol import InputError
try:
    open_device("{kind}:winky")
except InputError as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"device kind {kind}: the package serial is missing, which pyserial and pyserial-labgrid")


@pytest.mark.parametrize("rest", ["", "two words", "one,other"])
def test_what_is_no_place_is_the_persons_fault(rest: str) -> None:
    with pytest.raises(InputError, match=r"expected labgrid:PLACE"):
        open_device(f"labgrid:{rest}")


def bench_of(spec: str, board: str) -> Bench:
    """A bench with a board of the lab, not started yet."""
    device = open_device(spec)
    return Bench(device, board_of(device, board), Linky(mode=Mode.STANDARD), speed=SPEED)
