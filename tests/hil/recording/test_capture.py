# SPDX-License-Identifier: Apache-2.0
"""``xky capture``: what came is in the file, whatever ended it; and what reads the file."""

import json
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, repeat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from xky.hil.cli import app
from xky.hil.recording import port_recorder
from xky.hil.recording.port import LivePort, open_live
from xky.hil.recording.port_recorder import CaptureFile, Recorder
from xky.hil.recording.source import open_recording, open_source
from xky.protocol import BenchError, Frame, InputError, Mode, decode
from xky.protocol.capture import CaptureReader, CaptureWriter, Header, Run
from xky.protocol.pseudonym import Pseudonyms

from ...command import XKY, started
from ...pty_line import pty_line, wait_until_taken

CAPTURES = Path(__file__).parents[3] / "fixtures" / "captures"
GOOD = b"\x02\nADCO 012345678901 E\r\nPTEC HP..  \r\x03"
ALL_CODES = bytes(range(256))
KEY = b"sixteen or more!"
_WITHIN_S = 20.0
_TRIES = 3


@dataclass(frozen=True)
class Read:
    """A capture file, read."""

    header: Header
    runs: list[Run]
    ended: str | None
    trouble: str | None

    @property
    def data(self) -> bytes:
        return b"".join(run.data for run in self.runs)


def read(path: Path) -> Read:
    reader = CaptureReader([path.read_bytes()])
    return Read(reader.header, [*reader], reader.ended, reader.trouble)


def has_begun(path: Path) -> bool:
    """Whether its header is there, whole: that of the compression comes before it."""
    try:
        read(path)
    except (OSError, InputError):
        return False
    return True


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)], input=stdin)


def error_of(result: Result) -> str:
    assert isinstance(result.exception, InputError)
    return str(result.exception)


@pytest.fixture
def line() -> Iterator[tuple[int, str]]:
    """The meter's end, and the name of the receiver's."""
    with pty_line() as ends:
        yield ends


@contextmanager
def capturing(port: str, out: Path, *options: str, limit: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """The command as a process, which records by now and does not outlive the test."""

    def small() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [*XKY, "capture", port, "--out", str(out), *options]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=small)  # noqa: PLW1509
    try:
        wait_until(lambda: has_begun(out))
        yield child
    finally:
        child.kill()
        child.communicate()


def wait_until(holds: Callable[[], bool]) -> None:
    end_s = time.monotonic() + _WITHIN_S
    while not holds():
        assert time.monotonic() < end_s, "nothing happens"
        time.sleep(0.02)


# A line


@pytest.mark.realtime
def test_every_byte_survives_and_ctrl_c_is_an_orderly_end(line: tuple[int, str], tmp_path: Path) -> None:
    master, port = line
    out = tmp_path / "line.xkyc"
    with capturing(port, out) as child:
        os.write(master, GOOD + ALL_CODES)
        wait_until_taken(port)
        time.sleep(0.4)
        os.write(master, GOOD)
        wait_until(lambda: read(out).data.endswith(GOOD))
        child.send_signal(signal.SIGINT)
        told, complaints = child.communicate(timeout=20)
    assert (child.returncode, complaints) == (0, b"")
    seen = read(out)
    assert seen.data == GOOD + ALL_CODES + GOOD
    assert (seen.ended, seen.trouble) == ("the person ended it", None)
    assert seen.header.port == "pty"
    assert told.decode().startswith("3 whole frames, 1 damaged group, 328 bytes in ")
    assert told.decode().rstrip().endswith(f"s: {out}")
    between_s = seen.runs[-1].end_s - seen.runs[0].end_s
    assert 0.39 < between_s < 2.0
    began = datetime.fromisoformat(seen.header.started or "")
    assert abs((datetime.now(UTC) - began).total_seconds()) < 60


@pytest.mark.realtime
def test_a_port_that_is_closed_ends_in_one_line_and_a_whole_file(line: tuple[int, str], tmp_path: Path) -> None:
    master, port = line
    out = tmp_path / "line.xkyc"
    with capturing(port, out) as child:
        os.write(master, GOOD)
        wait_until(lambda: read(out).data == GOOD)
        os.close(master)
        told, complaints = child.communicate(timeout=20)
    assert child.returncode == 3
    assert told == b""
    assert complaints.decode().startswith(f"xky: {port}: was closed by its other side; 1 whole frame, 0 damaged groups")
    assert complaints.count(b"\n") == 1
    assert (read(out).data, read(out).ended) == (GOOD, "the port was closed")


