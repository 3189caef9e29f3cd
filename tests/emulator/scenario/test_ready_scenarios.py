# SPDX-License-Identifier: Apache-2.0
"""The ready scenarios do what their titles say, at the second."""

from itertools import pairwise
from math import ceil, log
from pathlib import Path

import pytest

from xky.emulator import scenario_named, scenario_names
from xky.emulator.legal_time import SECOND_US, local_time, parse_at
from xky.protocol import LABELS, Mode, encode_frame
from xky.protocol.status import Breaker, Colour

from .played import Sent, check_clean, indexes, play, played

pytestmark = pytest.mark.xdist_group("scenarios")  # where each is played once
FOLDER = Path(__file__).parents[3] / "emulator" / "scenarios"
LONGEST_FRAME_US = 4 * SECOND_US  # historic, three-phase, with its gaps (tic.md 7.1)


# All of them


def test_each_file_of_the_folder_is_a_ready_scenario() -> None:
    assert set(scenario_names()) == {path.stem for path in FOLDER.glob("*.toml")}


@pytest.mark.by_day(2)
@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_is_clean_from_its_start_to_its_end(name: str) -> None:
    run = played(name)
    check_clean(run.sample(), cut=int(name == "overload-3p"))
    assert 0 <= run.sent[0].at_us - run.scenario.at_us < SECOND_US
    assert 0 <= run.scenario.end_us - run.sent[-1].at_us < LONGEST_FRAME_US
    assert [at_us for at_us, text in run.remarks if text != "supply is back"] == [
        event.at_us for event in run.scenario.event
    ]


@pytest.mark.parametrize("name", ["overload-3p", "meter-exchange", "mobile-peaks", "midnight"])
def test_the_same_seed_gives_the_same_bytes_another_one_others(name: str) -> None:
    first, again, other = (
        b"".join(sent.data for sent in play(scenario_named(name, seed=seed)).sent) for seed in (0, 0, 1)
    )
    assert first == again == b"".join(sent.data for sent in played(name).sent) != other


@pytest.mark.parametrize("name", ["overload", "outage", "meter-exchange", "midnight"])
def test_a_scenario_told_to_be_historic_is_clean_too(name: str) -> None:
    run = played(name, Mode.HISTORIC)
    check_clean(run.sent, cut=0)
    assert {sent.frame.mode for sent in run.sent} == {Mode.HISTORIC}


# Each of them


@pytest.mark.nightly
def test_a_red_day_begins_at_six_is_followed_by_a_told_colour_and_off_peak_hours() -> None:
    run = played("tempo-red-day")
    night, morning = run.around("2027-01-05T06:00")
    assert (night["NTARF"], night["LTARF"].strip(), night["RELAIS"]) == ("03", "HC  BLANC", "001")
    assert (night.status.colour_today, night.status.colour_tomorrow) == (Colour.WHITE, Colour.RED)
    assert (night.status.peak_running, night.status.peak_notice, night.status.dry_contact_open) == (1, 2, False)
    assert (night.stamp("DPM1"), night.stamp("FPM1")) == (" 270104060000", " 270105060000")
    assert (night.stamp("DPM2"), night.stamp("FPM2")) == (" 270105060000", " 270106060000")
    assert night["PPOINTE"].startswith("00004005 06004006 22004005 NONUTILE")

    assert (morning["NTARF"], morning["LTARF"].strip(), morning["RELAIS"]) == ("06", "HP  ROUGE", "000")
    assert (morning.status.colour_today, morning.status.colour_tomorrow) == (Colour.RED, Colour.NONE)
    assert (morning.status.peak_running, morning.status.peak_notice, morning.status.dry_contact_open) == (2, 0, True)
    assert "DPM1" not in morning
    assert "PPOINTE" not in morning
    assert morning.stamp("DPM2") == " 270105060000"

    before, told = run.around("2027-01-05T20:00")
    assert (before.status.colour_tomorrow, told.status.colour_tomorrow) == (Colour.NONE, Colour.BLUE)
    peak, off_peak = run.around("2027-01-05T22:00")
    assert (peak["NTARF"], peak["RELAIS"]) == ("06", "000")
    assert (off_peak["NTARF"], off_peak["LTARF"].strip(), off_peak["RELAIS"]) == ("05", "HC  ROUGE", "001")
    for quiet, loud in (run.around(f"2027-01-05T{at}") for at in ("06:00", "20:00", "22:00")):
        assert loud.at_us - quiet.at_us < 2 * SECOND_US


