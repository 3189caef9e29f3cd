# SPDX-License-Identifier: Apache-2.0
"""One test for every kind of device: it starts, it speaks, it stops, it leaves nothing behind."""

import gc
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path

import pytest

from xky.emulator import Linky, Peak
from xky.emulator.outputs.port_choice import DEVICE_LINES
from xky.hil.bench import devices
from xky.hil.bench.bench import Bench, board_of
from xky.hil.bench.devices import Device, device_kinds, open_device
from xky.protocol import BenchError, InputError, Mode

from ..board_on_a_wire import board_on_a_wire
from ..compiler import HAS_COMPILER
from ..riscv import BOARD, HAS_RISCV, needs_riscv, receiver

READER = Path(__file__).parents[2] / "docs" / "examples" / "reader.py"


@dataclass(frozen=True)
class Kind:
    """One device of a kind that reads both modes, and one whose rest is wrong."""

    spec: str
    wrong: str
    speed: float = 1.0
    board: str | None = None
    needs: tuple[pytest.MarkDecorator, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)

    def open(self, **options: str) -> Device:
        """The device, not started yet."""
        return open_device(self.spec, **{**self.options, **options})


CLASSES = {name: import_module(f"{devices.__name__}.{name}").KIND for name in device_kinds()}
KINDS = {  # a kind's own example, unless it needs more
    name: Kind(f"{name}:{kind.example}", f"{name}:no such thing", speed=1.0 if kind.virtual else 20.0)
    for name, kind in CLASSES.items()
} | {
    "exec": Kind(f"exec:{sys.executable} {READER} {{port}} {{mode}}", "exec:no-such-program {port}", speed=20.0),
    "iss": Kind(
        f"iss:{receiver() if HAS_RISCV else ''}", "iss:no-such-image.elf", board=str(BOARD), needs=(needs_riscv,)
    ),
    "serial": Kind("serial:", "serial:@9600", speed=4.0),  # a thread beside the bench: a busy machine lets it wait
}
EVERY_KIND = pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            kind,
            id=name,
            marks=[
                *kind.needs,
                *([] if CLASSES[name].virtual else [pytest.mark.realtime]),
                *([pytest.mark.nightly] if name == "labgrid" else []),  # by day tests/hil/lab alone starts a lab
            ],
        )
        for name, kind in KINDS.items()
    ],
    indirect=True,
)


@pytest.fixture
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kind]:
    """One of the kinds; of a board on a wire, with the board."""
    if request.param not in (KINDS["serial"], KINDS["labgrid"]):
        yield request.param
        return
    quick = tmp_path / "quick.toml"
    quick.write_text('id = "quick"\ntitle = "Boots at once"\n[console]\nboot_s = 0.05\n', encoding="utf-8")
    if request.param is KINDS["labgrid"]:
        lab = request.getfixturevalue("lab")
        place = replace(request.param, spec=lab.boards["winky"].spec, options={"reset": "true"}, board=str(quick))
        with place.open().held(pytest.fail):  # by a process of the bench, which is no part of the board
            yield place
        return
    with board_on_a_wire() as board:
        yield replace(request.param, spec=board.spec, options={**board.options, "reset": "true"}, board=str(quick))


def children() -> set[str]:
    """Processes that this one has started and that are there still, buried or not."""
    listed = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(os.getpid())],
                            capture_output=True, text=True, check=False)  # fmt: skip
    return {line.split()[0] for line in listed.stdout.splitlines() if "ps" not in line.split()[1:]}