@pytest.mark.realtime
def test_kill_9_costs_the_last_second_at_most(tmp_path: Path) -> None:
    """Fed by an emulator, faster than a line, in the midst of frames."""
    link = tmp_path / "linky"
    late_s = []
    for number in range(_TRIES):  # a machine that was busy with other things at that instant is asked again
        out = tmp_path / f"{number}.xkyc"
        with started([*XKY, "emulate", "--link", str(link), "--speed", "5"], stdout=subprocess.PIPE) as meter:
            try:
                assert meter.stdout is not None
                meter.stdout.readline()
                with capturing(str(link), out) as child:
                    wait_until(lambda: len(read(out).data) > 3000)  # noqa: B023
                    time.sleep(0.3)
                    child.kill()
                    killed = datetime.now(UTC)
                    child.wait()
            finally:
                meter.kill()
        seen = read(out)
        assert (seen.ended, seen.trouble) == (None, "it was cut before the capture ended")
        frames = [event for event in decode(seen.data) if isinstance(event, Frame) and event.complete]
        assert len(frames) >= 2
        assert all(len(frame.good) == len(frame.groups) for frame in frames)
        began = datetime.fromisoformat(seen.header.started or "")
        late_s.append((killed - began).total_seconds() - seen.runs[-1].end_s)
        if late_s[-1] < 1.0:
            break
    assert min(late_s) < 1.0
    result = run("decode", out, "--json")
    assert "it was cut before the capture ended; read up to second" in result.stderr
    assert result.exit_code == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16k", "xky-test", str(folder)]
    with suppress(FileNotFoundError):
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            yield folder
            subprocess.run(["umount", str(folder)], check=True)
            return
    pytest.skip("needs a tmpfs of its own: run the tests as root, or where user namespaces may mount one")


def check_full(line: tuple[int, str], out: Path, limit: int | None) -> None:
    master, port = line
    sent = b""
    with capturing(port, out, limit=limit) as child:
        while child.poll() is None:
            sent += (noise := os.urandom(1000).replace(b"\0", b"\1"))  # which does not compress
            os.write(master, noise)
            time.sleep(0.1)
            assert len(sent) < 100_000
        told, complaints = child.communicate()
    assert (child.returncode, told) == (3, b"")
    assert complaints.decode() == (
        f"xky: --out {out}: no room is left; free some, or record to another disk; "
        "what was recorded until now can be read\n"
    )
    seen = read(out)
    assert seen.data
    assert sent.startswith(seen.data)
    assert seen.ended is None


@pytest.mark.realtime
def test_a_file_that_may_not_grow_stays_readable(line: tuple[int, str], tmp_path: Path) -> None:
    check_full(line, tmp_path / "line.xkyc", 9000)


@pytest.mark.nightly
@pytest.mark.realtime
def test_a_full_disk_leaves_a_readable_file(line: tuple[int, str], small_disk: Path) -> None:
    check_full(line, small_disk / "line.xkyc", None)


# The recorder on a clock of its own