def test_an_overload_shows_opens_the_breaker_at_the_filters_second_and_is_over() -> None:
    run = played("overload")
    before, over = run.around("2027-01-05T18:01")
    assert (before.status.over_reference, over.status.over_reference) == (False, True)
    assert (over["SINSTS"], over["IRMS1"]) == ("07500", "033")
    assert over.status.breaker is Breaker.CLOSED

    # Y(n) = B·X² + (1-B)·Y(n-1) (54E §7): 800 VA for ever, 7500 VA for 180 s, then 12 000 VA up to 1.3 PCOUP
    keep = 1 - 0.008
    at_four = 7500**2 + (800**2 - 7500**2) * keep**180
    opens_s = ceil(log(((1.3 * 6000) ** 2 - 12_000**2) / (at_four - 12_000**2)) / log(keep))
    closed, opened = run.around(f"2027-01-05T18:04:{opens_s:02}")
    assert (closed.status.breaker, closed["SINSTS"]) == (Breaker.CLOSED, "12000")
    assert (opened.status.breaker, opened["SINSTS"], opened["IRMS1"]) == (Breaker.OVERPOWER, "00000", "000")
    assert not opened.status.over_reference

    still, again = run.around("2027-01-05T18:10")
    assert (still.status.breaker, still["SINSTS"]) == (Breaker.OVERPOWER, "00000")
    assert (again.status.breaker, again["SINSTS"]) == (Breaker.CLOSED, "00800")
    assert run.sent[-1]["SINSTS"] == "00800"


def test_an_overload_in_historic_mode_sends_adps_while_it_lasts() -> None:
    run = played("overload", Mode.HISTORIC)
    before, over = run.around("2027-01-05T18:01")
    assert "ADPS" not in before
    assert over["ADPS"] == over["IINST"] == "033"
    assert all(("ADPS" in sent) == (int(sent["IINST"]) > 30) for sent in run.sent)
    assert "ADPS" not in run.around("2027-01-05T18:05")[1]


def test_a_three_phase_overload_cuts_a_frame_and_goes_on_in_cycles_of_short_ones() -> None:
    run = played("overload-3p")
    [cut] = [sent for sent in run.sent if sent.cut]
    assert parse_at("2027-01-05T18:00:57") < cut.at_us < parse_at("2027-01-05T18:01")
    assert 0 < len(cut.frame.good) < 17  # after a group, in the midst of a long frame
    assert cut.data[-2:] == b"\r\x04"

    short = ["PAPP" not in sent for sent in run.sent]
    first = short.index(True, run.sent.index(cut) + 1)
    assert first == run.sent.index(cut) + 1
    last = len(short) - 1 - short[::-1].index(True)
    cycles = "".join("s" if one else "L" for one in short[first : last + 1]).split("L")
    assert set(map(len, cycles[:-1])) == {20}
    assert len(cycles[-1]) <= 20
    assert 0 <= parse_at("2027-01-05T18:05") - run.sent[last].at_us < LONGEST_FRAME_US  # a minute after it ended

    def over(start: str, end: str) -> set[tuple[str, ...]]:
        sent = run.between(f"2027-01-05T{start}", f"2027-01-05T{end}")
        return {
            tuple(label for label in one.frame.values if label.startswith("ADIR")) for one in sent if "PAPP" not in one
        }

    assert over("18:01", "18:02") == {("ADIR1",)}
    assert over("18:02", "18:04") == {("ADIR1", "ADIR3")}
    assert over("18:04", "18:05") == {()}
    assert {"".join(sent.frame.values)[:4] for sent in run.between("2027-01-05T18:01", "2027-01-05T18:04")} == {
        "ADIR", "ADCO"}  # ADIR first in a short frame, never in a long one  # fmt: skip


