# SPDX-License-Identifier: Apache-2.0
"""A real board on a wire, without hardware: over pseudo-terminals and servers of RFC 2217, by the same code path."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from xky.emulator import Linky
from xky.emulator.opened_serial import check_alone
from xky.hil.bench.bench import Bench, board_of
from xky.hil.bench.devices import open_device
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.certify_device import certify as certify_device
from xky.hil.campaign.evidence import read_record
from xky.hil.campaign.oracle import Case, Oracle
from xky.hil.campaign.requirement import purpose_of
from xky.hil.campaign.verdict import Verdict
from xky.hil.conformance import test_checksum
from xky.hil.held_resource import held_resource
from xky.hil.recording.port import open_live
from xky.protocol import BenchError, InputError, Mode

from ...board_on_a_wire import BoardOnAWire, board_on_a_wire, served_by_rfc2217
from ...timely import TRIES

pytestmark = pytest.mark.realtime
SPEED = 20.0  # a pseudo-terminal has no rate of its own


@pytest.fixture
def quick(tmp_path: Path) -> str:
    """The file of a board that boots at once."""
    file = tmp_path / "quick.toml"
    file.write_text('id = "quick"\ntitle = "Boots at once"\n[console]\nboot_s = 0.05\n', encoding="utf-8")
    return str(file)


@pytest.fixture
def wire() -> Iterator[BoardOnAWire]:
    with board_on_a_wire() as board:
        yield board


def bench_of(
    wire: BoardOnAWire, spec: str = "", *, board: str | None = None, speed: float = SPEED, **options: Any
) -> Bench:
    """A bench with a board on a wire plugged in, not started yet."""
    device = open_device(spec or wire.spec, **{**wire.options, **options})
    return Bench(device, board_of(device, board), Linky(mode=Mode.STANDARD), speed=speed)


def options_of(wire: BoardOnAWire, **options: Any) -> Options:
    return Options(wire.spec, speed=SPEED, **{**wire.options, **options})


def test_a_sound_board_passes_what_it_is_asked(wire: BoardOnAWire, tmp_path: Path) -> None:
    report = certify(Campaign(options_of(wire, mode="standard", only=("TIC-CHK-1", "TIC-CHK-2"))), tmp_path)
    assert report["verdict"] == "pass"
    assert any(remark.startswith(f"a board on a wire: console {wire.console}") for remark in report["remarks"])


def test_a_board_that_says_wrong_values_fails(wire: BoardOnAWire, tmp_path: Path) -> None:
    wire.defect = lambda label, said: {**said, "value": "000"} if label == "SINSTS" else said
    report = certify(Campaign(options_of(wire, mode="standard", only=("TIC-SND-1",))), tmp_path)
    assert report["verdict"] == "fail"


def test_the_parity_of_a_single_character_is_wrong_on_the_wire(wire: BoardOnAWire, tmp_path: Path) -> None:
    report = certify(Campaign(options_of(wire, mode="standard", only=("TIC-CHR-2",))), tmp_path)
    assert report["verdict"] == "pass"
    assert wire.wrong_parities > 0
    assert report["decided"] == report["total"] > 0


def test_an_adapter_makes_the_parity_where_it_is_asked_to(wire: BoardOnAWire) -> None:
    """The board refuses a character without it, so that a reading is the proof."""
    with served_by_rfc2217(wire.line, has_uart=True) as url:
        options = {"line": f"serial:{url}", "parity": "adapter"}
        with bench_of(wire, speed=1.0, **options) as bench:
            assert "SINSTS" in bench.next_reading(timeout_s=30).said
            assert "the line's adapter made the parity" in bench.device.notes[-1]
    assert wire.wrong_parities == 0


@pytest.mark.nightly
def test_what_an_adapter_that_makes_the_parity_cannot_play_is_undecided_and_the_rest_is_decided(
    wire: BoardOnAWire, tmp_path: Path
) -> None:
    only = ("TIC-CHR-2", "TIC-CHK-2/wrong-checksum", "TIC-CHK-2/damaged-groups")
    with served_by_rfc2217(wire.line, has_uart=True) as url:
        options = Options(wire.spec, mode="standard", line=f"serial:{url}", parity="adapter", only=only)
        report = certify(Campaign(options), tmp_path)
    asked = {one["id"]: one["verdict"] for each in report["requirements"] for one in each["purposes"]}
    assert {asked.pop("TIC-CHR-2/neighbours"), asked.pop("TIC-CHR-2/recovers")} == {"inconclusive"}
    assert set(asked.values()) == {"pass"}
    assert report["verdict"] == "inconclusive"
    assert wire.wrong_parities == 0
    assert read_record(tmp_path / "evidence" / "standard").sent_right


def test_spoilt_characters_that_were_sent_right_pass_nothing(tmp_path: Path) -> None:
    only = ("TIC-CHR-2", "TIC-CHK-2/wrong-checksum")
    campaign = Campaign(Options("sim:generic", mode="standard", only=only))
    assert certify(campaign, tmp_path)["verdict"] == "pass"
    record = campaign.records[Mode.STANDARD]
    record.sent_right = True
    spoilt, sound = (Case(purpose_of(test), Oracle(record)) for test in (
        test_checksum.test_the_device_recovers_from_spoilt_characters,
        test_checksum.test_groups_beside_a_wrong_checksum_are_reported,
    ))  # fmt: skip
    verdict, reason = spoilt.as_far_as_played(Verdict.PASS, "")
    assert verdict is Verdict.INCONCLUSIVE
    assert reason.startswith("not played: the line's adapter makes the parity")
    assert spoilt.as_far_as_played(Verdict.FAIL, "said it") == (Verdict.FAIL, "said it")
    assert sound.as_far_as_played(Verdict.PASS, "") == (Verdict.PASS, "")


def test_a_port_that_makes_no_parity_is_told_in_a_line(wire: BoardOnAWire) -> None:
    with pytest.raises(InputError, match=rf"^--parity adapter: {wire.line} has no adapter that makes it"):
        certify_device(wire.spec, line=wire.options["line"], parity="adapter")


def test_an_adapter_that_takes_no_parity_is_the_benchs_fault(wire: BoardOnAWire) -> None:
    with (
        served_by_rfc2217(wire.line, knows_parity=False) as url,
        pytest.raises(BenchError, match=r"^rfc2217://127.0.0.1:\d+: does not take seven bits and even parity; leave "),
        bench_of(wire, speed=1.0, line=f"serial:{url}", parity="adapter"),
    ):
        pass


def test_what_only_instruments_show_is_undecided_on_a_board_and_never_counted(
    wire: BoardOnAWire, tmp_path: Path
) -> None:
    report = certify(Campaign(options_of(wire, mode="standard", only=("TIC-INP-1",))), tmp_path)
    (requirement,) = report["requirements"]
    assert (requirement["level"], requirement["verdict"]) == ("should", "inconclusive")
    assert requirement["purposes"][0]["reason"].startswith("needs a generator of the carrier")
    assert (report["decided"], report["total"]) == (0, 1)
    assert read_record(tmp_path / "evidence" / "standard").on_hardware
    junit = (tmp_path / "junit.xml").read_text(encoding="utf-8")
    assert 'errors="0" failures="0" skipped="1"' in junit
    assert 'name="verdict" value="inconclusive"' in junit


def test_no_character_is_there_before_it_is_over_on_the_line(wire: BoardOnAWire) -> None:
    """What says a value before it was sent would be accused, and a pseudo-terminal takes no time over characters."""
    with bench_of(wire, speed=2.0) as bench:
        reading = bench.next_reading(timeout_s=30)
        first = bench.truth[0]
        assert first.end_s <= reading.at_s <= first.end_s + 0.5


def test_cables_that_are_swapped_are_told_in_a_line_as_soon_as_a_board_speaks(quick: str) -> None:
    with board_on_a_wire(swapped=True) as wire:
        boots = threading.Timer(0.5, wire._say, [b"booting, version 1.2.3, 4 MB of flash\r\n"])
        told = rf"^{wire.line}: the board speaks here, .* {wire.console}: the two are swapped"
        with pytest.raises(BenchError, match=told), bench_of(wire, board=quick) as bench:
            boots.start()
            bench.run_for(100)


def test_an_echo_on_the_line_is_nobodys_speech(wire: BoardOnAWire) -> None:
    def echo(data: bytes) -> None:
        os.write(wire._line, data)

    wire._hear = echo  # type: ignore[method-assign]
    with bench_of(wire) as bench:
        bench.run_for(20)


def test_a_console_that_is_lost_ends_the_run_and_what_was_settled_stands(wire: BoardOnAWire, tmp_path: Path) -> None:
    campaign = Campaign(options_of(wire, only=("TIC-CHK-1", "TIC-CHK-2")))
    campaign.on_step = lambda mode, name, number: wire.pull_console() if number == 2 else None
    report = certify(campaign, tmp_path)
    assert report["verdict"] == "inconclusive"
    assert report["aborted"] is True
    assert f"the bench was lost: {campaign.lost}" in report["remarks"]
    assert str(campaign.lost).startswith(f"{wire.console}: lost while reading")
    assert "fail" not in {one["verdict"] for one in report["requirements"]}


def test_an_adapter_that_takes_no_more_is_the_benchs_fault() -> None:
    (line, theirs), (console, its) = os.openpty(), os.openpty()
    os.set_blocking(line, False)
    deaf = BoardOnAWire(os.ttyname(its), os.ttyname(theirs))  # nobody reads what is written to it
    try:
        told = rf"^{deaf.line}: takes fewer characters than the line has"
        with pytest.raises(BenchError, match=told), bench_of(deaf) as bench:
            bench.run_for(200)
        assert bench.late
    finally:
        for fd in (line, theirs, console, its):
            os.close(fd)


def test_a_driver_that_sits_on_characters_makes_the_bench_late(
    wire: BoardOnAWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serial.Serial, "out_waiting", 0)
    with bench_of(wire) as bench:
        bench.run_for(5)
        before = len(bench.late)
        monkeypatch.setattr(serial.Serial, "out_waiting", 4000)  # of 9600 baud, four seconds
        bench.run_for(5)
        assert len(bench.late) > before
        assert bench.late[-1].late_s == pytest.approx(4000 * 10 / 9600 / SPEED, rel=0.05)


def test_a_port_that_another_program_has_is_the_benchs_fault(wire: BoardOnAWire) -> None:
    with (
        serial.Serial(wire.line, exclusive=True),
        pytest.raises(BenchError, match=rf"^{wire.line}: busy \(opened by another program\); close that$"),
        bench_of(wire),
    ):
        pass


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="tells who has a file open on Linux alone")
@pytest.mark.parametrize("by", ["its own name", "a link"])
def test_a_port_that_a_program_without_any_lock_has_open_is_the_benchs_fault(
    wire: BoardOnAWire, tmp_path: Path, by: str
) -> None:
    link = tmp_path / "port"
    link.symlink_to(wire.line)
    reads = "import sys; port = open(sys.argv[1], 'rb', 0); print(1, flush=True); input()"
    other = subprocess.Popen(
        [sys.executable, "-c", reads, link if by == "a link" else wire.line],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout is not None
    other.stdout.readline()
    try:
        told = rf"^{wire.line}: busy \(process {other.pid}, python.*, has it open\); close that$"
        with pytest.raises(BenchError, match=told), bench_of(wire):
            pass
        with pytest.raises(BenchError, match=told):
            open_live(wire.line)
        if by == "a link":
            with pytest.raises(BenchError, match=rf"^{link}: busy \(process {other.pid}, "):
                check_alone(str(link))
    finally:
        other.kill()
        other.communicate()


def test_who_the_line_comes_from_may_keep_both_ends_open() -> None:
    makes = "import os; ends = os.openpty(); print(os.ttyname(ends[1]), flush=True); input()"
    other = subprocess.Popen([sys.executable, "-c", makes], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    try:
        check_alone(other.stdout.readline().strip())
    finally:
        other.kill()
        other.communicate()


def test_a_port_that_another_run_has_is_the_benchs_fault(wire: BoardOnAWire) -> None:
    holds = "\n".join((
        "import sys; from xky.hil.held_resource import held_resource",
        "with held_resource(sys.argv[1]) as held: held.write(); print(1, flush=True); input()",
    ))  # fmt: skip
    other = subprocess.Popen([sys.executable, "-c", holds, wire.console], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout is not None
    other.stdout.readline()
    try:
        busy = rf"^{wire.console}: busy, another run has it \(process {other.pid}\); wait for that, or end it$"
        with pytest.raises(BenchError, match=busy), bench_of(wire):
            pass
    finally:
        other.kill()
        other.communicate()
    with bench_of(wire) as bench:  # the lock of a dead process is nobody's
        bench.next_reading(timeout_s=30)


def test_a_run_holds_its_ports_until_it_ends(wire: BoardOnAWire) -> None:
    with bench_of(wire), held_resource(wire.console):
        pass
    with held_resource(wire.line):
        pass


@pytest.mark.parametrize("path", ["/dev/tty-no-such", "socket://127.0.0.1:1", "rfc2217://127.0.0.1:1"])
def test_a_port_that_is_not_there_is_told_in_a_line(wire: BoardOnAWire, path: str) -> None:
    with pytest.raises(BenchError, match=rf"^{path}: cannot be (opened|reached) "), bench_of(wire, f"serial:{path}"):
        pass


def test_rts_resets_the_board_its_boot_pin_at_rest_over_rfc2217(wire: BoardOnAWire, quick: str) -> None:
    """And the reset never makes the bench late: on a busy machine that shows in one of some tries."""
    assert any(_was_in_time_where_rts_resets(wire, quick) for _ in range(TRIES))


def _was_in_time_where_rts_resets(wire: BoardOnAWire, quick: str) -> bool:
    stood: list[tuple[bool, bool]] = []

    def on_rts(rts: bool, dtr: bool) -> None:
        if stood and (rts, dtr) == (False, False) and stood[-1] == (True, False):
            wire.reset()
        stood.append((rts, dtr))

    with (
        served_by_rfc2217(wire.console, on_rts) as console,
        served_by_rfc2217(wire.line) as line,
        bench_of(wire, f"serial:{console}", line=f"serial:{line}", reset="rts", board=quick, speed=1.0) as bench,
    ):
        begun = wire.resets  # an adapter that is opened may move both, one after the other
        assert begun >= 1
        bench.next_reading(timeout_s=30)
        bench.device.restart()
        assert wire.resets == begun + 1
        bench.next_reading(timeout_s=30)
        assert stood[-1] == (False, False)
        return bench.late == []


def test_a_port_without_rts_says_so(wire: BoardOnAWire) -> None:
    with pytest.raises(BenchError, match="reset rts: the port has no RTS"), bench_of(wire, reset="rts"):
        pass


def test_a_program_is_put_on_the_board_once_a_run(wire: BoardOnAWire, quick: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    flash = f"sh -c 'echo flash {{port}} >> {log}; echo Hash verified'"
    reset = f"sh -c 'echo reset >> {log}'"
    campaign = Campaign(options_of(wire, board=quick, only=("TIC-CHK-2",), flash=flash, reset=reset))
    assert certify(campaign, tmp_path / "report")["verdict"] == "pass"
    lines = log.read_text(encoding="utf-8").splitlines()
    assert lines[0] == f"flash {wire.console}"
    assert lines.count(f"flash {wire.console}") == 1
    assert lines.count("reset") >= 2
    assert campaign.records[Mode.HISTORIC].stderr == b"Hash verified\n"


def test_a_command_that_fails_is_the_benchs_fault_and_its_last_words_are_told(wire: BoardOnAWire) -> None:
    told = r"^flash .*: failed \(exit status 3\); it said: no chip found; run it by hand"
    with pytest.raises(BenchError, match=told), bench_of(wire, flash="sh -c 'echo no chip found >&2; exit 3'"):
        pass


def test_a_console_at_another_rate_is_told_behind_an_at(wire: BoardOnAWire) -> None:
    with bench_of(wire, f"{wire.spec}@9600") as bench:
        device: Any = bench.device
        assert device._console.port.baudrate == 9600


@pytest.mark.parametrize(
    ("spec", "options", "told"),
    [
        ("serial:/dev/a", {}, "a real board has a wire; give --line serial:PORT"),
        ("serial:/dev/a", {"line": "serial:/dev/a"}, "is the port of the board's console"),
        ("serial:", {"line": "serial:/dev/b"}, "expected serial:PORT or serial:PORT@BAUD"),
        ("serial:/dev/a@fast", {"line": "serial:/dev/b"}, "expected serial:PORT or serial:PORT@BAUD"),
        ("serial:/dev/a", {"line": "serial:/dev/b", "parity": "keep"}, "--parity keep"),
        ("labgrid:winky", {"parity": "adapter"}, "--parity adapter: a lab's port cannot be asked for it"),
        ("sim:generic", {"parity": "adapter"}, "--parity adapter: is for a real board"),
        ("exec:true {port}", {"parity": "adapter"}, "--parity adapter: is for a real board"),
        ("serial:/dev/a", {"line": "serial:/dev/b", "reset": "no-such-command"}, "command 'no-such-command' not found"),
        ("serial:/dev/a", {"line": "serial:/dev/b", "flash": "'"}, "No closing quotation"),
        ("serial:-", {"line": "serial:/dev/b", "reset": "rts"}, "needs a console"),
        ("sim:generic", {"line": "serial:/dev/b"}, "--line serial:/dev/b: is for a real board"),
        ("sim:generic", {"reset": "rts"}, "--reset rts: is for a real board"),
        ("exec:true {port}", {"flash": "true"}, "--flash true: is for a real board"),
    ],
)
def test_what_does_not_fit_a_board_is_the_persons_fault(spec: str, options: dict[str, str], told: str) -> None:
    with pytest.raises(InputError) as error:
        open_device(spec, **options)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_a_real_port_has_the_lines_own_rate() -> None:
    with pytest.raises(
        InputError, match="/dev/null: a real serial port speaks at the line's own rate; leave --speed 20"
    ):
        certify_device("serial:/dev/zero", line="serial:/dev/null", speed=20.0)


def test_a_board_without_a_console_has_to_be_heard_elsewhere(wire: BoardOnAWire) -> None:
    with pytest.raises(InputError, match="has no console to listen to; give --probe"):
        certify_device("serial:-", line=wire.options["line"])


def test_nobody_tells_a_board_on_a_wire_where_the_bench_listens(wire: BoardOnAWire) -> None:
    with pytest.raises(InputError, match="give the address that is set in it, mqtt:ADDR:PORT"):
        certify_device(wire.spec, line=wire.options["line"], probes=("mqtt",))