class Clock:
    """Seconds that pass when told."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def recorded(out: Path, chunks: list[tuple[float, bytes]], **options: object) -> Recorder:
    """A recording of chunks after so many seconds each."""
    clock = Clock()

    def come() -> Iterator[bytes]:
        for after_s, data in chunks:
            clock.now_s += after_s
            yield data

    pseudonyms = options.get("pseudonyms")
    assert pseudonyms is None or isinstance(pseudonyms, Pseudonyms)
    made = Recorder(LivePort("serial", 9600, come()), CaptureFile(out), None, pseudonyms, clock)
    made.run(None)
    return made


def test_what_came_is_on_the_disk_half_a_second_later(tmp_path: Path) -> None:
    out = tmp_path / "line.xkyc"
    recorded(out, [(0.1, GOOD), (0.2, b""), (0.25, b"")])
    assert (read(out).data, read(out).ended) == (GOOD, None)


def test_a_mode_that_is_found_tells_silences_from_characters(tmp_path: Path) -> None:
    """At 1200 baud a character takes 8.3 ms, which at 9600 baud would be a silence."""
    out = tmp_path / "line.xkyc"
    chunks = [(1 / 120, GOOD[at : at + 1]) for at in range(len(GOOD))]
    recorded(out, chunks * 3).close("the time was over")
    assert [run.data for run in read(out).runs][-1].endswith(GOOD)


def test_a_live_line_is_anonymised_as_a_file_is(tmp_path: Path) -> None:
    live, raw, later = tmp_path / "live.xkyc", tmp_path / "raw.xkyc", tmp_path / "later.xkyc"
    line = (CAPTURES / "std_3p_bad_hallard.txt").read_bytes()
    chunks = [(0.01, line[at : at + 10]) for at in range(0, len(line), 10)]
    recorded(live, chunks, pseudonyms=Pseudonyms(KEY)).close("the time was over")
    recorded(raw, chunks).close("the time was over")
    (tmp_path / "key").write_bytes(KEY + b"\n")
    assert run("capture", raw, "--out", later, "--anonymise", "--key", tmp_path / "key").exit_code == 0
    assert read(live).header.anonymised
    assert read(live).data == read(later).data != line
    assert len(read(live).data) == len(line)


def test_a_disk_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = CaptureFile(tmp_path / "line.xkyc")
    file.start(Header(None, "serial"))

    def fail(fd: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(port_recorder.os, "fsync", fail)
    file.add(Run(1.0, GOOD))
    with pytest.raises(BenchError, match=r"line\.xkyc: cannot be written \(Input/output error\); what was recorded"):
        file.sync()
    file.close()
    assert read(tmp_path / "line.xkyc").data == GOOD


# A file into another


def test_a_file_is_anonymised_with_its_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after, again = (tmp_path / name for name in ("before", "after", "again"))
    source = CAPTURES / "std_1p_base_lains.txt"
    assert run("capture", source, "--out", before).exit_code == 0
    assert read(before).data == source.read_bytes()
    monkeypatch.setenv("XKY_KEY", KEY.decode())
    result = run("capture", before, "--out", after, "--anonymise", "--json")
    assert json.loads(result.stdout) == {
        "frames": 12, "damaged_groups": 0, "bytes": 10727, "duration_s": 11.391, "file": str(after)
    }  # fmt: skip
    assert [(r.end_s, len(r.data)) for r in read(after).runs] == [(r.end_s, len(r.data)) for r in read(before).runs]
    assert read(after).header.anonymised
    assert run("capture", source, "--out", again, "--anonymise").exit_code == 0
    assert read(again).data == read(after).data
    address = next(e for e in decode(source.read_bytes()) if isinstance(e, Frame) and "ADSC" in e.values)["ADSC"]
    assert address.encode() not in read(after).data
    assert run("decode", after).exit_code == run("decode", before).exit_code


def test_a_file_saved_as_text_becomes_a_capture_of_the_line_that_it_was(tmp_path: Path) -> None:
    text, out, public = (tmp_path / name for name in ("line.txt", "line.xkyc", "public.xkyc"))
    raw = (CAPTURES / "std_3p_base_hallard.txt").read_bytes()
    text.write_bytes(raw.replace(b"\r\n", b"\n"))
    result = run("capture", text, "--out", out)
    assert result.exit_code == 0
    assert "line.txt: saved as text: its lines end with LF alone; read as the line sent them" in result.stderr
    assert read(out).data == raw
    assert run("capture", text, "--out", public, "--anonymise", "--key", key_file(tmp_path)).exit_code == 0
    assert run("decode", public).exit_code == 0
    assert b"\t041876" not in read(public).data
    recording = open_recording(str(text))
    assert b"".join(run.data for run in recording.runs) == raw  # what a replay sends


def key_file(folder: Path) -> Path:
    (folder / "key").write_bytes(KEY)
    return folder / "key"


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "there"
    out.write_bytes(b"precious")
    source = CAPTURES / "std_1p_base_lains.txt"
    assert "is there already; give another name, or --force" in error_of(run("capture", source, "--out", out))
    with pytest.raises(InputError, match="is there already"):
        CaptureFile(out)
    assert out.read_bytes() == b"precious"
    assert run("capture", source, "--out", out, "--force").exit_code == 0
    assert read(out).data == source.read_bytes()


def test_a_file_can_be_written_over_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "line.xkyc"
    monkeypatch.setenv("XKY_KEY", KEY.decode())
    run("capture", CAPTURES / "std_1p_base_lains.txt", "--out", out)
    assert run("capture", out, "--out", out, "--force", "--anonymise").exit_code == 0
    assert read(out).header.anonymised
    assert [*tmp_path.iterdir()] == [out]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--anonymise"], "needs a key; give --key FILE or set XKY_KEY; make one with: head -c 32"),
        (["--anonymise", "--key", "nowhere"], "--key nowhere: cannot be read (No such file or directory); make one"),
        (["--anonymise", "--key", "short"], "--key short: has 5 characters; a key has 16 at least"),
        (["--key", "short"], "--key short: is for --anonymise"),
        (["--duration", "3"], "is no port; leave --duration out"),
        (["--duration", "0"], "--duration 0.0: expected a number of seconds over 0"),
        (["--out", "no/such/folder"], "--out no/such/folder: cannot be written (No such file or directory)"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    options: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("XKY_KEY", raising=False)
    (tmp_path / "short").write_bytes(b"12345\n")
    source = CAPTURES / "std_1p_base_lains.txt"
    assert told in error_of(run("capture", source, "--out", "out", *options))
    assert [path.name for path in tmp_path.iterdir()] == ["short"]


@pytest.mark.parametrize(("opens", "bits", "parity"), [(open_live, 8, "N"), (open_source, 7, "E")])
def test_a_serial_port_is_recorded_with_its_parity_bit(
    opens: Callable[..., object], bits: int, parity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, object] = {}
    monkeypatch.setattr("serial.serial_for_url", lambda spec, **options: asked.update(options))
    opens("/dev/ttyNONE0", Mode.HISTORIC)
    assert (asked["bytesize"], asked["parity"], asked["baudrate"]) == (bits, parity, 1200)


def test_no_port_is_the_benchs_fault_and_leaves_no_file(tmp_path: Path) -> None:
    error = run("capture", "/dev/ttyNONE0", "--out", tmp_path / "out").exception
    assert isinstance(error, BenchError)
    assert not (tmp_path / "out").exists()


# What reads it


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A capture, by a name that tells nothing."""
    run("capture", CAPTURES / "std_3p_tempo_pm_lains.txt", "--out", tmp_path / "some.bin")
    return tmp_path / "some.bin"


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_decode_says_of_a_capture_what_it_says_of_its_bytes(form: list[str], capture: Path) -> None:
    expected = run("decode", CAPTURES / "std_3p_tempo_pm_lains.txt", *form)
    for result in (run("decode", capture, *form), run("decode", "-", *form, stdin=capture.read_bytes())):
        assert (result.exit_code, result.stdout) == (1, expected.stdout)