@pytest.mark.nightly
def test_a_day_of_june_draws_at_night_and_injects_at_noon() -> None:
    run = played("solar-day")
    nights = run.between("2027-06-15T00:30", "2027-06-15T00:35")
    noons = run.between("2027-06-15T12:45", "2027-06-15T12:55")
    assert all(int(sent["SINSTI"]) == 0 and not sent.status.injecting for sent in nights)
    assert all(int(sent["SINSTI"]) == 0 or (sent["SINSTS"] == "00000" and sent.status.injecting) for sent in noons)
    assert sum(sent.status.injecting for sent in noons) > len(noons) / 2
    first, last = run.sent[0], run.sent[-1]
    assert int(last["EAIT"]) - int(first["EAIT"]) > 5000  # Wh
    assert int(last["EAST"]) - int(first["EAST"]) > 1000
    assert int(noons[0]["EAIT"]) > int(nights[-1]["EAIT"]) == int(nights[0]["EAIT"])


@pytest.mark.parametrize(
    ("name", "last", "first", "frames"),
    [
        pytest.param("clock-change-autumn", "E271031025959", "H271031020000", 140 * 60, marks=pytest.mark.nightly),
        ("clock-change-spring", "H270328015959", "E270328030000", 20 * 60),
    ],
)
def test_the_clock_changes_from_one_second_to_the_next(name: str, last: str, first: str, frames: int) -> None:
    run = played(name)
    dates = [sent.stamp("DATE") for sent in run.sent]
    assert [pair for pair in pairwise(dates) if pair[0][0] != pair[1][0]] == [(last, first)]
    assert 0.9 * frames < len(dates) < 1.1 * frames
    energies = [int(sent["EAST"]) for sent in run.sent]
    assert energies == sorted(energies)


def test_midnight_moves_maxima_profiles_and_the_tariff() -> None:
    before, after = played("midnight").around("2027-01-09T00:00")
    assert (before.stamp("DATE")[:7], after.stamp("DATE")[:7]) == ("H270108", "H270109")
    assert (after["SMAXSN-1"], after.stamp("SMAXSN-1")) == (before["SMAXSN"], before.stamp("SMAXSN"))
    assert (before.stamp("SMAXSN"), after.stamp("SMAXSN")) == ("H270108235800", "H270109000000")
    assert int(after["SMAXSN"]) < int(before["SMAXSN"])
    assert (before["NJOURF"], before["NJOURF+1"], before["NTARF"]) == ("00", "01", "01")
    assert (after["NJOURF"], after["NJOURF+1"], after["NTARF"]) == ("01", "01", "03")
    assert after["LTARF"].strip() == "HEURE WEEK-END"
    assert {sent["PJOURF+1"][:8] for sent in (before, after)} == {"0000C003"}


def test_outages_are_silence_and_a_long_one_leaves_the_clock_degraded_until_it_is_set() -> None:
    run = played("outage")
    silences = [(one.at_us, two.at_us) for one, two in pairwise(run.sent) if two.at_us - one.at_us > 2 * SECOND_US]
    assert [(local_time(end).strftime("%H:%M"), round((end - start) / 60e6)) for start, end in silences] == [
        ("10:06", 1),
        ("11:00", 45),
    ]
    assert run.around("2027-02-10T10:06")[1].stamp("DATE") == "H270210100600"
    late = run.around("2027-02-10T11:00")[1]
    assert late.stamp("DATE") == "h270210102500"  # ten minutes of reserve after 10:15, then it stood still
    assert {sent.stamp("DATE")[0] for sent in run.between("2027-02-10T11:00", "2027-02-10T11:15")} == {"h"}
    assert all(sent.status.clock_degraded for sent in run.between("2027-02-10T11:00", "2027-02-10T11:15"))
    wrong, right = run.around("2027-02-10T11:15")
    assert wrong.stamp("DATE") == "h270210103959"
    assert right.stamp("DATE") == "H270210111500"
    assert not right.status.clock_degraded


