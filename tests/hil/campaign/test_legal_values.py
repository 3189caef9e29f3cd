# SPDX-License-Identifier: Apache-2.0
"""What a plan says that is right and that no meter of the suite says by itself: the label table drives it."""

from functools import cache
from itertools import combinations

import pytest

from xky.boards import board_named
from xky.emulator import Expect, Truth
from xky.hil.bench.devices import open_device
from xky.hil.campaign.performance import play
from xky.hil.campaign.plan import Plan
from xky.hil.conformance import stimuli
from xky.hil.conformance.stimuli.legal_values import values_of
from xky.protocol import LABELS, Mode

MODES = pytest.mark.parametrize("mode", list(Mode), ids=str)
STEPS = (
    stimuli.CHANGE, stimuli.SPACE_CHECKSUM, stimuli.UNKNOWN_LABEL, stimuli.SLOWEST_LINE, stimuli.FASTEST_LINE,
    stimuli.DEGRADED_CLOCK, stimuli.LONGEST_FRAME, stimuli.THREE_PHASES, stimuli.HIGHEST_INDEX, stimuli.LOWEST_INDEX,
    stimuli.EVERY_OPTION, stimuli.OVERLOAD, stimuli.SHORT_FRAMES, stimuli.SUMMER_NIGHT, stimuli.COLOUR,
    stimuli.PEAK_NOTICE, stimuli.PEAK,
)  # fmt: skip


@cache
def truth(mode: Mode) -> Truth:
    """What a device is sent in the steps that say such things."""
    return play(Plan(STEPS, mode), open_device("sim:generic"), board_named("generic")).truth


def said(mode: Mode, label: str) -> set[str]:
    """What must be reported of a label."""
    return {e.group.value for f in truth(mode) for e in f.groups if e.group.label == label and e.expect is Expect.MUST}


@MODES
def test_every_value_is_one_that_the_label_table_admits(mode: Mode) -> None:
    for label in LABELS[mode].values():
        assert [value for value in values_of(label) if label.admits(value)] == []


def test_every_printable_character_is_in_a_text() -> None:
    characters = {*map(chr, range(0x20, 0x7F))}
    assert set().union(*said(Mode.STANDARD, "MSG1")) == characters
    assert set().union(*said(Mode.STANDARD, "NGTF"), *said(Mode.STANDARD, "LTARF")) >= characters - {*"{|}~"}


def test_every_program_of_a_tempo_option_is_said() -> None:
    assert said(Mode.HISTORIC, "OPTARIF") >= {f"BBR{chr(code)}" for code in range(0x28, 0x40)}


def test_every_subscription_from_1_to_36_kva_is_said() -> None:
    assert said(Mode.STANDARD, "PREF") == {f"{kva:02}" for kva in range(1, 37)}


def test_every_tariff_period_of_every_historic_contract_is_said() -> None:
    assert said(Mode.HISTORIC, "PTEC") == {
        "TH..", "HC..", "HP..", "HN..", "PM..", "HCJB", "HCJW", "HCJR", "HPJB", "HPJW", "HPJR",
    }  # fmt: skip


@MODES
def test_registers_of_one_and_of_three_phases_are_said_at_their_limits(mode: Mode) -> None:
    labels = {
        Mode.HISTORIC: ("HCHC", "BBRHCJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR"),
        Mode.STANDARD: ("EAST", "EASF01", "EASF10", "EASD04", "EAIT", "ERQ1", "ERQ4"),
    }[mode]
    for label in labels:
        assert "9" * 9 in said(mode, label), label
    if mode is Mode.STANDARD:
        assert all("0" * 9 in said(mode, label) for label in labels)
        assert {"000", "090"} <= said(mode, "IRMS3")
        assert {"00000", "36000"} <= said(mode, "SINSTS2")


def pairs_never_told_apart(mode: Mode) -> set[frozenset[str]]:
    """Labels of the same size and kind that say the same in each frame that has both."""
    frames = [{e.group.label: e.group.value for e in f.groups if e.expect is Expect.MUST} for f in truth(mode)]
    labels = LABELS[mode]
    return {
        frozenset((one, other))
        for one, other in combinations(sorted({label for frame in frames for label in frame}), 2)
        if (labels[one].size, labels[one].kind) == (labels[other].size, labels[other].kind)
        and (together := [frame for frame in frames if one in frame and other in frame])
        and all(frame[one] == frame[other] for frame in together)
    }


def test_a_value_of_another_label_is_never_the_labels_own_in_each_frame() -> None:
    """But where meters say the same of both: a current and the notice that it is too high, "00" of mobile peaks."""
    currents = {frozenset((f"ADIR{phase}", f"IINST{phase}")) for phase in (1, 2, 3)}
    assert pairs_never_told_apart(Mode.HISTORIC) <= {
        *currents,
        frozenset(("ADPS", "IINST")),
        frozenset(("ISOUSC", "PEJP")),
    }
    of_peaks = {f"{event}PM{number}" for event in "DF" for number in (1, 2, 3)}
    assert all(pair <= of_peaks for pair in pairs_never_told_apart(Mode.STANDARD))
