# SPDX-License-Identifier: Apache-2.0
"""Mobile peaks on the line: EJP, and the white and red days of TEMPO."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.emulator import Draw, Hold, Linky, Peak
from xky.emulator.contracts import Contract, ejp, tempo
from xky.emulator.legal_time import SECOND_US, parse_at
from xky.protocol import Mode
from xky.protocol.calendar import DayProfile
from xky.protocol.status import Colour, Status

from .invariants import captured_length, check_invariants, legal, said, stamps, view

HISTORIC, STANDARD = Mode.HISTORIC, Mode.STANDARD
TUESDAY = date(2026, 1, 13)
EJP = ejp.contract(seed=None, days={TUESDAY: True})
BLUE, WHITE, RED = Colour.BLUE, Colour.WHITE, Colour.RED


def colours(*run: Colour) -> Contract:
    """These colours from the Tuesday on, and blue around."""
    return tempo.contract(colours={TUESDAY + timedelta(days=n): c for n, c in enumerate(run)}, others_blue=True)


def standard(contract: Contract, at: str) -> dict[str, str]:
    return said(Linky(contract=contract, at=at))


def status(contract: Contract, at: str) -> Status:
    return Status.parse(standard(contract, at)["STGE"])


def switches(contract: Contract, start: str, end: str, what: Callable[[Linky], object]) -> list[tuple[str, object]]:
    """Each instant at which something changes, visited boundary by boundary."""
    meter, end_us = Linky(contract=contract, at=start), parse_at(end)
    before, seen = what(meter), []
    while meter.next_change_us < end_us:
        meter.skip((meter.next_change_us - meter.true_us) / 1e6)
        if what(meter) != before:
            before = what(meter)
            seen.append((legal(meter.now_us).strftime("%d %H:%M:%S"), before))
    return seen


# EJP


@pytest.mark.parametrize(
    ("at", "ptec", "pejp"),
    [
        ("2026-01-13T06:29:59", "HN..", False),
        ("2026-01-13T06:30:00", "HN..", True),
        ("2026-01-13T06:59:59", "HN..", True),
        ("2026-01-13T07:00:00", "PM..", True),
        ("2026-01-14T00:59:59", "PM..", True),
        ("2026-01-14T01:00:00", "HN..", False),
        ("2026-01-14T07:00:00", "HN..", False),
    ],
)
def test_pejp_is_30_during_the_half_hour_of_notice_and_the_eighteen_hours_of_the_peak(
    at: str, ptec: str, pejp: bool
) -> None:
    meter = Linky(mode=HISTORIC, contract=EJP, at=at)
    frame = said(meter)
    assert (frame["OPTARIF"], frame["PTEC"], frame.get("PEJP")) == ("EJP.", ptec, "30" if pejp else None)
    assert {"EJPHN", "EJPHPM"} <= frame.keys()
    assert captured_length(meter) == 173 + (11 if pejp else 0)


def test_ejp_counts_normal_hours_and_the_peak_apart() -> None:
    meter = Linky(mode=HISTORIC, contract=EJP, at="2026-01-13T00:00", load=Hold(Draw.of(1000)))
    before = said(meter)
    meter.wait(2 * 86_400)
    after = said(meter)
    moved = [int(after[label]) - int(before[label]) for label in ("EJPHN", "EJPHPM")]
    assert moved == [30_000, 18_000]


def test_stge_gives_notice_of_an_ejp_peak_and_says_that_it_runs() -> None:
    seen = switches(EJP, "2026-01-12T12:00", "2026-01-15T12:00",
                    lambda m: (m.tariff.notice, m.tariff.running, int(said(m)["NTARF"])))  # fmt: skip
    assert seen == [("13 06:30:00", (1, 0, 1)), ("13 07:00:00", (0, 1, 2)), ("14 01:00:00", (0, 0, 1))]
    running = status(EJP, "2026-01-13T12:00")
    assert (running.peak_notice, running.peak_running, running.colour_today) == (0, 1, Colour.NONE)


def test_an_ejp_peak_is_known_from_the_afternoon_before_and_ppointe_ends_as_it_begins() -> None:
    def shown(meter: Linky) -> tuple[bool, bool]:
        frame = said(meter)
        return "DPM1" in frame, "PPOINTE" in frame

    seen = switches(EJP, "2026-01-12T12:00", "2026-01-15T12:00", shown)
    assert seen == [
        ("12 17:00:00", (True, True)), ("13 07:00:00", (True, False)), ("14 01:00:00", (False, False))
    ]  # fmt: skip
    known = stamps(Linky(contract=EJP, at="2026-01-12T20:00"))
    assert (known["DPM1"], known["FPM1"]) == (" 260113070000", " 260114010000")
    ppointe = standard(EJP, "2026-01-12T20:00")["PPOINTE"]
    assert [block.supplier_index for block in DayProfile.parse(ppointe).blocks] == [2]


def test_the_water_heater_is_off_during_an_ejp_peak() -> None:
    assert int(standard(EJP, "2026-01-13T06:59")["RELAIS"]) & 1 == 1
    assert int(standard(EJP, "2026-01-13T07:00")["RELAIS"]) & 1 == 0


# TEMPO


def test_a_red_day_is_mobile_peak_2_from_six_to_six() -> None:
    def shown(meter: Linky) -> tuple[object, ...]:
        frame = said(meter)
        word = Status.parse(frame["STGE"])
        return ("DPM2" in frame, "PPOINTE" in frame, word.colour_today.name, word.colour_tomorrow.name,
                word.peak_notice, word.peak_running, int(frame["NTARF"]))  # fmt: skip

    assert switches(colours(RED), "2026-01-12T12:00", "2026-01-14T19:00", shown) == [
        ("12 16:00:00", (True, True, "BLUE", "NONE", 0, 0, 2)),
        ("12 20:00:00", (True, True, "BLUE", "RED", 2, 0, 2)),
        ("12 22:00:00", (True, True, "BLUE", "RED", 2, 0, 1)),
        ("13 06:00:00", (True, False, "RED", "NONE", 0, 2, 6)),
        ("13 20:00:00", (True, False, "RED", "BLUE", 0, 2, 6)),
        ("13 22:00:00", (True, False, "RED", "BLUE", 0, 2, 5)),
        ("14 06:00:00", (False, False, "BLUE", "NONE", 0, 0, 2)),
    ]


def test_a_white_day_is_mobile_peak_1_with_indexes_3_and_4() -> None:
    frame = standard(colours(WHITE), "2026-01-13T12:00")
    assert frame["NTARF"] == "04"
    assert Status.parse(frame["STGE"]).peak_running == 1
    assert standard(colours(WHITE), "2026-01-13T23:00")["NTARF"] == "03"
    assert "DPM1" in frame
    profile = DayProfile.parse(standard(colours(WHITE), "2026-01-12T18:00")["PPOINTE"])
    assert [(block.start.hour, block.supplier_index) for block in profile.blocks] == [(0, 3), (6, 4), (22, 3)]


def test_a_blue_day_is_no_peak() -> None:
    frame = standard(colours(BLUE), "2026-01-13T12:00")
    assert not any(label.startswith(("DPM", "FPM", "PPOINTE")) for label in frame)
    assert captured_length(Linky(contract=colours(BLUE), at="2026-01-13T12:00")) == 865


def test_the_frame_with_one_peak_ahead_has_the_length_of_the_capture() -> None:
    assert captured_length(Linky(contract=colours(RED), at="2026-01-12T18:00")) == 1025


def test_notice_is_given_to_a_red_day_that_follows_a_white_one_while_that_runs() -> None:
    run = colours(WHITE, RED)
    evening = status(run, "2026-01-13T21:00")
    assert (evening.peak_running, evening.peak_notice) == (1, 2)
    assert (evening.colour_today, evening.colour_tomorrow) == (WHITE, RED)
    known = stamps(Linky(contract=run, at="2026-01-13T21:00"))
    assert (known["FPM1"], known["DPM2"]) == (" 260114060000", " 260114060000")
    assert "PPOINTE" in standard(run, "2026-01-13T21:00")
    assert "PPOINTE" not in standard(run, "2026-01-13T15:59:59")


def test_two_red_days_in_a_row_are_one_longer_peak_with_notice_of_the_second() -> None:
    run = colours(RED, RED)
    assert stamps(Linky(contract=run, at="2026-01-13T15:59:59"))["FPM2"] == " 260114060000"
    later = stamps(Linky(contract=run, at="2026-01-13T16:00"))
    assert (later["DPM2"], later["FPM2"]) == (" 260113060000", " 260115060000")
    seen = switches(run, "2026-01-13T12:00", "2026-01-15T12:00",
                    lambda m: (m.tariff.notice, m.tariff.running))  # fmt: skip
    assert seen == [("13 20:00:00", (2, 2)), ("14 06:00:00", (0, 2)), ("15 06:00:00", (0, 0))]


def test_a_run_of_five_red_days_never_stops_running_and_its_start_stands() -> None:
    run = colours(*[RED] * 5)
    for day in range(5):
        at = f"2026-01-{13 + day}T12:00"
        assert status(run, at).peak_running == 2
        assert stamps(Linky(contract=run, at=at))["DPM2"] == " 260113060000"


@pytest.mark.parametrize("colour", [BLUE, WHITE, RED])
def test_the_contact_is_closed_in_the_off_peak_hours_of_every_colour(colour: Colour) -> None:
    run = colours(*[colour] * 3)
    for at, closed in (("2026-01-14T05:59:59", 1), ("2026-01-14T06:00", 0), ("2026-01-14T22:00", 1)):
        frame = standard(run, at)
        assert int(frame["RELAIS"]) & 1 == closed
        assert int(frame["STGE"], 16) & 1 == 1 - closed


def test_six_indexes_share_a_week_of_all_colours() -> None:
    meter = Linky(contract=colours(BLUE, WHITE, RED), at="2026-01-13T06:00", load=Hold(Draw.of(1000)))
    before = said(meter)
    meter.wait(3 * 86_400)
    after = said(meter)
    moved = [int(after[f"EASF{n:02}"]) - int(before[f"EASF{n:02}"]) for n in range(1, 11)]
    assert moved == [8000, 16_000, 8000, 16_000, 8000, 16_000, 0, 0, 0, 0]


@pytest.mark.nightly
@settings(max_examples=30)
@given(st.integers(0, 99), st.lists(st.sampled_from([BLUE, WHITE, RED]), min_size=8, max_size=8), st.data())
def test_colour_names_indexes_and_peaks_tell_one_story(seed: int, run: list[Colour], data: st.DataObject) -> None:
    start = data.draw(st.sampled_from([date(2026, 1, 12), date(2026, 3, 26), date(2026, 10, 22)]))
    days = {start + timedelta(days=n): colour for n, colour in enumerate(run)}
    meter = Linky(contract=tempo.contract(seed, days), at=f"{start}T06:00")
    for _ in range(5):
        meter.wait(data.draw(st.integers(1, 30 * 3600)))
        check_invariants(meter)
        local = legal(meter.now_us)
        day = (local - timedelta(hours=6)).date() if local.hour < 6 else local.date()
        if day not in days:
            break
        frame = said(meter)
        word = Status.parse(frame["STGE"])
        high = 6 <= local.hour < 22
        assert word.colour_today is days[day]
        assert int(frame["NTARF"]) == 2 * (days[day] - 1) + (2 if high else 1)
        assert word.peak_running == {BLUE: 0, WHITE: 1, RED: 2}[days[day]]
        historic = said(view(meter, HISTORIC))
        assert historic["PTEC"] == ("HP" if high else "HC") + "J" + {BLUE: "B", WHITE: "W", RED: "R"}[days[day]]


# Peaks that a person sets


def test_peaks_set_on_any_contract_are_told_and_run_but_change_no_tariff() -> None:
    meter = Linky(contract="hc", at="2026-01-15T12:00")
    start_us = meter.now_us + 3600 * SECOND_US
    meter.peaks = {3: Peak(start_us, start_us + 3600 * SECOND_US, start_us - 600 * SECOND_US)}
    words = []
    for wait_s in (0, 2999, 1, 599, 1, 3599, 1):
        meter.wait(wait_s)
        word = Status.parse(said(meter)["STGE"])
        words.append((word.peak_notice, word.peak_running))
        check_invariants(meter)
    assert words == [(0, 0), (0, 0), (3, 0), (3, 0), (0, 3), (0, 3), (0, 0)]
    meter.peaks = None
    assert not {"DPM3", "FPM3"} & said(meter).keys()


def test_no_peaks_at_all_may_be_set_on_a_tempo_meter() -> None:
    meter = Linky(contract=colours(RED), at="2026-01-13T12:00")
    meter.peaks = {}
    frame = said(meter)
    assert "DPM2" not in frame
    assert Status.parse(frame["STGE"]).peak_running == 0
