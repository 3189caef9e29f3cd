# SPDX-License-Identifier: Apache-2.0
"""Each cause is named rightly of the fault that makes it, or not at all; a good line is called good."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.emulator import Linky
from xky.emulator.fault_strategies import fault
from xky.emulator.faults import Fault, made_fault
from xky.emulator.faults.slow_opto import SlowOpto
from xky.emulator.meter_file.meter_file import meter_file, meter_names
from xky.hil.diagnosis import Diagnosis, Heard, diagnosed
from xky.hil.diagnosis.finding import NOT_KNOWN
from xky.protocol import InputError, Mode
from xky.protocol.capture import Run
from xky.protocol.mode import CHARACTER_BITS
from xky.protocol.uart import Uart

from .listened import heard_of

MODES = tuple(Mode)
LABEL = {Mode.HISTORIC: "PAPP", Mode.STANDARD: "SINSTS"}

# A fault that makes a cause plain enough to be named: its settings, and the cause.
PLAIN: list[tuple[str, dict[str, Any], str]] = [
    ("inverted_line", {}, "inverted"),
    ("slow_opto", {}, "slow_opto"),
    ("slow_opto", {"stretch_bits": -0.35}, "slow_opto"),
    ("slow_opto", {"stretch_bits": 0.48}, "slow_opto"),
    ("slow_opto", {"stretch_bits": 0.85}, "slow_opto"),
    ("slow_opto", {"stretch_bits": -0.85}, "slow_opto"),
    ("overrun", {}, "overrun"),
    ("overrun", {"length": 5}, "overrun"),
    ("bit_flips", {}, "turned_bits"),
    ("bit_flips", {"rate": 0.005}, "turned_bits"),
    ("jitter", {"rms_bits": 0.2}, "moving_edges"),
    ("other_parity", {"parity": "odd"}, "other_parity"),
    ("other_parity", {"parity": "mark"}, "other_parity"),
    ("other_parity", {"parity": "none"}, "no_parity"),
    ("stuck_line", {}, "falls_silent"),
    ("stuck_line", {"carrier": True}, "held_level"),
    ("pause", {"label": "LABEL", "for_s": 1.0}, "falls_silent"),
    ("noise", {}, "extra_characters"),
    ("baud_error", {"percent": -3}, "other_rate"),
    ("baud_error", {"percent": 12}, "other_rate"),
    ("cut", {"label": "LABEL"}, "cut_frames"),
    ("missing_group", {"label": "LABEL"}, "missing_groups"),
    ("wrong_checksum", {"label": "LABEL"}, "one_group"),
    ("parity_error", {"label": "LABEL"}, "one_group"),
    ("lost_character", {"label": "LABEL"}, "one_group"),
    ("other_checksum_rule", {"label": "LABEL"}, "other_checksum_rule"),
]  # fmt: skip

# What may be named of a fault whatever its settings; ``not known`` always may. ``good`` where it may change nothing, or
# nothing that anybody can see: a value that checksum and table admit, a silence, a clock within its tolerance.
BY_ONE_GROUP = (
    "altered_digit", "altered_label", "bit_burst", "chosen_checksum", "control_character", "damaged_start",
    "doubled_character", "empty_checksum", "empty_value", "endless_frame", "framing_error", "inserted_character",
    "legal_value", "letter_in_number", "lost_character", "lost_spaces", "missing_end_of_group", "missing_field",
    "odd_horodate", "overlong_label", "overlong_value", "parity_error", "repeated_group", "swapped_digits",
    "swapped_groups", "two_bits", "unknown_label", "wrong_checksum", "wrong_separator", "wrong_size",
)  # fmt: skip
ALLOWED: dict[str, set[str]] = {name: {"one_group", "good"} for name in BY_ONE_GROUP} | {
    # Ones that last long are silences to who listens, and zeros a level that is held
    "baud_change": {"other_rate", "falls_silent", "held_level", "good"},
    "baud_error": {"other_rate", "good"},
    "bit_flips": {"turned_bits", "good"},
    "character_gaps": {"falls_silent", "good"},
    "cut": {"cut_frames", "one_group"},
    "fitting_cut": {"cut_frames", "one_group"},
    "group_gaps": {"falls_silent", "good"},
    "inverted_line": {"inverted"},
    "jitter": {"moving_edges", "good"},
    "late_start": set(),
    "metrology_bursts": {"extra_characters", "falls_silent", "good"},
    "missing_end_of_frame": set(),
    "missing_group": {"missing_groups"},
    "missing_start_of_frame": set(),
    "missing_start_of_group": set(),
    "no_good_group": set(),
    "noise": {"extra_characters"},
    "other_checksum_rule": {"other_checksum_rule"},
    "other_parity": {"other_parity", "no_parity"},
    "overrun": {"overrun", "good"},
    "pause": {"falls_silent", "good"},
    "power_cut": {"cut_frames", "one_group", "falls_silent", "silent"},
    "slow_opto": {"slow_opto", "good"},
    "stuck_line": {"silent", "falls_silent", "held_level", "good"},
}
BEFALLEN = {
    Mode.HISTORIC: ("PAPP", "ADCO", "HCHC", "PTEC", "MOTDETAT"),
    Mode.STANDARD: ("SINSTS", "ADSC", "DATE", "EASF01", "STGE", "PJOURF+1"),
}
FIRST = ("ADCO", "ADSC")  # groups of a frame


def made(name: str, values: dict[str, Any], mode: Mode) -> Fault:
    return made_fault(name, **{key: LABEL[mode] if value == "LABEL" else value for key, value in values.items()})


def diagnosis_of(fault: Fault, mode: Mode, *, seed: int = 0, for_s: float = 90.0) -> Diagnosis:
    meter = Linky(mode=mode, contract="hc")
    meter.load.hold(900 + 40 * seed)
    return diagnosed(heard_of(meter, [fault], seed=seed, for_s=for_s))


@pytest.mark.by_day(1)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("name", "values", "cause"), PLAIN, ids=str)
def test_each_cause_is_named_of_the_fault_that_makes_it(
    name: str, values: dict[str, Any], cause: str, mode: Mode
) -> None:
    diagnosis = diagnosis_of(made(name, values, mode), mode)
    assert diagnosis.cause == cause, diagnosis.sentence


@pytest.mark.nightly
@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=60)
@given(name=st.sampled_from(sorted(ALLOWED)), data=st.data(), seed=st.integers(0, 10_000))
def test_whatever_a_fault_is_like_no_other_cause_is_named(
    mode: Mode, name: str, data: st.DataObject, seed: int
) -> None:
    check_no_other_cause(name, mode, data, seed)


@pytest.mark.nightly
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ALLOWED)
@settings(max_examples=200)
@given(data=st.data(), seed=st.integers(0, 10_000))
def test_of_very_many_faults_no_other_cause_is_named(name: str, mode: Mode, data: st.DataObject, seed: int) -> None:
    check_no_other_cause(name, mode, data, seed)


def check_no_other_cause(name: str, mode: Mode, data: st.DataObject, seed: int) -> None:
    # From the first group on it is the rate of the whole line, and before it there is nothing that could fit
    labels = [label for label in BEFALLEN[mode] if label not in FIRST or name not in ("baud_change", "fitting_cut")]
    drawn = data.draw(fault(name, labels))
    diagnosis = diagnosis_of(drawn, mode, seed=seed, for_s=40.0)
    named = {finding.cause for finding in diagnosis.findings} or {"good"}
    allowed = ALLOWED[name] | {NOT_KNOWN}
    if isinstance(drawn, SlowOpto):
        if abs(drawn.stretch_bits) < 2 * drawn.spread_bits:  # then edges move both ways
            allowed |= {"moving_edges"}
        if diagnosis.cause == "slow_opto":
            assert f"each {0 if drawn.stretch_bits > 0 else 1} lasts too long" in diagnosis.sentence
    assert named <= allowed, (drawn, diagnosis.sentence)


@pytest.mark.by_day(8)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("meter", meter_names())
def test_a_good_line_is_called_good(meter: str, mode: Mode) -> None:
    try:
        linky = meter_file(meter).changed(mode=mode).build()
    except InputError:
        pytest.skip("historic mode knows no producers")
    diagnosis = diagnosed(heard_of(linky, for_s=300.0, seed=3))
    assert diagnosis.cause == "good", diagnosis.sentence
    assert diagnosis.line.mode is mode
    assert diagnosis.line.missing == []


@pytest.mark.nightly
@pytest.mark.parametrize("mode", MODES)
def test_a_line_that_is_good_for_hours_is_called_good(mode: Mode) -> None:
    diagnosis = diagnosed(heard_of(Linky(mode=mode, contract="tempo", at="2026-01-15T05:00"), for_s=3 * 3600.0))
    assert diagnosis.cause == "good", diagnosis.sentence


@pytest.mark.parametrize("mode", MODES)
def test_the_rate_that_is_measured_holds_that_of_the_meter(mode: Mode) -> None:
    for percent in (0.0, 0.9, -0.9):
        rate = diagnosis_of(made_fault("baud_error", percent=percent), mode).line.rate
        assert rate is not None
        assert rate.low_baud <= mode.baud / (1 + percent / 100) <= rate.high_baud
        assert rate.high_baud < 1.04 * rate.low_baud


@pytest.mark.nightly
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("contract", ["base", "hc", "tempo"])
def test_a_line_read_at_the_other_rate_is_named(mode: Mode, contract: str) -> None:
    other = next(each for each in Mode if each is not mode)
    diagnosis = diagnosed(heard_of(Linky(mode=mode, contract=contract), uart=Uart(other.baud, 8, "N")))
    assert diagnosis.cause == "wrong_rate", diagnosis.sentence


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(4))
def test_bytes_by_chance_are_not_known(seed: int) -> None:
    heard = Heard("it", "serial", 9600, (Run(4.0, Random(seed).randbytes(4000)),), is_timed=True, lasted_s=4.0)
    assert diagnosed(heard).cause == NOT_KNOWN


@pytest.mark.parametrize("keeps_parity", [False, True])
def test_a_converter_on_a_port_that_has_no_rate_is_named_and_the_meter_is_not_blamed(*, keeps_parity: bool) -> None:
    meter, runs, at_s, left = Linky(mode=Mode.HISTORIC), list[Run](), 0.0, b""
    rate = Mode.STANDARD.baud / CHARACTER_BITS
    while at_s < 20.0:  # reads that a machine is late for, now and then
        left += meter.frame_bytes()
        while len(left) >= 10:
            at_s += 10 / rate
            data = bytes(code | code.bit_count() % 2 << 7 if keeps_parity else code for code in left[:10])
            runs.append(Run(at_s + (0.0008 if len(runs) % 3 == 0 else 0.0), data))
            left = left[10:]
    diagnosis = diagnosed(Heard("it", "pty", None, tuple(runs), is_timed=True, lasted_s=at_s))
    assert diagnosis.cause == "converter", diagnosis.sentence
    assert "historic TIC at 9600 baud" in diagnosis.sentence


def test_a_line_without_a_byte_is_silent() -> None:
    diagnosis = diagnosed(Heard("it", "serial", 9600, (), is_timed=True, lasted_s=60.0))
    assert diagnosis.cause == "silent"
    assert "not one character came in 60 s" in diagnosis.sentence


@pytest.mark.parametrize("mode", MODES)
def test_damage_is_counted_by_bit_and_by_place(mode: Mode) -> None:
    damage = diagnosis_of(made_fault("parity_error", label=LABEL[mode]), mode).line.damage
    assert set(damage.by_place) == {"value"}
    assert damage.by_bit[:7] == [0] * 7
    assert damage.by_bit[7] == len(damage.turned) == damage.spoilt > 20


def test_a_pseudo_terminal_has_no_parity_to_complain_of() -> None:
    heard = heard_of(Linky(), uart=Uart(9600), kind="pty")
    assert diagnosed(heard).cause == "good"


def as_of_a_pty(heard: Heard) -> Heard:
    """The same with the parity taken off, and no rate."""
    runs = tuple(Run(run.end_s, bytes(code & 0x7F for code in run.data)) for run in heard.runs)
    return replace(heard, kind="pty", baud=None, runs=runs)


@pytest.mark.nightly
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("name", "values", "cause"),
    [
        ("inverted_line", {}, "inverted"),
        ("baud_error", {"percent": 12}, "other_rate"),
        ("baud_error", {"percent": -7}, "other_rate"),
    ],
)
def test_a_wrong_setting_is_named_of_seven_bits_too(name: str, values: dict[str, Any], cause: str, mode: Mode) -> None:
    heard = heard_of(Linky(mode=mode, contract="hc"), [made(name, values, mode)])
    assert diagnosed(as_of_a_pty(heard)).cause == cause


@pytest.mark.nightly
def test_the_other_mode_is_named_of_seven_bits_too() -> None:
    heard = heard_of(Linky(mode=Mode.STANDARD), uart=Uart(1200, 8, "N"))
    assert diagnosed(as_of_a_pty(heard)).cause == "wrong_rate"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("parity", ["odd", "mark"])
def test_a_pseudo_terminal_that_keeps_the_parity_shows_a_wrong_one(parity: str, mode: Mode) -> None:
    heard = heard_of(Linky(mode=mode), [made_fault("other_parity", parity=parity)], kind="pty")
    assert diagnosed(heard).cause == "other_parity"


@pytest.mark.parametrize("mode", MODES)
def test_a_pseudo_terminal_that_keeps_a_right_parity_is_good(mode: Mode) -> None:
    assert diagnosed(heard_of(Linky(mode=mode), kind="pty")).cause == "good"
