# SPDX-License-Identifier: Apache-2.0
"""Each quirk changes what it names, and nothing else."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.emulator import Draw, Hold, Household, Linky, Quirks
from xky.emulator.legal_time import SECOND_US
from xky.protocol import Group, InputError, Mode, Timestamp

from .invariants import said, stamps
from .strategies import instants

HISTORIC, STANDARD = Mode.HISTORIC, Mode.STANDARD
MAXIMA = {f"SMAXSN{n}" for n in ("", "1", "2", "3")}
YESTERDAY = {f"{label}-1" for label in MAXIMA} | {"SMAXIN-1"}
# quirk: mode, what it is set to, labels that it may touch
TOUCHED: dict[str, tuple[Mode, Any, set[str]]] = {
    "papp_not_rounded": (HISTORIC, True, {"PAPP"}),
    "smaxsn_rounded": (STANDARD, True, MAXIMA | YESTERDAY | {"SMAXIN"}),
    "smaxsn_1_days": (STANDARD, 6, YESTERDAY),
    "msg1_centred": (STANDARD, True, {"MSG1"}),
    "no_injection_curve": (STANDARD, True, {"CCAIN", "CCAIN-1"}),
    "ngtf": (STANDARD, "ZEN FLEX", {"NGTF"}),
    "pilot_labels": (STANDARD, True, {"SINSTS", "SMAXSN", "SMAXSN-1", "SINST1", "SMAXN", "SMAXN-1"}),
    "imax_a": (HISTORIC, (44, 12, 7), {"IMAX", "IMAX1", "IMAX2", "IMAX3"}),
    "no_hhphc": (HISTORIC, True, {"HHPHC"}),
    "current_lag_s": (STANDARD, 1, {"IRMS1", "IRMS2", "IRMS3"}),
}
WHOLE_FRAME = {"season_letter"}  # every horodate
OF_AN_OVERLOAD = {"no_adir", "no_short_frames"}  # seen in short frames
OF_AN_EXCHANGE = {"address_stays"}  # seen when a meter is exchanged, which a scenario does


def groups_of(quirks: Quirks, mode: Mode, phases: int, at_us: int, seed: int) -> dict[str, Group]:
    producer = mode is STANDARD
    meter = Linky(mode=mode, phases=phases, producer=producer, at=at_us, seed=seed, quirks=quirks, pref_kva=36,
                  load=Household(seed, phases, producer=producer))  # fmt: skip
    meter.wait(1.5 * 86_400)
    return {group.label: group for group in meter.groups()}


def test_each_habit_has_its_test_here() -> None:
    assert {field.name for field in fields(Quirks)} == {*TOUCHED, *WHOLE_FRAME, *OF_AN_OVERLOAD, *OF_AN_EXCHANGE}


@pytest.mark.by_day(2)
@settings(max_examples=8)
@given(instants(), st.integers(0, 99), st.sampled_from([1, 3]))
@pytest.mark.parametrize("name", TOUCHED)
def test_a_habit_touches_the_labels_that_it_names_and_no_other(name: str, at_us: int, seed: int, phases: int) -> None:
    mode, value, named = TOUCHED[name]
    plain = groups_of(Quirks(), mode, phases, at_us, seed)
    other = groups_of(Quirks(**{name: value}), mode, phases, at_us, seed)
    changed = {label for label in plain.keys() | other.keys() if plain.get(label) != other.get(label)}
    assert changed <= named
    order = [label for label in plain if label not in named]
    assert order == [label for label in other if label not in named]


def test_papp_to_one_volt_ampere() -> None:
    quirk = Quirks(papp_not_rounded=True)
    assert said(Linky(mode=HISTORIC, load=Hold(Draw.of(1234)), quirks=quirk))["PAPP"] == "01234"
    assert said(Linky(mode=HISTORIC, load=Hold(Draw.of(1234))))["PAPP"] == "01230"


def test_maxima_rounded_to_ten_volt_amperes() -> None:
    meter = Linky(phases=3, producer=True, load=Hold(Draw.of(1233, 1236, 1230)), quirks=Quirks(smaxsn_rounded=True))
    shown = said(meter)
    labels = sorted((MAXIMA | YESTERDAY | {"SMAXIN"}) & shown.keys())
    assert len(labels) == 10
    assert all(int(shown[label]) % 10 == 0 for label in labels)
    assert (shown["SMAXSN"], shown["SMAXSN1"], shown["SMAXSN2"]) == ("03700", "01230", "01240")
    assert shown["SINSTS"] == "03699"


def test_smaxsn_1_is_the_maximum_of_six_days_ago() -> None:
    meter = Linky(at="2026-01-15T12:00", quirks=Quirks(smaxsn_1_days=6), producer=True)
    expected = []
    for day in range(8):
        meter.load.hold(1000 + 100 * day)
        meter.wait(3600)
        expected.append((said(meter)["SMAXSN"], stamps(meter)["SMAXSN"]))
        meter.load.hold(0)
        meter.wait(23 * 3600)
    assert (said(meter)["SMAXSN-1"], stamps(meter)["SMAXSN-1"]) == expected[-6]
    at = Timestamp.parse(stamps(meter)["SMAXIN-1"]).local.date()
    assert (Timestamp.parse(stamps(meter)["DATE"]).local.date() - at).days == 6


def test_a_new_meter_has_a_past_of_six_days() -> None:
    meter = Linky(at="2026-01-15T12:00", quirks=Quirks(smaxsn_1_days=6))
    assert stamps(meter)["SMAXSN-1"][:7] == "H260109"


def test_the_standing_message_is_centred_on_request() -> None:
    assert said(Linky())["MSG1"] == "PAS DE          MESSAGE         "
    assert said(Linky(quirks=Quirks(msg1_centred=True)))["MSG1"] == "     PAS DE          MESSAGE    "


def test_a_producer_without_an_injection_curve_sends_neither_point() -> None:
    shown = said(Linky(producer=True, quirks=Quirks(no_injection_curve=True)))
    assert not {"CCAIN", "CCAIN-1"} & shown.keys()
    assert {"CCASN", "CCASN-1"} <= shown.keys()


def test_pilot_labels_stand_in_the_place_of_the_others() -> None:
    plain = [group.label for group in Linky().groups()]
    pilot = [group.label for group in Linky(quirks=Quirks(pilot_labels=True)).groups()]
    names = {"SINSTS": "SINST1", "SMAXSN": "SMAXN", "SMAXSN-1": "SMAXN-1"}
    assert pilot == [names.get(label, label) for label in plain]


def test_pilot_labels_move_while_a_maximum_rises() -> None:
    meter, plain = Linky(quirks=Quirks(pilot_labels=True)), Linky()
    for each in (meter, plain):
        each.load.hold(3000)
        each.groups()
    seen = set()
    for _ in range(30):
        for each in (meter, plain):
            each.wait(1)
        assert (said(meter)["SMAXN"], stamps(meter)["SMAXN"]) == (said(plain)["SMAXSN"], stamps(plain)["SMAXSN"])
        seen.add(said(meter)["SMAXN"])
    assert len(seen) == 30


def test_imax_of_an_older_meter_is_a_real_maximum() -> None:
    assert said(Linky(mode=HISTORIC))["IMAX"] == "090"
    assert said(Linky(mode=HISTORIC, quirks=Quirks(imax_a=(44,))))["IMAX"] == "044"
    three = said(Linky(mode=HISTORIC, phases=3, quirks=Quirks(imax_a=(9, 0, 7))))
    assert [three[f"IMAX{n}"] for n in (1, 2, 3)] == ["009", "000", "007"]


@pytest.mark.parametrize("phases", [1, 3])
def test_no_hhphc(phases: int) -> None:
    assert "HHPHC" in said(Linky(mode=HISTORIC, phases=phases))
    assert "HHPHC" not in said(Linky(mode=HISTORIC, phases=phases, quirks=Quirks(no_hhphc=True)))


@pytest.mark.parametrize("at", ["2026-01-15T12:00", "2026-07-14T12:00"])
@pytest.mark.parametrize("letter", ["H", "E"])
def test_a_stuck_season_letter_stands_in_every_horodate_of_the_clock(letter: str, at: str) -> None:
    meter, plain = Linky(at=at, contract="tempo", quirks=Quirks(season_letter=letter)), Linky(at=at, contract="tempo")
    for each in (meter, plain):
        each.clock_degraded = False
    assert {stamp[0] for stamp in stamps(meter).values()} - {" "} == {letter}
    assert {k: stamp[1:] for k, stamp in stamps(meter).items()} == {k: v[1:] for k, v in stamps(plain).items()}
    assert said(meter) == said(plain)
    meter.clock_degraded = True
    assert {stamp[0] for stamp in stamps(meter).values()} - {" "} == {letter.lower()}


@pytest.mark.parametrize("phases", [1, 3])
@pytest.mark.parametrize("mode", Mode)
def test_lagging_currents_are_those_of_a_second_ago(mode: Mode, phases: int) -> None:
    meter = Linky(mode=mode, phases=phases, quirks=Quirks(current_lag_s=1), load=Hold(Draw.of(*(230,) * phases)))
    labels = [label for label in said(meter) if label.startswith(("IRMS", "IINST"))]
    power = "PAPP" if mode is HISTORIC else "SINSTS"
    meter.load.hold(2300 * phases)
    assert [said(meter)[label] for label in labels] == ["001"] * phases
    assert int(said(meter)[power]) == 2300 * phases
    meter.wait(0.999)
    assert [said(meter)[label] for label in labels] == ["001"] * phases
    meter.wait(0.001)
    assert [said(meter)[label] for label in labels] == ["010"] * phases
    meter.wait(100)
    assert [said(meter)[label] for label in labels] == ["010"] * phases


def test_a_lag_is_not_restarted_by_what_leaves_the_current_as_it_is() -> None:
    meter = Linky(quirks=Quirks(current_lag_s=1))
    meter.load.hold(2300)
    meter.wait(0.5)
    meter.msg1 = "HELLO"
    meter.pref_kva = 9
    meter.wait(0.5)
    assert said(meter)["IRMS1"] == "010"


def test_habits_may_be_set_while_the_meter_runs() -> None:
    meter = Linky(load=Hold(Draw.of(1234)))
    meter.wait(60)
    before = said(meter)
    meter.quirks = Quirks(smaxsn_rounded=True, ngtf="ZEN FLEX")
    after = said(meter)
    assert {label for label in before if before[label] != after[label]} == {"SMAXSN", "SMAXSN-1", "NGTF"}
    meter.quirks = Quirks()
    assert said(meter) == before
    assert meter.now_us - meter.true_us == 0 * SECOND_US


def overloaded(quirks: Quirks) -> list[set[str]]:
    """Labels of the frames of a three-phase meter whose second phase is over its setting."""
    meter = Linky(mode=HISTORIC, phases=3, quirks=quirks)
    meter.load.hold(500, 6000, 500)
    assert meter.phases_over == {2}
    return [{group.label for group in meter.groups(short=meter.next_is_short())} for _ in range(22)]


def test_an_overload_of_three_phases_without_adir_has_its_short_frames_or_none() -> None:
    """hekmon/linkytic#2: the display told of an overload, and no ADIRx was on the line."""
    short = {"ADCO", "IINST1", "IINST2", "IINST3"}
    assert overloaded(Quirks())[0] == {*short, "ADIR2"}
    without = overloaded(Quirks(no_adir=True))
    assert without[:20] == [short] * 20
    assert "PAPP" in without[20]
    assert all("PAPP" in labels and "ADIR2" not in labels for labels in overloaded(Quirks(no_short_frames=True)))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"smaxsn_1_days": 0}, "smaxsn_1_days = 0: write 1 to 6"),
        ({"smaxsn_1_days": 7}, "smaxsn_1_days = 7: write 1 to 6"),
        ({"imax_a": (1, 2)}, r"imax_a = \[1, 2\]: write one current, or three"),
        ({"imax_a": (1000,)}, "of 0 to 999 A"),
        ({"season_letter": "X"}, "season_letter = 'X': write H or E"),
        ({"season_letter": "e"}, "season_letter = 'e': write H or E"),
        ({"ngtf": "SEVENTEEN LETTERS"}, "write up to 16 printable ASCII characters"),
        ({"ngtf": "ÉTÉ"}, "write up to 16 printable ASCII characters"),
        ({"ngtf": "A\tB"}, "write up to 16 printable ASCII characters"),
        ({"current_lag_s": 2}, "current_lag_s = 2: write 0 or 1"),
    ],
)
def test_a_habit_that_no_meter_has_is_refused_in_words(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        Quirks(**arguments)
