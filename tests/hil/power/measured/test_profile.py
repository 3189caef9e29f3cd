# SPDX-License-Identifier: Apache-2.0
"""States of a device found in the log of its current: what they draw, how long they last, what they are called."""

import json
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from xky.boards.description.board import board_file, board_named
from xky.hil.power.measured.profile import Log, Profile, ProfileState, profile_of, read_log
from xky.hil.power.measured.profile_toml import profile_toml
from xky.protocol import InputError

EXAMPLE = Path(__file__).parents[4] / "docs/examples/current.csv"


@dataclass
class Phase:
    """A state as it is made up: its floor, and where it has bursts their height; 3 ms each."""

    name: str
    floor_a: float
    duration_s: float
    peak_a: float | None = None
    every_s: float = 0.02


WINKY = (
    Phase("boot", 0.035, 0.5),
    Phase("associate", 0.08, 1.7, 0.35),
    Phase("listen", 0.03, 4.0),
    Phase("publish", 0.1, 0.2, 0.33, 0.015),
    Phase("sleep", 50e-6, 3.0),
)


@dataclass
class Made:
    """A log, and what it was made of."""

    log: Log
    durations_s: dict[str, list[float]] = field(default_factory=dict)
    currents_a: dict[str, list[float]] = field(default_factory=dict)


def made(
    phases: Sequence[Phase] = WINKY, *, cycles: int = 5, rate_hz: float = 5000.0, spread: float = 0.05, seed: int = 1,
    noise: float = 0.01, lead_s: float = 1.0,
) -> Made:  # fmt: skip
    """Cycles of the phases, each a little longer or shorter, with noise in proportion and a floor of 5 µA."""
    random = np.random.default_rng(seed)
    whole = Made(Log(np.empty(0), np.empty(0), 1 / rate_hz))
    parts = [np.full(round(lead_s * rate_hz), phases[-1].floor_a)]
    for _ in range(cycles):
        for phase in phases:
            count = round(phase.duration_s * max(1 + spread * random.normal(), 0.5) * rate_hz)
            part = np.full(count, phase.floor_a)
            if phase.peak_a is not None:
                times_s = np.arange(count) / rate_hz + random.uniform(0.2, 0.6) * phase.every_s
                part[times_s % phase.every_s < 0.003] = phase.peak_a
            parts.append(part)
            whole.durations_s.setdefault(phase.name, []).append(count / rate_hz)
            whole.currents_a.setdefault(phase.name, []).append(float(part.mean()))
    parts.append(np.full(round(lead_s * rate_hz), phases[-1].floor_a))
    amperes = np.concatenate(parts)
    amperes = amperes + random.normal(0, 1, len(amperes)) * (5e-6 + noise * amperes)
    whole.log = Log(np.arange(len(amperes)) / rate_hz, amperes, 1 / rate_hz)
    return whole


def named(profile: Profile) -> dict[str, ProfileState]:
    return {state.name: state for state in profile.states}


def check(one: Made, profile: Profile, phases: Sequence[Phase] = WINKY) -> None:
    """Currents within 2 %, durations within a sample or 1 %."""
    states = named(profile)
    assert list(states) == [phase.name for phase in phases]
    for phase in phases:
        state = states[phase.name]
        durations_s, currents_a = one.durations_s[phase.name], one.currents_a[phase.name]
        if phase.name == "sleep":  # the last one has no end in the log
            durations_s = durations_s[:-1]
        weighted_a = float(np.average(currents_a, weights=one.durations_s[phase.name]))
        assert state.current_a == pytest.approx(weighted_a, rel=0.02), phase.name
        assert state.duration_s is not None
        assert state.duration_s == pytest.approx(np.mean(durations_s), rel=0.01, abs=one.log.period_s), phase.name
        if phase.peak_a is None:
            assert state.peak_a is None
        else:
            assert state.peak_a == pytest.approx(phase.peak_a, rel=0.02)
            assert state.peak_s == pytest.approx(0.003, abs=2 * one.log.period_s)


@pytest.mark.parametrize("rate_hz", [1000.0, 5000.0, 100_000.0])
def test_the_states_of_a_winky_are_found(rate_hz: float) -> None:
    one = made(rate_hz=rate_hz, cycles=3 if rate_hz > 50_000 else 6)
    profile = profile_of(one.log)
    check(one, profile)
    assert profile.cycles == len(one.durations_s["boot"])
    assert profile.mean_a == pytest.approx(float(one.log.amperes.mean()))
    assert not profile.remarks


