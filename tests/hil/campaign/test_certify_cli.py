# SPDX-License-Identifier: Apache-2.0
"""``xky certify`` as a person meets it: exit statuses, one-line complaints, odd programs, the table."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from xky.hil.campaign.print_verdicts import print_verdicts

from ...command import PLAIN, XKY, Ended, xky
from ...schema import require_schema
from ...timely import TRIES, came_too_late

SCHEMA = json.loads((Path(__file__).parents[3] / "hil/campaign/report/report.schema.json").read_text(encoding="utf-8"))
CERTIFY = (*XKY, "certify")
ENVIRONMENT = {**os.environ, **PLAIN, "PYTHONIOENCODING": "utf-8"}
FILES = {"report.json", "index.html", "junit.xml", "report.sarif", "statement.intoto.json", "manifest.json", "evidence"}
SPEED = 20
ENDS_WITHIN_S = 2.0 * (1 + (os.getloadavg()[0] > 2))  # of Ctrl-C; more where the machine is not ours alone
BOUND_S = 60.0  # what no run of this file may reach

# What most programs below begin with: a port, and frames of a standard line read without any care.
READER = """
import json, os, signal, subprocess, sys, time
import serial

def frames():
    line, pending = serial.Serial(sys.argv[1], 9600), b""
    while True:
        pending += line.read(max(1, line.in_waiting))
        *ended, pending = pending.split(b"\\x03")
        for text in ended:
            groups = [group.split("\\t") for group in text.decode("latin-1").split("\\n")[1:]]
            yield {group[0]: group[-2] for group in groups if len(group) in (3, 4)}

def say(what):
    print(json.dumps(what), flush=True)
"""

Run = Ended | subprocess.CompletedProcess[str]
Exec = Callable[..., tuple[Run, dict[str, Any]]]


def certify(*arguments: str | Path, cwd: Path) -> Ended:
    """Run the command to its end."""
    return xky("certify", *arguments, cwd=cwd)


def certify_apart(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own, as several at once and with programs need it."""
    return subprocess.run(
        [*CERTIFY, *map(str, arguments)], cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, timeout=BOUND_S,
        check=False,
    )  # fmt: skip


def complaint(run: Run, status: int) -> str:
    """The one line on standard error of a run that ended so, with nothing on standard output."""
    lines = run.stderr.splitlines()
    assert (run.returncode, run.stdout) == (status, ""), run.stderr
    assert "Traceback" not in run.stderr
    assert lines[-1].startswith("xky: "), run.stderr
    assert all(re.fullmatch(r"(standard|historic): \d+ steps.*", line) for line in lines[:-1]), run.stderr
    return lines[-1].removeprefix("xky: ")


# The person's fault


@pytest.mark.by_day(7)
@pytest.mark.parametrize(("arguments", "expected"), [
    (["sm:winky-c6"], r"device 'sm:winky-c6': unknown kind 'sm'; known: .*\bsim\b.*\. Did you mean sim:\?"),
    (["winky-c6"], r"device 'winky-c6': unknown kind 'winky-c6'; known: .*\bsim\b.*\."),
    (["sim:winky-c7"], r"board 'winky-c7': not known; known: .*winky-c6, .* Did you mean winky-c6\?"),
    (["sim:"], r"board '': not known; known: .*\bdenky-d4, "),
    (["sim:generic", "--board", "genric"], r"board 'genric': not known; .* Did you mean generic\?"),
    (["sim:generic", "--board", "none.toml"], r"none\.toml: cannot be read .*; give the path"),
    (["sim:winky-c6", "--defect", "ignores-checksums"], r"defect 'ignores-checksums': not known; .*ignores-checksum, "),
    (["sim:generic", "--labels", "EAST,SINTS"], r"--labels SINTS: no such label; write names as Enedis does"),
    *[
        (["sim:generic", "--speed", told], rf"--speed {re.escape(told)}: expected a number from 0\.001 to 1e\+06")
        for told in ("0", "-3", "inf", "1e+09", "nan")
    ],
    (["exec:"], r"device 'exec:': no command; write \"exec:COMMAND \{port\}\""),
    (["exec:cat /dev/null"], r"device 'exec:cat /dev/null': no \{port\} in the command; write it where"),
    (["exec:cat 'a {port}"], r"device .*: No closing quotation; quote the command as for a shell"),
    (["exec:no-such-program {port}"], r"command 'no-such-program': not found, or not executable; give its path"),
    (["exec:cat {port}", "--line", "udp"], r"--line udp: not known; known: pty"),
    (["exec:cat {port}", "--defect", "ignores-checksum"], r"--defect ignores-checksum: defects are built into simul"),
])  # fmt: skip
def test_a_wrong_argument_is_one_line_and_exit_2(arguments: list[str], expected: str, tmp_path: Path) -> None:
    assert re.match(expected, complaint(certify(*arguments, cwd=tmp_path), 2))
    assert list(tmp_path.iterdir()) == []


