# SPDX-License-Identifier: Apache-2.0
"""One command brings up virtual instruments and a simulated board, and runs check and measurements over them."""

import json
import shlex
import subprocess
from functools import partial
from pathlib import Path

import pytest

from xky.boards import board_named
from xky.emulator.supply import supply_named
from xky.hil import measuring
from xky.hil.instruments import open_instrument
from xky.hil.measuring.routines import routine_names
from xky.hil.power.measured.curve_file import read_curve
from xky.hil.virtual import Misbehaviour, Planned, SteppedClock, VirtualBench
from xky.hil.virtual.bench_toml import bench_toml

from ...command import XKY, xky
from ...schema import require_schema

CALLED = shlex.join(XKY)
SCHEMA = json.loads((Path(measuring.__file__).parent / "measurement.schema.json").read_text(encoding="utf-8"))


@pytest.mark.nightly
def test_one_command_checks_and_measures_and_ends_with_the_status_of_what_it_ran(tmp_path: Path) -> None:
    within = (
        f"{CALLED} bench check bench.toml --json >check.json && "
        f"{CALLED} bench measure charge --out charge --json >told.json ; echo $? >status; exit 7"
    )
    command = [*XKY, "bench", "virtual", "--stepped", "--out", "bench.toml", "--", "sh", "-c", within]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=None)
    assert ended.returncode == 7, ended.stderr
    assert (tmp_path / "status").read_text(encoding="utf-8") == "0\n", ended.stderr
    check = json.loads((tmp_path / "check.json").read_text(encoding="utf-8"))
    assert (check["ok"], len(check["parts"])) == (True, 8)  # six instruments, the line and the device, which spoke
    told = json.loads((tmp_path / "told.json").read_text(encoding="utf-8"))
    kept = json.loads((tmp_path / "charge" / "result.json").read_text(encoding="utf-8"))
    assert told == kept
    require_schema(told, SCHEMA)
    assert told["curve"]["largest_difference"] < 0.005
    assert told["safe"]["unknown"] == {}
    assert {one["role"] for one in told["instruments"]} == set(told["safe"]["safe"]) | {"capacitor", "scope"}
    assert told["fit"]["parameters"]["capacitance_f"]["value"] == pytest.approx(1.5, rel=0.01)
    assert {path.name for path in (tmp_path / "charge").iterdir()} == {
        "result.json", "curve.csv", "prediction.csv", "charge.svg", "instruments.jsonl",
    }  # fmt: skip
    lines = (tmp_path / "charge" / "instruments.jsonl").read_text(encoding="utf-8").splitlines()
    said = [json.loads(line) for line in lines]
    assert {one["sent"] for one in said[:6]} == {"*IDN?"}
    assert said[-1] == said[-1] | {"role": "analyser", "sent": "OUTP? (@1)", "answer": "0"}
    assert [one["at_s"] for one in said] == sorted(one["at_s"] for one in said)
    assert len(read_curve(tmp_path / "charge" / "curve.csv", 0.0)) > 250


def bench(tmp_path: Path, **options: object) -> VirtualBench:
    made = VirtualBench(board_named("winky-c6"), supply_named("typical"), SteppedClock(), **options)  # type: ignore[arg-type]
    (tmp_path / "bench.toml").write_text(bench_toml(made), encoding="utf-8")
    return made


def test_a_broken_limit_is_exit_1_and_an_undecided_one_exit_3(tmp_path: Path) -> None:
    from xky.emulator.carrier import Waveform

    with bench(tmp_path, makes={"scope": "siglent"}, waveform=Waveform(amplitude_v=1.0)):
        ended = xky("bench", "measure", "carrier", cwd=tmp_path)
    assert ended.returncode == 1
    assert "fail" in ended.stdout.splitlines()[-1]
    with bench(tmp_path, makes={"scope": "siglent"}, waveform=Waveform(amplitude_v=1.22)):
        ended = xky("bench", "measure", "carrier", "--json", cwd=tmp_path)
    assert ended.returncode == 3
    told = json.loads(ended.stdout)
    require_schema(told, SCHEMA)
    assert told["verdict"] == "inconclusive"


def test_the_schema_names_each_routine() -> None:
    assert SCHEMA["properties"]["measured"]["enum"] == [*routine_names()]


def test_an_instrument_that_is_absent_or_another_is_one_line_and_exit_3(tmp_path: Path) -> None:
    with bench(tmp_path, misbehaviours={"load": Planned(Misbehaviour.WRONG_IDENTITY)}):
        ended = xky("bench", "measure", "charge", cwd=tmp_path)
    assert ended.returncode == 3
    assert "is a ACME Instruments X-1, no rigol load" in ended.stderr
    ended = xky("bench", "measure", "charge", cwd=tmp_path)  # nobody listens any more
    assert ended.returncode == 3
    assert all("refused" in line for line in ended.stderr.splitlines())


@pytest.mark.parametrize(
    ("planned", "state"),
    [(Planned(Misbehaviour.HANG_UP, 12), "bench safe: supply off"),
     (Planned(Misbehaviour.LATE, 6), "bench unknown: supply: ")],
)  # fmt: skip
def test_an_instrument_that_is_lost_ends_it_in_one_line_with_the_state_of_the_bench(
    planned: Planned, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = partial(open_instrument, answer_s=0.3)
    monkeypatch.setattr("xky.hil.bench_file.open_bench.open_instrument", impatient)
    makes = {"supply": "rigol", "capacitor": "keysight"}
    with bench(tmp_path, makes=makes, misbehaviours={"supply": planned}) as made:
        made.behaviours["supply"].late_s = 0.5
        ended = xky("bench", "measure", "charge", cwd=tmp_path)
    lines = ended.stderr.splitlines()
    assert ended.returncode == 3
    assert f"; measure charge stopped; {state}" in lines[-1]
    assert lines[-1].startswith(f"xky: {made.resources['supply']}: does not answer XKY:TIME?")
    assert ["not seen to be safe" in line for line in lines[:-1]] == ([True] if "unknown" in state else [])


WRONG = {
    "singing": "measure 'singing': unknown; expected one of brown-out, carrier, charge, discharge, restart, ripple",
    "charge --load-a 0": "--load-a 0: expected a number over 0, at most 5",
    "charge --source-ohm -1": "--source-ohm -1: expected a number over 0, at most 10000",
    "charge --duration soon": "--duration: 'soon' is no time over 0",
    "charge --bench none.toml": "none.toml",
    "charge --supply sun": "supply 'sun': not known; known: min_spec",
}


@pytest.mark.parametrize("options", WRONG)
def test_what_cannot_be_is_told_in_one_line(options: str, tmp_path: Path) -> None:
    ended = xky("bench", "measure", *options.split(), cwd=tmp_path)
    (line,) = ended.stderr.splitlines()
    assert ended.returncode == 2
    assert WRONG[options] in line


def test_a_command_that_is_none_is_told(tmp_path: Path) -> None:
    ended = xky("bench", "virtual", "--stepped", "--", "no-such-command-here", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (
        2, "xky: no-such-command-here: cannot be run (No such file or directory); give a command behind --\n",
    )  # fmt: skip