@pytest.mark.parametrize("seed", range(8))
def test_other_devices_other_noise(seed: int) -> None:
    random = np.random.default_rng(100 + seed)
    phases = (
        Phase("boot", random.uniform(0.02, 0.05), random.uniform(0.3, 0.8)),
        Phase("associate", random.uniform(0.065, 0.1), random.uniform(0.8, 2.5), random.uniform(0.25, 0.4), 0.017),
        Phase("listen", random.uniform(0.012, 0.04), random.uniform(3.0, 5.0)),
        Phase("publish", random.uniform(0.08, 0.12), random.uniform(0.15, 0.4), random.uniform(0.25, 0.4), 0.013),
        Phase("sleep", random.uniform(10e-6, 800e-6), random.uniform(2, 6)),
    )
    one = made(phases, seed=seed, noise=random.uniform(0.002, 0.03))
    check(one, profile_of(one.log), phases)


def test_spread_is_that_between_cycles() -> None:
    one = made(spread=0.1, cycles=8)
    state = named(profile_of(one.log))["listen"]
    assert state.spread_s == pytest.approx(float(np.std(one.durations_s["listen"], ddof=1)), rel=0.02)


def test_a_wake_that_went_otherwise_is_left_out_and_told() -> None:
    usual = made(cycles=4, lead_s=1.0)
    odd = made((Phase("boot", 0.035, 0.5), Phase("associate", 0.08, 9.0, 0.35), Phase("sleep", 50e-6, 3.0)), cycles=1)
    amperes = np.concatenate((usual.log.amperes, odd.log.amperes))
    log = Log(np.arange(len(amperes)) / 5000, amperes, 1 / 5000)
    profile = profile_of(log)
    assert profile.cycles == 4
    assert named(profile)["associate"].duration_s == pytest.approx(np.mean(usual.durations_s["associate"]), rel=0.01)
    assert any("1 of 5 wakes went otherwise" in remark for remark in profile.remarks)


def test_a_log_without_sleep_is_one_load() -> None:
    phases = (Phase("listen", 0.03, 2.0), Phase("publish", 0.1, 0.3, 0.35), Phase("listen", 0.03, 2.0))
    one = made(phases, cycles=4)
    profile = profile_of(one.log)
    (state,) = profile.states
    assert state.name == "run" and state.durations_s == []
    assert state.current_a == pytest.approx(float(one.log.amperes.mean()))
    assert state.peak_a == pytest.approx(0.35, rel=0.02)
    assert any("no sleep in this log" in remark for remark in profile.remarks)
    assert "[wake]" not in profile_toml(profile, "log.csv")


def test_a_single_state_is_one_load_without_bursts() -> None:
    random = np.random.default_rng(1)
    log = Log(np.arange(20_000) / 1000, 0.08 + random.normal(0, 1e-3, 20_000), 1e-3)
    (state,) = profile_of(log).states
    assert (state.name, state.peak_a) == ("run", None)
    assert state.current_a == pytest.approx(0.08, rel=1e-3)


def test_one_wake_cut_by_the_log_has_currents_and_no_durations() -> None:
    one = made(cycles=1, lead_s=1.0)
    keep = slice(0, round((1.0 + sum(one.durations_s[name][0] for name in ("boot", "associate")) + 2.0) * 5000))
    profile = profile_of(Log(one.log.times_s[keep], one.log.amperes[keep], one.log.period_s))
    assert profile.cycles == 0
    assert named(profile)["boot"].current_a == pytest.approx(0.035, rel=0.02)
    assert all(state.duration_s is None for state in profile.states)
    assert any("from its beginning to its end" in remark for remark in profile.remarks)


@pytest.mark.nightly
def test_millions_of_samples_take_seconds() -> None:
    one = made(rate_hz=100_000.0, cycles=5)
    assert len(one.log.amperes) > 4_000_000
    start_s = time.process_time()
    profile_of(one.log)
    assert time.process_time() - start_s < 10


# Files


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Timestamp(ms),Current(uA),D0,D1", "{ms:.2f},{ua:.3f},0,1"),  # Nordic PPK2
        ("#time,current,voltage,power", "{s:.5f},{a:.9f},3.3,0.1"),  # Joulescope
        ("Timestamp (s);Main Current (A)", "{s:.5f};{a:.9f}"),
        ('"time [us]"\t"I [mA]"', "{us:.1f}\t{ma:.6f}"),
    ],
)
def test_exports_of_profilers_are_read_with_their_units(tmp_path: Path, header: str, row: str) -> None:
    amperes = np.linspace(1e-5, 0.3, 400)
    lines = [row.format(s=k / 1000, ms=k, us=1000.0 * k, a=a, ma=1e3 * a, ua=1e6 * a) for k, a in enumerate(amperes)]
    log = read_log(written(tmp_path / "log.csv", "\n".join([header, *lines])))
    assert log.amperes == pytest.approx(amperes, abs=2e-9)
    assert log.times_s == pytest.approx(np.arange(400) / 1000, abs=1e-9)
    assert log.period_s == pytest.approx(1e-3)


