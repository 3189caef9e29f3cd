# SPDX-License-Identifier: Apache-2.0
"""``xky power BOARD``: what it prints, draws and refuses."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from xky.hil import cli
from xky.hil.power.durations import seconds_of, told_time
from xky.protocol import InputError

BOARDS = Path(__file__).parents[3] / "boards"


@dataclass(frozen=True)
class Ended:
    """How a run ended, and what it told."""

    returncode: int
    stdout: str
    stderr: str


Xky = Callable[..., Ended]


@pytest.fixture
def xky(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Xky]:
    """Runs ``xky power`` to its end, in a folder of its own, a hundred characters wide."""
    monkeypatch.chdir(tmp_path)
    for name, value in (("COLUMNS", "100"), ("NO_COLOR", "1"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["xky", "power", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.run()
        said = capsys.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    yield run
    signal.signal(signal.SIGTERM, handler)


def texts(picture: Path) -> list[str]:
    """The texts of a drawn SVG, in order."""
    found = re.findall(r"<text [^>]*>([^<]*)</text>", picture.read_text(encoding="utf-8"))
    return [text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for text in found]


# For people


def test_a_board_that_lives(xky: Xky, snapshot: SnapshotAssertion) -> None:
    run = xky("winky-c6")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == snapshot


def test_a_board_that_hangs(xky: Xky, snapshot: SnapshotAssertion) -> None:
    run = xky("winky-v1")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == snapshot


def test_a_board_that_is_refused(xky: Xky, snapshot: SnapshotAssertion) -> None:
    run = xky("eky")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == snapshot


def test_a_board_that_is_always_on(xky: Xky, snapshot: SnapshotAssertion) -> None:
    run = xky("zlinky", "--supply", "weak_old")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == snapshot


def test_a_period_that_cannot_be_kept(xky: Xky) -> None:
    run = xky("winky-c6", "--period", "12s")
    assert run.returncode == 0
    assert "STARTS: by itself, but cannot keep its period of 12 s" in run.stdout
    assert "shortest period   16.01 s" in run.stdout
    assert "Where the energy" not in run.stdout


@pytest.mark.nightly
def test_shares_of_the_energy_come_to_a_hundred(xky: Xky) -> None:
    for arguments in (("winky-c6",), ("loky", "--period", "1h")):
        shares = re.findall(r"(\d+\.\d) % │", xky(*arguments).stdout)
        assert len(shares) >= 6
        assert sum(map(float, shares)) == pytest.approx(100.0)


def test_a_title_cannot_steer_the_terminal(xky: Xky, tmp_path: Path) -> None:
    text = (BOARDS / "winky-c6.toml").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^title = .*$", r'title = "[red]\\u001b[2J"', text)
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    assert "[red]\\x1b[2J on min_spec" in xky("./mine.toml").stdout


# For programs


def document(run: Ended) -> dict[str, object]:
    def no_number(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    assert (run.returncode, run.stderr) == (0, "")
    told: dict[str, object] = json.loads(run.stdout, parse_constant=no_number)
    return told


CONTRACT = {
    "board", "supply", "cold_start_s", "min_period_s", "brownout_margin_v", "energy_per_reading_j", "ratings_exceeded"
}  # fmt: skip


def test_json_of_a_board_that_lives(xky: Xky) -> None:
    told = document(xky("winky-c6", "--supply", "typical", "--period", "1min", "--json"))
    assert set(told) >= CONTRACT
    assert (told["board"], told["supply"], told["mode"], told["period_s"]) == ("winky-c6", "typical", "standard", 60.0)
    assert told["lives"] is True
    assert (told["refused"], told["trouble"], told["ratings_exceeded"]) == (None, None, [])
    assert told["cold_start_s"] == pytest.approx(158.56, abs=0.01)
    assert told["min_period_s"] == pytest.approx(11.64, abs=0.01)
    energy = told["energy_j"]
    assert isinstance(energy, dict)
    assert energy["source"] == pytest.approx(sum(energy.values()) - energy["source"])
    assert told["energy_per_reading_j"] == pytest.approx(energy["delivered"] + energy["regulator"])
    assert told["mean_power_w"] == pytest.approx((energy["delivered"] + energy["regulator"]) / 60)
    wake = told["wake"]
    assert isinstance(wake, list)
    assert [step["phase"] for step in wake] == [
        "boot", "associate", "address", "connect", "listen", "publish", "sleep"
    ]  # fmt: skip
    assert sum(step["duration_s"] for step in wake) == pytest.approx(60.0)


@pytest.mark.nightly
def test_json_names_what_is_exceeded(xky: Xky) -> None:
    told = document(xky("winky-v2", "--json"))
    (one,) = told["ratings_exceeded"]  # type: ignore[misc]
    assert set(one) == {"part", "what", "value", "limit"}
    assert (one["part"], one["what"], one["limit"]) == ("MCP1702-5002", "input voltage, V", 13.2)
    assert one["value"] == pytest.approx(17.2, abs=0.1)


@pytest.mark.parametrize("arguments", [("winky-v1",), ("winky-c6", "--supply", "dead"), ("eky",)])
def test_json_has_null_where_there_is_no_figure(xky: Xky, arguments: tuple[str, ...]) -> None:
    told = document(xky(*arguments, "--json"))
    assert set(told) >= CONTRACT
    assert told["lives"] is False
    assert told["refused"] or told["trouble"]
    for name in ("cold_start_s", "first_reading_s", "energy_per_reading_j", "energy_j", "settled_v"):
        assert told[name] is None


def test_json_of_a_board_that_is_always_on(xky: Xky) -> None:
    told = document(xky("zlinky", "--json"))
    assert told["lives"] is True
    assert (told["period_s"], told["energy_per_reading_j"], told["wake"]) == (None, None, [])


def test_the_mode_is_the_boards_unless_told(xky: Xky) -> None:
    assert document(xky("papsdroid", "--json"))["mode"] == "historic"
    historic, standard = (document(xky("winky-c6", "--mode", mode, "--json")) for mode in ("historic", "standard"))
    assert float(str(historic["min_period_s"])) > float(str(standard["min_period_s"]))


def test_temperature_counts(xky: Xky) -> None:
    cold, warm = (document(xky("winky-c6", "--temperature", t, "--json")) for t in ("-20", "60"))
    assert float(str(cold["cold_start_s"])) > float(str(warm["cold_start_s"]))


# Pictures


def test_a_picture_names_axes_phases_and_thresholds(xky: Xky, tmp_path: Path) -> None:
    run = xky("winky-c6", "--plot", "a.svg", "--plot", "b.png", "--json")
    assert document(run)["lives"] is True
    assert (tmp_path / "b.png").read_bytes().startswith(b"\x89PNG")
    words = texts(tmp_path / "a.svg")
    assert {"voltage (V)", "current (mA)", "time since the wake began (s)"} <= set(words)
    assert "time since the meter was connected (min)" in words
    assert {"boot", "associate", "address", "connect", "listen", "publish", "sleep"} <= set(words)
    assert {"4.20 V: power on", "5.00 V: the clamp begins to draw", "3.70 V: its firmware breaks off"} <= set(words)
    assert {"6.00 V: rating of the capacitor", "3.35 V: it resets, at its worst load", "margin 1.48 V"} <= set(words)
    assert "first reading, 220.7 s" in words


def test_the_same_board_gives_the_same_picture(xky: Xky, tmp_path: Path) -> None:
    xky("zlinky", "--plot", "a.svg", "--plot", "b.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.mark.nightly
def test_a_picture_of_a_board_that_hangs(xky: Xky, tmp_path: Path) -> None:
    assert xky("winky-v1", "--plot", "hangs.svg").returncode == 0
    words = texts(tmp_path / "hangs.svg")
    assert any("the first 10 of 200 resets in a row" in word for word in words)
    assert {"a reset", "off: it charges", "boot", "time since the reset (s)"} <= set(words)


def test_a_picture_of_a_board_that_never_starts(xky: Xky, tmp_path: Path) -> None:
    assert xky("winky-c6", "--supply", "dead", "--plot", "dead.svg").returncode == 0
    words = texts(tmp_path / "dead.svg")
    assert "time since the meter was connected (h)" in words
    assert "drawn by the rail, mean" not in words


def test_the_voltage_is_drawn_as_it_moves(xky: Xky) -> None:
    """Between two events the line is that of the motion: a charge bends."""
    from xky.boards import board_named
    from xky.boards.power.analysis import analyse
    from xky.emulator.supply import SUPPLIES
    from xky.hil.power.plot.trace import trace_of

    analysis = analyse(board_named("winky-c6"), SUPPLIES["min_spec"], highest=SUPPLIES["typical"])
    assert analysis.cold is not None and analysis.train is not None
    trace = trace_of(analysis.cold.stretches, 0.0, 214.0)
    flow = analysis.train.state(SUPPLIES["min_spec"], "off").flow
    assert len(trace.times_s) > 500
    for at_s, terminal_v in zip(trace.times_s, trace.terminal_v, strict=True):
        inner_v = flow.after(0.0, at_s)
        assert terminal_v == pytest.approx(inner_v + 0.2 * 1.5 * flow.slope(inner_v), abs=1e-4)
    middle = len(trace.times_s) // 2
    assert trace.terminal_v[middle] > 0.5 * trace.terminal_v[-1] + 0.2


# What is refused


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("nowhere",), "board 'nowhere': not known; known: "),
        (("winky-c6", "--supply", "mains"), "supply 'mains': not known; known: min_spec, "),
        (("winky-c6", "--period", "soon"), "--period: 'soon' is no time over 0; write it as 30, 30s, 2min or 1h"),
        (("winky-c6", "--period", "5s"), "--period 5 s: shorter than the wake, which takes 6.55 s; give more"),
        (("winky-c6", "--temperature", "-60"), "--temperature -60: expected -40 to 85 °C"),
        (("winky-c6", "--temperature", "nan"), "--temperature nan: expected -40 to 85 °C"),
        (("papsdroid", "--mode", "standard"), "--mode standard: board papsdroid reads only historic"),
        (("zlinky", "--period", "10s"), "--period 10s: board zlinky never sleeps; leave it out"),
        (("generic",), "board generic: its file has no [power] table"),
        (("winky-c6", "--plot", "a.pdf"), "--plot a.pdf: unknown ending '.pdf'; give a name that ends in .svg or .png"),
        (("winky-c6", "--plot", "no/a.png"), "--plot no/a.png: there is no folder no; make it, or give another name"),
        (("eky", "--plot", "a.png"), "--plot a.png: nothing to draw; eky cannot live on the TIC: "),
    ],
)
def test_wrong_arguments_end_in_one_line(xky: Xky, tmp_path: Path, arguments: tuple[str, ...], complaint: str) -> None:
    run = xky(*arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(f"xky: {complaint}")
    assert run.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_without_matplotlib_only_the_picture_is_missing(xky: Xky, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xky.hil.plot.file.find_spec", lambda name: None)
    run = xky("zlinky", "--plot", "a.png")
    assert (run.returncode, run.stdout) == (2, "")
    assert "install it with: pip install 'xky-hil[plot]'" in run.stderr
    assert xky("zlinky").returncode == 0


@pytest.mark.nightly
def test_the_table_needs_no_extra() -> None:
    """What the base installation has is enough."""
    script = (
        "import sys; sys.modules.update(dict.fromkeys(('numpy', 'scipy', 'matplotlib')));"
        "sys.argv[1:] = ['power', 'winky-c6', '--json']; from xky.hil.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["lives"] is True


# Times


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10s", 10.0),
        ("10", 10.0),
        ("2min", 120.0),
        ("1h", 3600.0),
        (" 1.5 h ", 5400.0),
        (".5min", 30.0),
    ],
)
def test_times_are_read(text: str, seconds: float) -> None:
    assert seconds_of("--period", text) == seconds


@pytest.mark.parametrize("text", ["", "s", "0", "0s", "-3s", "10 seconds", "1e3", "nan", "inf", "10S", "1:30"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=re.escape(f"--period: {text!r} is no time")):
        seconds_of("--period", text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.00123, "1.23 ms"), (0.5, "0.5 s"), (36.55, "36.55 s"), (900.0, "15 min"), (5400.0, "1.5 h")],
)
def test_times_are_told(seconds: float, text: str) -> None:
    assert told_time(seconds) == text