def test_no_device_at_all_is_told_in_a_line(tmp_path: Path) -> None:
    assert complaint(certify(cwd=tmp_path), 2) == "no DEVICE: give one, such as sim:winky-c6, or --defects"
    told = complaint(certify("sim:generic", "--defects", cwd=tmp_path), 2)
    assert told.startswith("--defects: tries all of them on simulated boards; leave DEVICE")


@pytest.mark.parametrize("arguments", [
    ["sim:generic", "--mode", "both"], ["sim:generic", "--seed", "x"], ["sim:generic", "--sped", "2"],
])  # fmt: skip
def test_a_wrong_option_is_one_line_and_exit_2(arguments: list[str], tmp_path: Path) -> None:
    assert complaint(certify(*arguments, cwd=tmp_path), 2).endswith("ee xky certify --help")


BOARD = """\
id = "mine"
title = "My board"
firmware = "winky"
modes = ["historic"]
{rest}
[wake]
boot_s = 0.5
associate_s = 0.8
address_s = 0.9
connect_s = 0.15
publish_s = 0.2
sleep_s = 20.0
"""


def test_a_mode_that_the_board_does_not_read_is_exit_2(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(BOARD.format(rest=""), encoding="utf-8")
    run = certify("sim:mine.toml", "--mode", "standard", cwd=tmp_path)
    assert complaint(run, 2) == "--mode standard: board mine reads historic only"


@pytest.mark.parametrize(("rest", "expected"), [
    ("[limit]\nfreshness_s = 3", r"mine\.toml:5: limit: no such key; known here: .*limits.* Did you mean limits\?"),
    ("[limits]\nfreshnes_s = 3", r"mine\.toml:6: limits\.freshnes_s: no such key; .* Did you mean freshness_s\?"),
    ("[listen]\nframes = 0", r"mine\.toml:6: listen\.frames = 0: input should be greater than or equal to 1"),
    ("[listen]\nframes = ", r"mine\.toml:6: no valid TOML: "),
    ("labels = 3", r"mine\.toml:5: labels = 3: write a list"),
])  # fmt: skip
def test_a_wrong_board_file_names_file_line_and_key(rest: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(BOARD.format(rest=rest), encoding="utf-8")
    assert re.match(expected, complaint(certify("sim:mine.toml", cwd=tmp_path), 2))


def test_an_output_folder_that_cannot_be_made_is_exit_2(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = complaint(certify("sim:generic", "--out", "file", cwd=tmp_path), 2)
    assert re.fullmatch(r"--out file: cannot be written \(File exists\); give another folder", told)
    told = complaint(certify("sim:generic", "--out", "file/below", cwd=tmp_path), 2)
    assert re.fullmatch(r"--out file/below: cannot be written \(Not a directory\); give another folder", told)


# What is printed


@pytest.mark.nightly
def test_a_board_of_ones_own_is_certified(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(BOARD.format(rest=""), encoding="utf-8")
    run = certify("sim:mine.toml", "--json", cwd=tmp_path)
    report = json.loads(run.stdout)
    assert (run.returncode, report["verdict"], report["mode"]) == (0, "pass", "historic")
    assert report["decided"] == report["total"]


@pytest.mark.nightly
def test_json_is_the_report_and_nothing_else(tmp_path: Path) -> None:
    run = certify("sim:winky-c6", "--mode", "historic", "--json", "--out", "here", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == (tmp_path / "here" / "report.json").read_text(encoding="utf-8")
    require_schema(json.loads(run.stdout), SCHEMA)


@pytest.mark.nightly
def test_the_report_is_made_in_the_folder_report(tmp_path: Path) -> None:
    run = certify("sim:generic", cwd=tmp_path)
    assert run.returncode == 0
    assert {path.name for path in (tmp_path / "report").iterdir()} == FILES


@pytest.mark.nightly
@pytest.mark.parametrize("defect", [(), ("--defect", "either-checksum-rule")], ids=["sound", "defect"])
def test_the_table_has_a_row_for_each_requirement_of_the_report(tmp_path: Path, defect: tuple[str, ...]) -> None:
    run = certify("sim:eky", *defect, cwd=tmp_path)
    report = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert (run.returncode, report["verdict"]) == ((1, "fail") if defect else (0, "pass"))
    rows = re.findall(r"^│ (\S+) +│ (\S+) +│ . (\S.*?) +│", run.stdout, re.MULTILINE)
    assert rows == [(one["id"], one["level"], one["verdict"]) for one in report["requirements"]]
    assert run.stdout.splitlines()[0].strip() == "sim:eky on board eky, mode both"
    decided = f"{report['decided']} of {report['total']}"
    assert run.stdout.endswith(f"{report['verdict'].upper()}  decided {decided}. Report: report/index.html\n")


def a_requirement(id_: str, level: str, verdict: str, title: str, *reasons: str) -> dict[str, Any]:
    """As the report has it; the purposes that did not pass say why."""
    passed = {"id": f"{id_}/one", "mode": "historic", "verdict": "pass", "reason": ""}
    others = [{"id": f"{id_}/two", "mode": "standard", "verdict": verdict, "reason": reason} for reason in reasons]
    return {"id": id_, "level": level, "verdict": verdict, "title": title, "purposes": [passed, *others]}


def test_a_table_tells_what_was_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    for name in ("COLUMNS", "NO_COLOR", "TERM"):
        monkeypatch.setenv(name, PLAIN[name])
    requirements = [
        a_requirement("TIC-CHK-1", "must", "fail", "A group whose checksum is wrong is not reported.",
                      "112.66 s: HCHP = '014860171' repeats a damaged group (and 2 more)", "a second reason"),
        a_requirement("TIC-CHK-2", "must", "pass", "The good groups are reported [all of them]."),
        a_requirement("TIC-LBL-1", "should", "fail", "Every label is reported at least once.", "PRM was never said"),
        a_requirement("TIC-MOD-2", "must", "not applicable", "Reads the other mode when the meter changes."),
        a_requirement("XKY-PWR-1", "must", "inconclusive", "It comes up.", "the bench came 0.3 s too late"),
    ]  # fmt: skip
    report = {"device": "sim:x", "board": "x", "mode": "both", "requirements": requirements, "verdict": "fail",
              "decided": 4, "total": 5, "remarks": ["keys that are no labels: wifi_rssi"]}  # fmt: skip
    print_verdicts(report, Path("report"))
    assert capsys.readouterr().out == snapshot


@pytest.mark.nightly
def test_a_should_counts_only_when_asked(tmp_path: Path) -> None:
    arguments = ("sim:generic", "--defect", "drops-empty-data", "--mode", "standard", "--json")
    lenient, strict = certify(*arguments, cwd=tmp_path), certify(*arguments, "--strict", cwd=tmp_path)
    report = json.loads(lenient.stdout)
    assert {one["level"] for one in report["requirements"] if one["verdict"] == "fail"} == {"should"}
    assert (report["verdict"], lenient.returncode) == ("pass", 0)
    assert (json.loads(strict.stdout)["verdict"], strict.returncode) == ("fail", 1)
    claimed = ("sim:generic", "--mode", "historic", "--json")
    assert certify(*claimed, "--strict", cwd=tmp_path).returncode == 0


# Programs


FEW = ("--only", "TIC-CMP-1", "--only", "TIC-CHK-1", "--only", "TIC-SND-1")  # seconds of a line instead of minutes


def certify_program(way: Callable[..., Run], folder: Path, body: str, *options: str) -> tuple[Run, dict[str, Any]]:
    """Certifies a program in standard mode; gives the run and its report (empty where there is none).

    A run in which the bench came too late is made again.
    """
    path = folder / "program.py"
    path.write_text(READER + body, encoding="utf-8")
    device = f"exec:{sys.executable} {path} {{port}} {{mode}} {{baud}}"
    for _ in range(TRIES):
        done = way(device, "--mode", "standard", "--speed", str(SPEED), *options, cwd=folder)
        assert "Traceback" not in done.stderr
        assert not list(folder.rglob("*.partial"))
        written = folder / "report" / "report.json"
        report = json.loads(written.read_text(encoding="utf-8")) if written.exists() else {}
        if not report or not came_too_late(report):
            break
    return done, report


@pytest.fixture
def program(tmp_path: Path) -> Exec:
    """``certify_program`` in the test's own folder."""
    return partial(certify_program, certify, tmp_path)


def reasons(report: dict[str, Any], requirement: str = "TIC-CMP-1") -> list[str]:
    """Why the purposes of a requirement failed."""
    [one] = [one for one in report["requirements"] if one["id"] == requirement]
    assert one["verdict"] == "fail"
    return [purpose["reason"] for purpose in one["purposes"] if purpose["verdict"] == "fail"]


@pytest.mark.realtime
def test_a_program_that_ends_before_the_first_frame_is_exit_3_with_its_last_words(program: Exec) -> None:
    run, report = program("print('one', file=sys.stderr); sys.exit('no licence found')")
    told = complaint(run, 3)
    assert "ended (exit status 1) before the first frame was sent" in told
    assert told.endswith("it said: no licence found")
    assert report == {}


@pytest.mark.nightly
@pytest.mark.realtime
def test_a_program_that_crashes_at_once_is_exit_3(program: Exec) -> None:
    run, _ = program("os.kill(os.getpid(), signal.SIGSEGV)")
    assert "ended (signal SIGSEGV) before the first frame was sent" in complaint(run, 3)


@pytest.mark.nightly
@pytest.mark.realtime
def test_a_signal_without_a_name_is_told_by_its_number(program: Exec) -> None:
    run, _ = program("os.kill(os.getpid(), 40)")
    assert "ended (signal 40) before the first frame was sent" in complaint(run, 3)


SILENT = {  # what the program does, and what is said of it
    "no line": ("for frame in frames(): pass", "the device said nothing usable: no line at all"),
    "no JSON": ("for frame in frames(): print('hello', flush=True)", "lines, none a JSON object; the first: 'hello'"),
    "no object": ("for frame in frames(): say(['EAST'])", "lines, none a JSON object; the first: '[\"EAST\"]'"),
    "no label": ("for frame in frames(): say({'power': 1})", "JSON objects, none with a label of the TIC; keys: power"),
    "port never opened": ("time.sleep(1000)", "the device said nothing usable: no line at all"),
    "standard output closed": ("next(frames()); os.close(1); time.sleep(1000)", "said nothing usable: no line at all"),
}


@pytest.mark.by_day(1)
@pytest.mark.realtime
@pytest.mark.parametrize("name", SILENT)
def test_a_program_that_says_nothing_usable_fails_completeness(tmp_path: Path, name: str) -> None:
    body, why = SILENT[name]
    run, report = certify_program(certify_apart, tmp_path, body, *FEW)
    assert run.returncode == 1
    [told] = reasons(report)
    assert why in told
    record = json.loads((tmp_path / "report" / "evidence" / "standard" / "run.json").read_text(encoding="utf-8"))
    assert record["duration_s"] / SPEED < BOUND_S / 2


@pytest.mark.realtime
def test_a_program_that_ends_later_fails_completeness_with_its_last_words(program: Exec) -> None:
    run, report = program("for n, frame in enumerate(frames()):\n  say(frame)\n  if n == 5: sys.exit('out of memory')")
    assert run.returncode == 1
    [told] = reasons(report)
    assert re.fullmatch(r"the device ended at \d+\.\d\d s \(exit status 1\).*: out of memory", told)


@pytest.mark.realtime
def test_what_a_program_writes_to_its_port_does_no_harm(program: Exec) -> None:
    run, report = program(
        "port = serial.Serial(sys.argv[1], 9600)\n"
        "for frame in frames():\n"
        "  port.write(b'AT+RST' * 200)\n"
        "  say(frame)\n",
        *FEW,
        "--speed",
        "5",  # at 20 a busy machine leaves it no time to read
    )
    [speaks] = [p for one in report["requirements"] for p in one["purposes"] if p["id"] == "TIC-CMP-1/speaks"]
    assert speaks["verdict"] == "pass"
    assert not any("buffer" in remark for remark in report["remarks"])
    assert run.returncode == 1  # it takes groups with a wrong checksum


def lives(pid: int) -> bool:
    """Whether a process is there, and not only waiting to be buried."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def gone(pid: int) -> bool:
    """Whether a process has ended, a second given."""
    for _ in range(100):
        if not lives(pid):
            return True
        time.sleep(0.01)
    return False


@pytest.mark.realtime
def test_a_program_that_ignores_its_end_and_its_child_are_killed(program: Exec, tmp_path: Path) -> None:
    child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)"
    run, _ = program(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        "open('pids', 'w').write(f'{os.getpid()} {child.pid}')\n"
        "time.sleep(0.3)\n"
        "next(frames())\n"
        "say({'EAST': 'x'})\n"
        "time.sleep(1000)\n",
        *FEW,
    )
    assert run.returncode == 1
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    assert len(pids) == 2
    assert all(gone(pid) for pid in pids)


@pytest.mark.realtime
def test_a_child_that_a_program_leaves_behind_is_killed(program: Exec, tmp_path: Path) -> None:
    run, report = program(
        "child = subprocess.Popen(['sleep', '1000'])\n"
        "open('pids', 'w').write(str(child.pid))\n"
        "for n, frame in enumerate(frames()):\n  say(frame)\n  if n == 3: os._exit(4)\n",
    )
    assert run.returncode == 1
    assert "(exit status 4)" in reasons(report)[0]
    assert gone(int((tmp_path / "pids").read_text()))


@pytest.mark.realtime
def test_a_program_may_print_what_it_likes_and_the_report_still_stands(program: Exec) -> None:
    run, report = program(
        "for frame in frames():\n"
        "  sys.stdout.buffer.write(bytes(range(256)) + b'\\xff\\n' + b'x' * 200_000 + b'\\n'); sys.stdout.flush()\n"
        "  say({'EAST': 10 ** 4000, 'X': [float('nan')], 'NGTF': '[bold]\\x1b[31m'})\n",
        *FEW,
    )
    assert run.returncode == 1
    require_schema(report, SCHEMA)
    assert any("were no JSON object" in remark for remark in report["remarks"])


@pytest.mark.by_day(1)
@pytest.mark.realtime
@pytest.mark.parametrize("order", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_program_and_keeps_what_was_decided(order: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(
        READER + "open('pid', 'w').write(str(os.getpid()))\nfor n, frame in enumerate(frames()):\n  say(frame)\n"
        "  if n == 2: time.sleep(1000)", encoding="utf-8",
    )  # fmt: skip
    device = f"exec:{sys.executable} program.py {{port}}"
    run = subprocess.Popen(
        [*CERTIFY, device, "--mode", "standard"], cwd=tmp_path, env=ENVIRONMENT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    pid = None
    try:
        give_up_s = time.monotonic() + 20
        while pid is None and time.monotonic() < give_up_s:
            time.sleep(0.05)
            text = (tmp_path / "pid").read_text() if (tmp_path / "pid").exists() else ""
            pid = int(text) if text else None
        assert pid is not None
        time.sleep(3.0)
        run.send_signal(order)
        began_s = time.monotonic()
        stdout, stderr = run.communicate(timeout=15)
        assert time.monotonic() - began_s < ENDS_WITHIN_S
        report = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
        assert (report["aborted"], report["verdict"]) == (True, "inconclusive")
        assert run.returncode == (3 if order is signal.SIGINT else 128 + order)
        decided = f"{report['decided']} of {report['total']}"
        assert f"INCONCLUSIVE  decided {decided}" in stdout
        assert "Traceback" not in stderr
        told = [line for line in stderr.splitlines() if line.startswith("xky: ")]
        assert told == [f"xky: interrupted; kept in report: what was settled by then, {decided}"]
        assert gone(pid)
        assert {path.name for path in (tmp_path / "report").iterdir()} == FILES
    finally:
        run.kill()
        if pid is not None and lives(pid):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.nightly
@pytest.mark.realtime
def test_a_flood_of_lines_and_complaints_is_bounded(program: Exec, tmp_path: Path) -> None:
    began_s = time.monotonic()
    _run, report = program(
        "for frame in frames():\n"
        "  say(frame)\n"
        "  print('{}\\n' * 20000, flush=True)\n"
        "  sys.stderr.write('e' * 99 + '\\n' + 'e' * 200000 + '\\n')\n",
        *FEW,
    )
    assert time.monotonic() - began_s < BOUND_S
    assert any("flood" in remark for remark in report["remarks"])
    [stderr] = tmp_path.rglob("stderr.txt")
    assert stderr.stat().st_size < 600_000
    assert b"bytes left out" in stderr.read_bytes()


@pytest.mark.realtime
def test_a_device_does_not_steer_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import sys; sys.exit('\\x1b[31mred')", encoding="utf-8")
    run = certify(f"exec:{sys.executable} program.py {{port}}", "--mode", "standard", cwd=tmp_path)
    assert run.returncode == 3
    assert "\\x1b[31mred" in run.stderr
    assert "\x1b" not in run.stderr


def test_an_unknown_line_is_exit_2_for_every_kind(tmp_path: Path) -> None:
    run = certify("sim:generic", "--line", "pigeon", cwd=tmp_path)
    assert run.returncode == 2
    assert "known: pty" in run.stderr