ROWS = "".join(f"{k / 1000},0.03\n" for k in range(500))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("garbage\n\x00\x01 and more\n", "no row of numbers follows"),
        (ROWS, ":1: no header; write a first line such as: time (s), current (A)"),
        ("time (s),voltage (V)\n" + ROWS, ":1: no column of current among"),
        ("time (s),current (furlong)\n" + ROWS, "unit 'furlong' is not known; known: a, ma"),
        ("time,current\n" + ROWS.replace("0.1,0.03", "0.1,0.03 A"), ":102: current '0.03 A' is no number"),
        ("time,current\n" + ROWS.replace("\n0.1,", "\n0.05,"), ":102: time 0.05 s is before that of the row before"),
        ("time,current\n0,1\n0.001,1\n", "lasts 0.001 s; a state lasts 0.05 s at least"),
        ("time,current\n" + "".join(f"{k},0.03\n" for k in range(50)), "has a sample each 1 s"),
    ],
)  # fmt: skip
def test_a_wrong_log_is_told(tmp_path: Path, text: str, complaint: str) -> None:
    path = written(tmp_path / "log.csv", text)
    with pytest.raises(InputError) as caught:
        read_log(path)
    assert str(caught.value).startswith(str(path))
    assert complaint in str(caught.value)


def test_a_gap_is_told(tmp_path: Path) -> None:
    rows = ["time,current"] + [f"{k / 1000 + (3 if k > 800 else 0)},0.03" for k in range(2000)]
    log = read_log(written(tmp_path / "log.csv", "\n".join(rows)))
    assert "1 gaps; the first of 3 s at 0.8 s" in log.remarks[0]


def test_times_of_too_few_digits_are_spread_out(tmp_path: Path) -> None:
    rows = ["time,current"] + [f"{round(k / 5000, 3)},0.03" for k in range(2000)]
    log = read_log(written(tmp_path / "log.csv", "\n".join(rows)))
    assert log.period_s == pytest.approx(1 / 5000, rel=0.01)


# The command


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> object:
    from xky.hil.cli.power.profile import command

    def once(log: Path, **options: object) -> str:
        told: dict[str, object] = {"rail": 3.3, "out": None, "plot": None, "as_json": False}
        command(log=log, **(told | options))  # type: ignore[arg-type]
        return capsys.readouterr().out

    return once


def test_the_example_becomes_loads_that_a_board_takes(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out, plot = tmp_path / "loads.toml", tmp_path / "profile.svg"
    told = json.loads(run(EXAMPLE, out=out, plot=plot, as_json=True))
    assert [state["name"] for state in told["states"]] == ["boot", "associate", "listen", "publish", "sleep"]
    assert told["cycles"] == 3
    listen = told["states"][2]
    assert listen["energy_j"] == pytest.approx(3.3 * listen["current_a"] * listen["duration_s"])
    text = out.read_text("utf-8")
    assert all("  # measured: current.csv" in line for line in text.split("\n") if " = " in line)
    base = board_file("winky-c6")[1]
    before, after = base.split("[wake]")[0], base[base.index("[power.rectifier]") : base.index("[power.loads.boot]")]
    pasted = written(tmp_path / "pasted.toml", before + after + text)
    power = board_named(str(pasted)).power
    assert power is not None
    assert power.loads["associate"].current_a == pytest.approx(0.12, rel=0.02)
    assert power.loads["associate"].peak_a == pytest.approx(0.35, rel=0.02)
    wake = board_named(str(pasted)).wake
    assert wake is not None and wake.associate_s == pytest.approx(1.7, rel=0.06)
    assert wake.address_s == 0
    drawing = plot.read_text("utf-8")
    for name in ("boot", "associate", "listen", "publish", "current (mA)", "time (s)", "least to most"):
        assert name in drawing


def test_the_table_and_the_tables_to_paste_are_printed(run) -> None:  # type: ignore[no-untyped-def]
    told = run(EXAMPLE)
    assert "3 wakes" in told and "at 3.3 V" in told and "[power.loads.sleep]" in told


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"rail": 0.0}, "--rail 0: expected a number of volts over 0"),
        ({"out": Path("loads.json")}, "--out loads.json: give a name that ends in .toml"),
        ({"plot": Path("picture")}, "--plot picture: unknown ending"),
    ],
)
def test_wrong_options_are_told(run, options: dict[str, object], complaint: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError) as caught:
        run(EXAMPLE, **options)
    assert complaint in str(caught.value)


def test_a_file_name_stays_in_its_comment() -> None:
    name = "log\n[power.mcu]\x1b\r.csv"
    profile = profile_of(made(cycles=3).log)
    assert tomllib.loads(profile_toml(profile, name)) == tomllib.loads(profile_toml(profile, "log.csv"))