def descriptors() -> int:
    """Files that this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def wired(device: Device, kind: Kind, mode: Mode) -> Bench:
    """A bench with the device plugged in."""
    return Bench(device, board_of(device, kind.board), Linky(mode=mode), speed=kind.speed)


def test_each_file_of_the_folder_is_a_kind() -> None:
    files = {path.stem for path in Path(devices.__path__[0]).glob("*.py")} - {"__init__", "device"}
    assert set(device_kinds()) == set(KINDS) == files >= {"exec", "iss", "labgrid", "serial", "sim"}


@EVERY_KIND
@pytest.mark.parametrize("mode", list(Mode), ids=str)
def test_a_device_starts_and_gives_a_sound_reading(kind: Kind, mode: Mode) -> None:
    before = children()
    label = {Mode.HISTORIC: "HCHC", Mode.STANDARD: "EASF01"}[mode]
    with wired(kind.open(), kind, mode) as bench:
        bench.meter.load.hold(0)
        bench.meter.set(EASF01=1_234_567)
        reading = bench.next_reading(timeout_s=400)
        assert reading[label] == 1_234_567
        assert reading.text(label) == "001234567"
        assert bench.device.ended is None
        assert bench.device.overruns == 0
        assert bench.device.last_words == ""
        assert bench.device.stderr == b""
    assert children() == before


@EVERY_KIND
def test_a_device_that_never_started_can_be_stopped(kind: Kind) -> None:
    device = kind.open()
    assert device.ended is None
    device.stop()
    device.stop()


@pytest.mark.by_day(2)
@EVERY_KIND
def test_stopping_twice_is_safe_and_leaves_no_process(kind: Kind) -> None:
    before, open_before = children(), descriptors()
    device = kind.open()
    with wired(device, kind, Mode.STANDARD) as bench:
        bench.next_reading(timeout_s=400)
        device.stop()
        device.stop()
    assert children() == before
    del device, bench
    gc.collect()  # standard error is kept as long as somebody may ask for it
    assert descriptors() <= open_before


@pytest.mark.by_day(2)
@EVERY_KIND
def test_a_device_that_is_started_anew_reads_on_and_keeps_what_it_asked_and_said_before(kind: Kind) -> None:
    before, open_before = children(), descriptors()
    device = kind.open()
    if not device.can_restart:
        with pytest.raises(BenchError, match="cannot be started anew"):
            device.restart()
        return
    with wired(device, kind, Mode.STANDARD) as bench:
        bench.next_reading(timeout_s=400)
        said, asked, first_life = len(bench.probe.readings), list(device.port_settings), children()
        device.restart()
        assert len(bench.probe.readings) >= said
        assert first_life == before or children().isdisjoint(first_life - before)
        bench.meter.load.hold(0)
        bench.meter.set(EASF01=1_234_567)
        assert bench.next_reading(timeout_s=400)["EASF01"] == 1_234_567
        assert list(device.port_settings)[: len(asked)] == asked
        assert len(device.port_settings) >= 2 * len(asked)
        assert device.ended is None
        del device
    assert children() == before
    del bench
    gc.collect()
    assert descriptors() <= open_before


@EVERY_KIND
def test_what_was_run_is_told_only_where_it_can_be_and_somebody_asks(kind: Kind) -> None:
    asked, unasked = kind.open(), kind.open()
    asked.cover()
    for device in (asked, unasked):
        with wired(device, kind, Mode.STANDARD) as bench:
            bench.next_reading(timeout_s=400)
    assert unasked.covered == frozenset()
    assert bool(asked.covered) == bool(asked.coverage_blocks)
    assert len(asked.covered) <= asked.coverage_blocks


@EVERY_KIND
def test_a_device_ends_when_the_test_raises(kind: Kind) -> None:
    before = children()

    def fail() -> None:
        with wired(kind.open(), kind, Mode.STANDARD):
            raise RuntimeError("the test's own")

    with pytest.raises(RuntimeError, match="the test's own"):
        fail()
    assert children() == before


@EVERY_KIND
def test_a_wrong_rest_is_the_persons_fault(kind: Kind) -> None:
    with pytest.raises(InputError):
        open_device(kind.wrong)


@pytest.mark.parametrize("spec", ["", "sim", "Sim:generic", "sim/generic", "device:x", "__init__:x"])
def test_an_unknown_kind_is_named_with_those_known(spec: str) -> None:
    with pytest.raises(InputError, match=rf"unknown kind '.*'; known: {', '.join(device_kinds())}\."):
        open_device(spec)


@EVERY_KIND
def test_an_unknown_defect_is_the_persons_fault(kind: Kind) -> None:
    with pytest.raises(InputError, match="defect"):
        kind.open(defect="x")


def test_an_unknown_way_to_make_a_port_is_the_persons_fault() -> None:
    with pytest.raises(InputError, match="--line pigeon: not known; known: pty, tcp, rfc2217"):
        open_device(KINDS["exec"].spec, line="pigeon")


@pytest.mark.realtime
@pytest.mark.parametrize("line", DEVICE_LINES)
def test_an_exec_device_reads_on_every_line_and_the_bench_sees_how_it_set_its_port(line: str) -> None:
    kind = KINDS["exec"]
    with wired(open_device(kind.spec, line=line), kind, Mode.HISTORIC) as bench:
        bench.meter.set(EASF01=1_234_567)
        assert bench.next_reading(timeout_s=400)["HCHC"] >= 1_234_567
        told = [(one.baud, one.data_bits, one.parity, one.stop_bits) for one in bench.device.port_settings]
        assert bench.device.overruns == 0
    on_a_pty = (1200, 7, "E", 1) if HAS_COMPILER else (1200, None, None, 1)
    # RFC 2217 asks for rate, size, parity and stop bits one after the other: a busy client's come in pieces.
    pieces = [(1200, 8, "N", 1), (1200, 7, "N", 1)] if line == "rfc2217" else []
    assert [one for one in told if one not in pieces] == {"pty": [on_a_pty], "tcp": [], "rfc2217": [(1200, 7, "E", 1)]}[
        line
    ]
    assert [one.baud for one in bench.device.port_settings] == [one[0] for one in told]  # kept when it has stopped


@pytest.mark.realtime
def test_an_exec_device_at_the_wrong_rate_hears_nothing_of_use_on_a_line_that_carries_the_rate() -> None:
    wrong = KINDS["exec"].spec.replace("{mode}", "standard")
    for line in ("pty", "rfc2217"):
        with wired(open_device(wrong, line=line), KINDS["exec"], Mode.HISTORIC) as bench:
            bench.run_for(20.0)
            assert all(not reading.said for reading in bench.probe.readings)
            assert {one.baud for one in bench.device.port_settings} == {9600}


@pytest.mark.realtime
def test_a_program_that_has_ended_is_not_started_anew(tmp_path: Path) -> None:
    program = tmp_path / "once.py"
    program.write_text("import sys; open(sys.argv[1], 'rb').read(200)\n", encoding="utf-8")
    kind = Kind(f"exec:{sys.executable} {program} {{port}}", "", speed=20.0)
    device = kind.open()
    with wired(device, kind, Mode.STANDARD) as bench:
        bench.run(lambda: device.ended is not None)
        device.restart()
        assert device.ended == "exit status 0"


def test_a_simulated_board_remembers_nothing_of_the_life_before() -> None:
    """One that takes its labels from its first frame takes them anew."""
    device = open_device("sim:generic", defect="fixes-its-labels")
    with wired(device, KINDS["sim"], Mode.STANDARD) as bench:
        bench.next_reading(timeout_s=10)
        bench.meter.peaks = {1: Peak(bench.meter.now_us + 3_600_000_000, bench.meter.now_us + 7_200_000_000)}
        assert "DPM1" not in bench.next_reading(timeout_s=10)
        device.restart()
        assert "DPM1" in bench.next_reading(timeout_s=10)