def test_the_mode_changes_between_two_frames() -> None:
    run = played("mode-change")
    modes = [(sent.frame.mode, sent.at_us) for sent in run.sent]
    changes = [(at_us, mode) for (before, _), (mode, at_us) in pairwise(modes) if before is not mode]
    assert [mode for _, mode in changes] == [Mode.STANDARD, Mode.HISTORIC]
    for (at_us, _), event in zip(changes, run.scenario.event, strict=True):
        assert 0 <= at_us - event.at_us < 2 * SECOND_US  # when the frame under way is over
    assert modes[0][0] is Mode.HISTORIC


def test_an_exchanged_meter_is_another_one_at_the_same_place() -> None:
    run = played("meter-exchange")
    old, new = run.around("2027-04-06T14:10")
    assert parse_at("2027-04-06T14:04:59") < old.at_us < parse_at("2027-04-06T14:05:01")
    assert 0 <= new.at_us - parse_at("2027-04-06T14:10:30") < SECOND_US
    assert old["PRM"] == new["PRM"]
    assert (old["ADSC"][4:6], new["ADSC"][4:6]) == ("61", "76")
    assert "IRMS2" not in old
    assert "IRMS2" in new
    assert all(index < 10 for index in indexes(new).values())
    assert indexes(old)["EAST"] > 10**5
    assert (old["NGTF"].strip(), new["NGTF"].strip(), new["PREF"]) == ("BASE", "H PLEINE/CREUSE", "12")
    assert {sent["ADSC"] for sent in run.sent} == {old["ADSC"], new["ADSC"]}


@pytest.mark.parametrize("mode", list(Mode))
def test_every_index_rolls_over_from_nine_nines_to_zero(mode: Mode) -> None:
    run = played("index-roll-over", mode)
    used = {label for label, value in indexes(run.sent[0]).items() if value}
    assert used == ({"BASE"} if mode is Mode.HISTORIC else {"EAST", "EASF01", "EASD01"})
    rows = [tuple(indexes(sent)[label] for label in sorted(used)) for sent in run.sent]
    [(before, after)] = [(one, two) for one, two in pairwise(rows) if two < one]
    assert set(before) == {999_999_999}
    assert set(after) <= {0, 1}


def test_mobile_peaks_reach_the_longest_frame_once() -> None:
    run = played("mobile-peaks")
    length = max(len(sent.data) for sent in run.sent)
    longest = [sent for sent in run.sent if len(sent.data) == length]
    known = [group for group in longest[0].frame.good if LABELS[Mode.STANDARD][group.label].text is None]
    assert len(encode_frame(known, Mode.STANDARD)) == 1727
    assert len(longest) == 1
    assert longest[0]["MSG2"].strip() == "ULTRA COURT"
    assert {f"{edge}{number}" for edge in ("DPM", "FPM") for number in (1, 2, 3)} <= set(longest[0].frame.values)
    assert [sent for sent in run.sent if "MSG2" in sent] == longest
    notices = [run.around(f"2027-07-06T10:0{minute}")[1].status.peak_notice for minute in (2, 3, 4)]
    assert notices == [1, 1, 3]
    starts = [run.around(f"2027-07-06T10:0{minute}") for minute in (6, 8)]
    assert [(one.status.peak_running, two.status.peak_running) for one, two in starts] == [(0, 3), (3, 0)]