def test_a_gzip_file_of_something_else_is_named(tmp_path: Path) -> None:
    (tmp_path / "other.gz").write_bytes(subprocess.run(["gzip"], input=b"hi\n", capture_output=True, check=True).stdout)
    assert f"{tmp_path / 'other.gz'}: a gzip file, but no capture" in error_of(run("decode", tmp_path / "other.gz"))


def test_a_replay_sends_the_same_bytes(capture: Path, tmp_path: Path) -> None:
    assert run("emulate", "--replay", capture, "--out", tmp_path / "sent").exit_code == 0
    assert (tmp_path / "sent").read_bytes() == (CAPTURES / "std_3p_tempo_pm_lains.txt").read_bytes()


def test_a_capture_whose_reads_returned_together_is_replayed_whole(tmp_path: Path) -> None:
    """As one of a line three times as fast, whose reader was held back now and then."""
    read_s = 24 * Mode.STANDARD.character_s / 3
    line = GOOD * 30
    reads = [Run((at // 24 // 7 * 7 + 1) * read_s, line[at : at + 24]) for at in range(0, len(line), 24)]
    with (tmp_path / "bunched.xkyc").open("wb") as stream:
        writer = CaptureWriter(stream, Header("2026-01-01T00:00:00+00:00", "network", 9600))
        for read_together in reads:
            writer.add(read_together)
        writer.close("the time was over", reads[-1].end_s)
    result = run("emulate", "--replay", tmp_path / "bunched.xkyc", "--out", tmp_path / "sent")
    assert (result.exit_code, (tmp_path / "sent").read_bytes()) == (0, line)


@pytest.mark.by_day(4)
@pytest.mark.parametrize(
    "option",
    [["--meter", "tempo-1p"], ["--scenario", "midnight"], ["--seed", "0"], ["--phases", "3"], ["--producer"],
     ["--frames", "3"], ["--at", "2026-01-01T00:00"], ["--contract", "hc"], ["--plot", "x.svg"], ["--control", "0"]],
)  # fmt: skip
def test_a_replay_takes_no_options_of_a_meter(option: list[str], capture: Path) -> None:
    told = error_of(run("emulate", "--replay", capture, "--out", "/nowhere/x", *option))
    assert told == f"{option[0]}: a capture says what it says; leave {option[0]} or --replay out"


def test_a_capture_is_not_overwritten_by_its_replay(capture: Path) -> None:
    before = capture.read_bytes()
    assert "is the capture itself" in error_of(run("emulate", "--replay", capture, "--out", capture))
    assert capture.read_bytes() == before


@pytest.mark.nightly
@pytest.mark.realtime
def test_a_replayed_capture_is_captured_with_the_same_times(tmp_path: Path) -> None:
    """Two frames half a second apart, at twice the speed."""
    first, again = tmp_path / "first.xkyc", tmp_path / "again.xkyc"
    recorded(first, [(1.0, GOOD), (0.8, GOOD), (0.1, b"\n")]).close("the time was over")
    link = tmp_path / "line"
    command = [*XKY, "emulate", "--replay", str(first), "--link", str(link), "--speed", "2"]
    with started(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as line:
        assert line.stdout is not None
        line.stdout.readline()
        with capturing(str(link), again) as child:
            assert child.wait(20) == 3  # the line was closed
        assert line.wait(20) == 0
    seen = read(again)
    assert seen.data == GOOD * 2 + b"\n"
    ends_s = [run.end_s for run in seen.runs]
    assert 0.3 < ends_s[-1] - ends_s[0] < 1.0
    assert open_recording(str(again)).runs


# A line that is not as a meter's


def listened(folder: Path, mode: Mode | None, baud: int | None, *chunks: bytes, within_s: float = 0.0) -> Recorder:
    """What a port brought, one chunk a read, the clock going on by ``within_s`` a read."""
    now_s = iter(count(0.0, within_s) if within_s else repeat(0.0))
    recorder = Recorder(
        LivePort("serial", baud, iter(chunks)), CaptureFile(folder / "out.xkyc", force=True), mode, None,
        clock=lambda: next(now_s),
    )  # fmt: skip
    recorder.run(None)
    recorder.close("the port was closed")
    return recorder


@pytest.mark.parametrize(("mode", "baud", "chunk", "told"), [
    (Mode.HISTORIC, 1200, GOOD, None),
    (None, None, GOOD, None),
    (Mode.STANDARD, 9600, GOOD, "not one good group in 36 bytes at 9600 baud; is it a TIC line? Try --baud 1200, "),
    (None, None, b"hello", "not one good group in 5 bytes; is it a TIC line? Try --baud 1200, --baud 9600, or leave"),
    (Mode.HISTORIC, 1200, b"", "nothing was heard at 1200 baud; is the line plugged in"),
    (None, 9600, GOOD, "its groups are historic TIC at 9600 baud, not 1200: a converter's; kept as they came"),
])  # fmt: skip
def test_a_line_that_is_not_as_a_meters_is_told(
    mode: Mode | None, baud: int | None, chunk: bytes, told: str | None, tmp_path: Path
) -> None:
    trouble = listened(tmp_path, mode, baud, chunk).tally.trouble(baud)
    assert trouble == told if told is None else (trouble or "").startswith(told)


def test_who_records_garbage_hears_of_it_while_it_can_be_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listened(tmp_path, Mode.HISTORIC, 1200, *[b"\xf3\x81"] * 20, within_s=1.0)
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("xky: so far not one good group in ")
    assert line.endswith("; still recording")


@pytest.mark.realtime
def test_a_capture_without_one_good_group_says_so_at_its_end(line: tuple[int, str], tmp_path: Path) -> None:
    master, port = line
    with capturing(port, tmp_path / "out", "--mode", "standard", "--duration", "1") as child:
        os.write(master, GOOD)
        told, complaints = child.communicate(timeout=20)
    assert (child.returncode, told.decode().split(",")[0]) == (0, "1 whole frame")
    assert complaints.decode().startswith(f"xky: {port}: not one good group in 36 bytes at 9600 baud; is it")


def test_a_file_without_one_good_group_says_so(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(b"no TIC at all")
    done = run("capture", tmp_path / "raw", "--out", tmp_path / "out")
    assert "not one good group in 13 bytes" in done.stderr
    assert done.exit_code == 0


@pytest.mark.parametrize("opens", [open_live, open_source])
def test_a_converter_has_a_rate_of_its_own(opens: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}
    monkeypatch.setattr("serial.serial_for_url", lambda spec, **options: asked.update(options))
    opens("/dev/ttyNONE0", Mode.HISTORIC, 9600)
    assert asked["baudrate"] == 9600


def test_historic_groups_at_the_rate_of_a_converter_are_historic(tmp_path: Path) -> None:
    listened(tmp_path, None, 9600, GOOD, GOOD)
    recording = open_recording(str(tmp_path / "out.xkyc"))
    assert (recording.header.baud, recording.mode) == (9600, Mode.HISTORIC)
    assert b"".join(run.data for run in recording.runs) == GOOD + GOOD


@pytest.mark.parametrize("command", [("decode",), ("capture", "--out", "out")])
def test_a_file_has_no_rate(command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("raw").write_bytes(GOOD)
    assert error_of(run(*command, "raw", "--baud", "9600")).startswith("--baud 9600: raw is no port; leave --baud out")
