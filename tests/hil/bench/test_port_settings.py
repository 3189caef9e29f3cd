# SPDX-License-Identifier: Apache-2.0
"""What a device asked of its port, and the requirement on it: from records made by hand, and on ptys."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.boards import board_named
from xky.emulator import Expect, Linky, Piece, SentFrame, Truth
from xky.emulator.outputs import PortSettings
from xky.hil.bench.bench import Bench
from xky.hil.bench.devices import open_device
from xky.hil.bench.reading import Reading, Said
from xky.hil.campaign import player
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.oracle import Case, Oracle
from xky.hil.campaign.record import Record
from xky.hil.campaign.requirement import purpose_of
from xky.hil.campaign.verdict import PurposeFailed, Undecided
from xky.hil.conformance import test_port
from xky.protocol import Group, InputError, Mode, encode_group
from xky.protocol.mode import ETX, STX

from ...compiler import needs_compiler
from ...timely import certify_in_time

READER = Path(__file__).parents[3] / "docs" / "examples" / "reader.py"
EAST = Group("EAST", "002188830")
MODES = pytest.mark.parametrize("mode", list(Mode), ids=str)


def record_of(settings: Sequence[PortSettings], *said_s: float, mode: Mode = Mode.STANDARD) -> Record:
    """A device that asked this of its port, and said something at those times."""
    truth = Truth()
    pieces = (Piece(STX), Piece(encode_group(EAST, mode), EAST, Expect.MUST), Piece(ETX))
    truth.append(SentFrame(0, mode, 0.0, mode.character_s, pieces, True, "start-up"))
    readings = [Reading(at_s, {"EAST": Said("002188830")}) for at_s in said_s]
    record = Record(mode, board_named("generic"), 1.0, None, truth, readings, [])
    record.port_settings = settings
    return record


def judged(record: Record, test: Callable[[Case], None]) -> tuple[str, str]:
    """Verdict and reason."""
    purpose = purpose_of(test)
    assert purpose is not None
    case = Case(purpose, Oracle(record))
    try:
        test(case)
    except (PurposeFailed, Undecided) as error:
        verdict = "fail" if isinstance(error, PurposeFailed) else "inconclusive"
        assert verdict == "inconclusive" or (case.trail.sent and case.trail.expected and case.trail.seen)
        return verdict, str(error)
    assert case.trail.sent
    assert case.trail.expected
    assert case.trail.seen
    return "pass", ""


def rate(record: Record) -> tuple[str, str]:
    return judged(record, test_port.test_the_port_has_the_rate_of_the_mode)


def form(record: Record) -> tuple[str, str]:
    return judged(record, test_port.test_the_port_has_the_format_of_the_mode)


# Records made by hand


@MODES
def test_the_settings_of_the_mode_pass(mode: Mode) -> None:
    record = record_of([PortSettings(0.0, mode.baud, 7, "E", 1)], 1.0, mode=mode)
    assert (rate(record), form(record)) == (("pass", ""), ("pass", ""))


def test_eight_bits_without_parity_and_a_wrong_rate_are_told_apart() -> None:
    bare = record_of([PortSettings(0.0, 9600, 8, "N", 1)], 1.0)
    slow = record_of([PortSettings(0.0, 1200, 7, "E", 1)])
    assert rate(bare)[0] == "pass"
    assert form(bare) == (
        "fail",
        "the port was set to 9600 8N1; the TIC has 7E1: its parity bit is bit 7 of what is read",
    )
    assert rate(slow) == ("fail", "the port was set to 1200 7E1; standard mode has 9600 baud")
    assert form(slow)[0] == "pass"


@pytest.mark.parametrize(("bits", "parity"), [(7, "N"), (7, "O"), (8, "E")])
def test_other_characters_fail(bits: int, parity: str) -> None:
    verdict, reason = form(record_of([PortSettings(0.0, 9600, bits, parity, 1)], 1.0))
    assert verdict == "fail"
    assert reason == f"the port was set to 9600 {bits}{parity}1; the TIC has 7E1: its bits are taken for others"


@MODES
@given(off=st.floats(-0.5, 1.0))
def test_a_rate_that_hears_the_line_passes_and_one_that_does_not_fails(mode: Mode, off: float) -> None:
    baud = round(mode.baud * (1 + off))
    verdict = rate(record_of([PortSettings(0.0, baud, 7, "E", 1)], mode=mode))[0]
    apart = abs(baud / mode.baud - 1)
    assert apart > 0.034 or verdict == "pass"
    assert apart < 0.036 or verdict == "fail"


def test_two_stop_bits_are_no_fault_of_a_receiver() -> None:
    assert form(record_of([PortSettings(0.0, 9600, 7, "E", 2)], 1.0)) == ("pass", "")


@pytest.mark.parametrize("settings", [[], [PortSettings(0.0)], [PortSettings(0.0, stop_bits=1)]])
def test_what_nothing_tells_is_inconclusive(settings: list[PortSettings]) -> None:
    record = record_of(settings, 1.0)
    assert rate(record) == ("inconclusive", "nothing tells the bench at which rate the device listens")
    assert form(record) == ("inconclusive", "nothing tells the bench which size and parity the device asks for")


def test_a_rate_alone_decides_the_rate_alone() -> None:
    record = record_of([PortSettings(0.0, 9600)], 1.0)
    assert (rate(record)[0], form(record)[0]) == ("pass", "inconclusive")


def test_eight_bits_where_parity_is_taken_off_are_right_there_and_tell_nothing() -> None:
    record = record_of([PortSettings(0.0, 9600, 8, "N", 1, without_parity=True)], 1.0)
    assert rate(record)[0] == "pass"
    assert form(record)[0] == "inconclusive"
    assert "--parity keep" in form(record)[1]


def test_what_counts_is_what_held_when_the_device_first_said_something() -> None:
    right, wrong = PortSettings(0.5, 9600, 7, "E", 1), PortSettings(1.5, 1200, 8, "N", 1)
    tried = PortSettings(0.0, 1200, 8, "N", 1)
    assert rate(record_of([tried, right, wrong], 1.0, 2.0))[0] == "pass"
    assert form(record_of([tried, right, wrong], 1.0, 2.0))[0] == "pass"
    assert rate(record_of([tried, right], 0.2, 1.0))[0] == "fail"
    assert rate(record_of([right], 0.2, 1.0))[0] == "inconclusive"


def test_of_a_device_that_says_nothing_all_counts_that_it_tried() -> None:
    tried = [PortSettings(0.0, 1200, 7, "E", 1), PortSettings(6.0, 9600, 7, "E", 1)]
    assert rate(record_of(tried))[0] == "pass"
    assert rate(record_of(tried[:1]))[0] == "fail"


def test_settings_are_told_as_people_write_them() -> None:
    assert str(PortSettings(0.0, 9600, 7, "E", 1)) == "9600 7E1"
    assert str(PortSettings(0.0, 1200, 8, "N", 1.5)) == "1200 8N1.5"
    assert str(PortSettings(0.0, 1200)) == "1200 ???"


# Simulated boards have a port, too


@MODES
def test_a_simulated_board_tells_how_it_set_its_port(mode: Mode) -> None:
    for board in ("generic", "winky-c6"):
        device = open_device(f"sim:{board}")
        assert device.port_settings == []
        with Bench(device, board_named(board), Linky(mode=mode)) as bench:
            bench.run_for(5.0)
        assert device.port_settings == [PortSettings(0.0, mode.baud, 7, "E", 1)]


def test_a_board_that_finds_the_mode_tells_each_rate_that_it_tried() -> None:
    device = open_device("sim:auto")
    with Bench(device, board_named("auto"), Linky(mode=Mode.STANDARD)) as bench:
        bench.run_for(5.0)
        bench.transmitter.meter = Linky(mode=Mode.HISTORIC)
        bench.run_for(30.0)
    assert [settings.baud for settings in device.port_settings] == [9600, 1200]


def test_the_evidence_holds_the_settings(tmp_path: Path) -> None:
    import gzip

    certify(Campaign(Options("sim:generic", mode=Mode.HISTORIC, defect="masks-the-parity-bit")), tmp_path)
    with gzip.open(tmp_path / "evidence/historic/port.jsonl.gz", "rt") as file:
        lives = [json.loads(line) for line in file]
    assert lives[0] == {
        "at_s": 0.0, "baud": 1200, "data_bits": 8, "parity": "N", "stop_bits": 1, "without_parity": False,
    }  # fmt: skip
    assert [life | {"at_s": 0.0} for life in lives] == [lives[0]] * 5  # it is started anew four times


# Programs on a pty


def program(tmp_path: Path, settings: str) -> str:
    """The example reader with other settings of its port, as a device."""
    text = READER.read_text(encoding="utf-8")
    path = tmp_path / "reader.py"
    changed = text.replace("baud, bytesize=serial.SEVENBITS, parity=serial.PARITY_EVEN", settings)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    return f"exec:{sys.executable} {path} {{port}} {{mode}}"


def heard(spec: str, mode: Mode = Mode.STANDARD, *, wait: bool = True, **options: Any) -> tuple[list[str], bool]:
    """What a program asked of its port in a few frames, and whether it reads them right."""
    device = open_device(spec, **options)
    with Bench(device, board_named("generic"), Linky(mode=mode), speed=5.0) as bench:
        bench.meter.load.hold(0)
        bench.meter.set(EASF01=1_234_567)
        if wait:
            reading = bench.next_reading(timeout_s=100)
            right = reading.text({Mode.STANDARD: "EASF01", Mode.HISTORIC: "HCHC"}[mode]) == "001234567"
        else:
            bench.run(lambda: bool(device.port_settings) and len(bench.truth) > 4)
            right = bool(bench.probe.readings) and bool(bench.probe.readings[-1].said)
    return [str(settings) for settings in device.port_settings], right


@needs_compiler
@pytest.mark.realtime
@MODES
def test_a_program_that_asks_for_7e1_is_heard_and_reads(tmp_path: Path, mode: Mode) -> None:
    spec = program(tmp_path, "baud, bytesize=7, parity='E', timeout=1")
    assert heard(spec, mode) == ([f"{mode.baud} 7E1"], True)
    assert heard(spec, mode, parity="keep") == ([f"{mode.baud} 7E1"], True)


@needs_compiler
@pytest.mark.realtime
def test_eight_bits_on_a_pty_read_seven_unless_parity_is_kept(tmp_path: Path) -> None:
    spec = program(tmp_path, "baud")
    assert heard(spec) == (["9600 8N1"], True)
    assert heard(spec, wait=False, parity="keep") == (["9600 8N1"], False)


@needs_compiler
@pytest.mark.realtime
def test_a_program_at_a_wrong_rate_hears_what_a_uart_makes_of_it(tmp_path: Path) -> None:
    assert heard(program(tmp_path, "1200, bytesize=7, parity='E'"), wait=False) == (["1200 7E1"], False)


@pytest.mark.realtime
def test_without_a_compiler_a_run_goes_on_knows_the_rate_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    spec = program(tmp_path, "baud")
    assert heard(spec) == (["9600 ??1"], True)
    device = open_device(spec)
    with Bench(device, board_named("generic"), Linky(), speed=5.0) as bench:
        bench.next_reading(timeout_s=100)
    [note] = device.notes
    assert note.endswith("may fail on a pseudo-terminal: there is no C compiler; install one (cc)")


@pytest.mark.realtime
def test_a_program_that_sets_no_rate_reads_the_line_as_it_is(tmp_path: Path) -> None:
    spec = program(tmp_path, "baud")
    text = (tmp_path / "reader.py").read_text(encoding="utf-8")
    text = text.replace("line = serial.serial_for_url(port, baud)", "line = open(port, 'rb', buffering=0)")
    text = text.replace("line.read(max(1, line.in_waiting))", "line.read(4096)")
    (tmp_path / "reader.py").write_text(text, encoding="utf-8")
    assert heard(spec) == ([], True)


# Programs over RFC 2217: what they open is told apart and named


@pytest.mark.by_day(1)
@pytest.mark.realtime
@pytest.mark.parametrize(
    ("settings", "purpose", "reason"),
    [
        (
            "9600",
            "TIC-PRT-1/format",
            "the port was set to 9600 8N1; the TIC has 7E1: its parity bit is bit 7 of what is read",
        ),
        (
            "1200, bytesize=7, parity='E'",
            "TIC-PRT-1/rate",
            "the port was set to 1200 7E1; standard mode has 9600 baud",
        ),
    ],
    ids=["9600 8N1", "1200 7E1"],
)
def test_a_wrong_opening_of_a_standard_meter_fails_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, purpose: str, reason: str
) -> None:
    monkeypatch.setattr(player, "_FIRST_READING_S", 5.0)  # it will say nothing, however long one waits
    options = Options(program(tmp_path, settings), mode=Mode.STANDARD, line="rfc2217", speed=2.0)
    report = certify_in_time(options, tmp_path / "report")
    assert report["verdict"] == "fail"
    purposes = {one["id"]: one for requirement in report["requirements"] for one in requirement["purposes"]}
    assert purposes["TIC-CMP-1/speaks"]["verdict"] == "fail"
    named = {one: told["reason"] for one, told in purposes.items() if "PRT" in one and told["verdict"] == "fail"}
    assert named == {purpose: reason}


@pytest.mark.realtime
@MODES
def test_a_program_that_takes_no_url_reads_one_by_the_launcher(tmp_path: Path, mode: Mode) -> None:
    spec = program(tmp_path, "baud, bytesize=7, parity='E'")
    path = tmp_path / "reader.py"
    path.write_text(path.read_text(encoding="utf-8").replace("serial.serial_for_url", "serial.Serial"))
    spec = spec.replace(" ", " -m xky.hil.launch ", 1)
    settings, right = heard(spec, mode, line="rfc2217")
    assert right
    assert settings[-1] == f"{mode.baud} 7E1"
    assert heard(spec, mode, line="tcp") == ([], True)


@pytest.mark.parametrize("line", ["tcp", "rfc2217"])
def test_parity_is_kept_on_a_pty_alone(line: str) -> None:
    with pytest.raises(InputError, match=f"--parity keep: is for a pseudo-terminal; leave it out with {line}"):
        open_device(f"exec:{sys.executable} {{port}}", line=line, parity="keep")


def test_an_unknown_way_with_parity_is_the_persons_fault() -> None:
    with pytest.raises(InputError, match="--parity mask: not known; known: strip, keep"):
        open_device("exec:true {port}", parity="mask")