@pytest.mark.nightly
def test_a_year_of_firmware_visits_what_each_remark_says() -> None:
    run = played("firmware-year")

    def around(at: str) -> tuple[Sent, Sent]:
        return run.around(f"2027-{at}")

    white, red = around("01-05T06:00")
    assert (white.status.colour_today, red.status.colour_today, red["NTARF"]) == (Colour.WHITE, Colour.RED, "06")
    peak, off_peak = around("01-05T22:00")
    assert (peak["NTARF"], off_peak["NTARF"]) == ("06", "05")
    silent, back = around("02-10T12:01:00")
    assert 60 <= (back.at_us - silent.at_us) / SECOND_US < 63
    winter, summer = around("03-28T03:00")
    assert (winter.stamp("DATE"), summer.stamp("DATE")) == ("H270328015959", "E270328030000")
    small, large = around("04-06T14:00:45")
    assert [(sent["PREF"], sent["PCOUP"]) for sent in (small, large)] == [("06", "06"), ("09", "09")]
    high, low = around("05-04T12:00:50")
    assert int(high["EAST"]) > 999_999_900
    assert int(low["EAST"]) < 100
    day, next_day = around("06-16T00:00")
    assert (next_day["SMAXSN-1"], next_day.stamp("SMAXSN-1")) == (day["SMAXSN"], day.stamp("SMAXSN"))
    assert around("07-06T10:00:45")[0].frame.mode is Mode.STANDARD
    assert around("07-06T10:00:47")[1].frame.mode is Mode.HISTORIC
    calm, over = around("08-02T18:30:45")
    assert ("ADPS" in calm, "ADPS" in over) == (False, True)
    assert all("ADPS" in sent for sent in run.between("2027-08-02T18:30:45", "2027-08-02T18:31:45"))
    assert "ADPS" not in around("08-02T18:31:45")[1]
    historic, standard = around("09-07T08:00:45")[0], around("09-07T08:00:48")[1]
    assert (historic.frame.mode, standard.frame.mode) == (Mode.HISTORIC, Mode.STANDARD)
    assert standard.status.breaker is Breaker.CLOSED
    summer, winter = around("10-31T02:00:00+01:00")
    assert (summer.stamp("DATE"), winter.stamp("DATE")) == ("E271031025959", "H271031020000")
    old, new = around("11-09T15:00:45")
    assert old["ADSC"] != new["ADSC"]
    assert (old["PRM"], old["PREF"], old["SINSTS"]) == (new["PRM"], new["PREF"], new["SINSTS"])
    assert indexes(new)["EAST"] < 10
    untold, told = around("12-06T20:00")
    assert (untold.status.colour_tomorrow, told.status.colour_tomorrow) == (Colour.NONE, Colour.RED)
    assert (untold.status.peak_notice, told.status.peak_notice) == (0, 2)
    assert around("12-07T06:00")[1].status.colour_today is Colour.RED
    true_s = sum(two.at_us - one.at_us for one, two in pairwise(run.sent) if two.at_us - one.at_us < 90e6) / 1e6
    assert 20 * 60 < true_s < 30 * 60


def test_new_off_peak_hours_come_at_midnight_told_on_the_eve_and_later_untold() -> None:
    run = played("new-off-peak-hours")
    for at, before, after in (
        ("2027-03-31T22:30", "02", "01"),
        ("2027-04-01T00:00", "01", "02"),
        ("2027-04-01T02:00", "02", "01"),
        ("2027-04-01T13:00", "02", "01"),
        ("2027-11-01T00:00", "02", "01"),
    ):
        assert tuple(sent["NTARF"] for sent in run.around(at)) == (before, after)
    eve, spring = run.around("2027-04-01T00:00")
    assert (eve["NJOURF+1"], spring["NJOURF"]) == ("01", "01")
    assert eve["PJOURF+1"] == spring["PJOURF+1"]
    eve, autumn = run.around("2027-11-01T00:00")
    assert eve["PJOURF+1"].startswith("0000C001 06308002")
    assert autumn["PJOURF+1"].startswith("0000C001 05308002 1200C001")


@pytest.mark.nightly
def test_a_summer_day_has_its_off_peak_hours_in_the_night_and_the_afternoon() -> None:
    run = played("summer-afternoon")
    for at, index in (("02:00", "01"), ("07:00", "02"), ("13:00", "01"), ("16:00", "02")):
        before, after = run.around(f"2027-07-06T{at}")
        assert (before["NTARF"], after["NTARF"]) == ({"01": "02", "02": "01"}[index], index)
        assert after["RELAIS"] == f"{index == '01':03}"
    drawn = int(run.around("2027-07-06T16:00")[1]["EASF01"]) - int(run.around("2027-07-06T07:00")[1]["EASF01"])
    assert drawn > 1000  # the water heats in the afternoon, too
