# SPDX-License-Identifier: Apache-2.0
"""The meter's own clock: it drifts, is set, degrades, is set right; and the outages that it runs through."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.emulator import Draw, Hold, Household, Linky
from xky.emulator.legal_time import SECOND_US, parse_at
from xky.protocol import InputError, Mode
from xky.protocol.status import Breaker, Status

from .invariants import check_invariants, legal, said, stamps, total
from .strategies import instants

HOUR_S = 3600
DAY_S = 86_400


def date_of(meter: Linky) -> str:
    return stamps(meter)["DATE"]


# Drift


def test_a_clock_that_gains_50_ppm_is_ahead_by_4_seconds_after_a_day() -> None:
    meter = Linky(at="2026-01-15T12:00")
    meter.set_clock(drift_ppm=50)
    meter.wait(DAY_S)
    assert date_of(meter) == "H260116120004"
    assert meter.now_us - meter.true_us == DAY_S * 50


def test_a_clock_that_loses_is_behind_and_switches_the_tariff_late() -> None:
    meter = Linky(contract="hc", at="2026-01-15T12:00")
    meter.set_clock(drift_ppm=-1000)
    meter.wait_until(lambda m: said(m)["NTARF"] == "01")
    assert date_of(meter) == "H260115223000"
    assert legal(meter.true_us).strftime("%H:%M:%S") == "22:30:37"  # 37800 s at 1000 ppm


@pytest.mark.nightly
@settings(max_examples=40)
@given(st.integers(-1000, 1000), instants(), st.lists(st.integers(1, 3 * HOUR_S), min_size=1, max_size=6))
def test_periods_end_on_the_drifting_clock_and_none_is_lost(drift_ppm: int, at_us: int, waits_s: list[int]) -> None:
    meter = Linky(at=at_us, load=Hold(Draw.of(1000)))
    meter.set_clock(drift_ppm=drift_ppm)
    for wait_s in waits_s:
        meter.wait(wait_s)
        check_invariants(meter)
        curve, voltage = meter.counters.curve_drawn, meter.counters.phases[0].voltage
        for each in (curve, voltage):
            assert each.points[0].at_us == meter.now_us // each.period_us * each.period_us
            assert each.points[0].at_us - each.points[1].at_us == each.period_us
        assert said(meter)["CCASN"] == "01000"


def test_a_fast_clock_that_skips_the_very_microsecond_of_a_boundary_ends_the_period_all_the_same() -> None:
    meter = Linky(at="2026-01-15T11:43:20", load=Hold(Draw.of(1000)))
    meter.set_clock(drift_ppm=1000)  # in 1000 s it jumps from a microsecond before noon to one after
    meter.wait(HOUR_S)
    assert stamps(meter)["CCASN"] == "H260115123000"
    assert stamps(meter)["CCASN-1"] == "H260115120000"


@settings(max_examples=40)
@given(st.integers(-1000, 1000), instants(), st.lists(st.integers(1, 5000), min_size=1, max_size=6))
def test_no_maximum_lies_in_the_future_of_a_drifting_clock(drift_ppm: int, at_us: int, waits_s: list[int]) -> None:
    meter = Linky(at=at_us)
    meter.set_clock(drift_ppm=drift_ppm)
    meter.load.hold(4000)
    for wait_s in waits_s:
        meter.wait(wait_s)
        meter.groups()
        assert meter.counters.demand.today.at_us <= meter.now_us


# Setting


def test_setting_forward_jumps_and_counts_nothing() -> None:
    meter = Linky(at="2026-01-15T12:00", load=Hold(Draw.of(3600)))
    before = said(meter)
    meter.set_clock("2026-01-15T15:00")
    assert date_of(meter) == "H260115150000"
    assert said(meter)["EAST"] == before["EAST"]
    meter.wait(10)
    assert date_of(meter) == "H260115150010"
    assert int(said(meter)["EAST"]) - int(before["EAST"]) == 10


def test_setting_backward_over_midnight_makes_the_day_come_twice() -> None:
    meter = Linky(at="2026-01-15T23:59:50", contract="weekend")  # a Thursday
    meter.wait(20)
    assert (date_of(meter), said(meter)["NJOURF+1"]) == ("H260116000010", "01")
    meter.set_clock("2026-01-15T23:59:50")
    assert (date_of(meter), said(meter)["NJOURF+1"]) == ("H260115235950", "00")
    meter.wait(10)
    assert (date_of(meter), said(meter)["NJOURF+1"]) == ("H260116000000", "01")


def test_setting_forward_over_midnight_closes_the_day() -> None:
    meter = Linky(at="2026-01-15T12:00")
    meter.load.hold(3000)
    meter.wait(2 * HOUR_S)
    meter.load.hold(0)
    highest = said(meter)["SMAXSN"], stamps(meter)["SMAXSN"]
    meter.set_clock("2026-01-16T08:00")
    assert (said(meter)["SMAXSN-1"], stamps(meter)["SMAXSN-1"]) == highest
    assert stamps(meter)["SMAXSN"] == "H260116080000"


def test_a_tariff_follows_the_clock_that_is_set() -> None:
    meter = Linky(at="2026-01-15T12:00", contract="hc", load=Hold(Draw.of(1000)))
    before = said(meter)
    meter.set_clock("2026-01-15T23:00")
    assert (said(meter)["NTARF"], int(said(meter)["RELAIS"]) & 1) == ("01", 1)
    meter.wait(HOUR_S)
    after = said(meter)
    assert (int(after["EASF01"]) - int(before["EASF01"]), after["EASF02"]) == (1000, before["EASF02"])


def test_a_curve_point_that_a_jump_broke_does_not_appear_and_the_next_whole_one_does() -> None:
    meter = Linky(at="2026-01-15T12:00")
    meter.load.hold(1000)
    meter.wait(HOUR_S)
    meter.load.hold(2000)
    meter.wait(600)
    meter.set_clock("2026-01-15T13:25")  # a quarter of an hour further than it was
    meter.wait(300)
    assert date_of(meter) == "H260115133000"
    assert (said(meter)["CCASN"], stamps(meter)["CCASN"]) == ("01000", "H260115130000")
    assert stamps(meter)["UMOY1"] == "H260115131000"
    meter.wait(1800)
    assert (said(meter)["CCASN"], stamps(meter)["CCASN"]) == ("02000", "H260115140000")
    assert (said(meter)["CCASN-1"], stamps(meter)["CCASN-1"]) == ("01000", "H260115130000")


def test_a_correction_below_a_second_breaks_no_period() -> None:
    meter = Linky(at="2026-01-15T12:00", load=Hold(Draw.of(1000)))
    meter.set_clock(drift_ppm=500)
    meter.wait(1500)
    meter.set_clock(drift_ppm=0)
    meter.wait(600)
    assert stamps(meter)["CCASN"] == "H260115123000"


def test_an_hour_that_does_not_exist_is_no_setting() -> None:
    meter = Linky(at="2026-03-28T12:00")
    with pytest.raises(InputError, match="skipped by the change to summer time"):
        meter.set_clock("2026-03-29T02:30")
    assert date_of(meter) == "H260328120000"


# Degraded


def test_a_degraded_clock_says_so_until_somebody_sets_it() -> None:
    meter = Linky(at="2026-07-14T12:00", producer=True, phases=3)
    meter.set_clock("2026-07-14T09:00", degraded=True)
    assert all(stamp[0] == "e" for stamp in stamps(meter).values())
    assert int(said(meter)["STGE"], 16) >> 16 & 1 == 1
    meter.wait(HOUR_S)
    assert date_of(meter) == "e260714100000"
    meter.set_clock()
    assert date_of(meter) == "E260714130000"
    assert {stamp[0] for stamp in stamps(meter).values()} == {"E"}
    assert int(said(meter)["STGE"], 16) >> 16 & 1 == 0
    check_invariants(meter)


@pytest.mark.nightly
@given(st.integers(-2 * DAY_S, 2 * DAY_S), st.integers(-500, 500))
def test_a_resynchronised_clock_shows_the_true_time(ahead_s: int, drift_ppm: int) -> None:
    meter = Linky(at="2026-01-15T12:00", load=Household(1))
    true = legal(meter.true_us + ahead_s * SECOND_US).replace(tzinfo=None)
    meter.set_clock(true.isoformat(), drift_ppm=drift_ppm)
    meter.wait(5000)
    meter.set_clock()
    assert meter.now_us == meter.true_us
    check_invariants(meter)


# The legal changes


@pytest.mark.parametrize(
    ("at", "seen"),
    [
        ("2026-03-29T01:59:58", ["H260329015959", "E260329030000", "E260329030001"]),
        ("2026-10-25T01:59:58", ["E261025015959", "E261025020000", "E261025020001"]),
        ("2026-10-25T02:59:58", ["E261025025959", "H261025020000", "H261025020001"]),
    ],
)
def test_the_season_letter_changes_with_the_second_of_the_legal_change(at: str, seen: list[str]) -> None:
    meter = Linky(at=at, load=Household(1))
    shown = []
    for _ in range(3):
        meter.wait(1)
        shown.append(date_of(meter))
        check_invariants(meter)
    assert shown == seen


@pytest.mark.parametrize(("at", "hours"), [("2026-03-28T22:00", 7.5), ("2026-10-24T22:00", 9)])
def test_a_night_of_a_clock_change_has_an_hour_less_or_more_off_peak(at: str, hours: float) -> None:
    meter = Linky(contract="hc", at=at, load=Hold(Draw.of(1000)))
    before = said(meter)
    meter.wait(12 * HOUR_S)
    expected = 7 if at.startswith("2026-03") else 9
    assert int(said(meter)["EASF01"]) - int(before["EASF01"]) == expected * 1000, hours


# Outages


def test_nothing_is_counted_during_an_outage() -> None:
    meter = Linky(at="2026-01-15T12:00", load=Hold(Draw.of(1000)), producer=True)
    meter.load.follow(Hold(Draw((1_000_000,), (500_000,))))
    meter.wait(HOUR_S)
    before = said(meter)
    meter.lose_supply()
    assert not meter.powered
    meter.wait(2 * HOUR_S)
    meter.regain_supply()
    after = said(meter)
    assert [after[label] for label in ("EAST", "ERQ1", "EASF02")] == [before[x] for x in ("EAST", "ERQ1", "EASF02")]
    assert date_of(meter) == "H260115150000"
    meter.wait(HOUR_S)
    assert int(said(meter)["EAST"]) - int(before["EAST"]) == 1000
    check_invariants(meter)


def test_a_setting_during_an_outage_counts_nothing_either() -> None:
    meter = Linky(at="2026-01-15T12:00", load=Hold(Draw.of(1000)))
    before = said(meter)
    meter.lose_supply()
    meter.wait(HOUR_S)
    meter.load.hold(2000)
    meter.pref_kva = 9
    meter.wait(HOUR_S)
    meter.regain_supply()
    assert said(meter)["EAST"] == before["EAST"]
    assert said(meter)["PREF"] == "09"
    meter.wait(HOUR_S)
    assert int(said(meter)["EAST"]) - int(before["EAST"]) == 2000


def test_a_clock_set_during_an_outage_shows_then_what_it_was_set_to() -> None:
    meter = Linky(at="2026-01-15T18:00")
    meter.lose_supply()
    meter.wait(600)
    meter.set_clock("2026-01-15T20:00")
    meter.wait(60)
    meter.regain_supply()
    assert date_of(meter) == "H260115200100"


def test_within_its_reserve_the_clock_runs_on() -> None:
    meter = Linky(at="2026-01-15T12:00")
    meter.lose_supply()
    meter.wait(DAY_S)
    meter.regain_supply(reserve_s=DAY_S)
    assert date_of(meter) == "H260116120000"
    assert not meter.clock_degraded


def test_after_its_reserve_the_clock_goes_on_from_where_it_stopped_and_is_degraded() -> None:
    meter = Linky(at="2026-01-15T12:00")
    meter.lose_supply()
    meter.wait(5 * HOUR_S)
    meter.regain_supply(reserve_s=HOUR_S)
    assert date_of(meter) == "h260115130000"
    assert int(said(meter)["STGE"], 16) >> 16 & 1 == 1
    meter.wait(60)
    assert date_of(meter) == "h260115130100"
    meter.set_clock()
    assert date_of(meter) == "H260115170100"


def test_an_outage_over_midnight_closes_the_day() -> None:
    meter = Linky(at="2026-01-15T12:00", contract="weekend")
    meter.load.hold(3000)
    meter.wait(2 * HOUR_S)
    highest = said(meter)["SMAXSN"]
    meter.lose_supply()
    meter.wait(20 * HOUR_S)
    meter.regain_supply()
    assert said(meter)["SMAXSN-1"] == highest
    assert stamps(meter)["SMAXSN"] == date_of(meter) == "H260116100000"
    assert said(meter)["NJOURF+1"] == "01"
    check_invariants(meter)


def test_an_outage_breaks_the_points_under_way_and_the_old_ones_stand() -> None:
    meter = Linky(at="2026-01-15T12:00", phases=3)
    meter.load.hold(3000)
    meter.wait(HOUR_S + 900)
    before, when = said(meter), stamps(meter)
    meter.lose_supply()
    meter.wait(60)
    meter.regain_supply()
    meter.wait(840)
    assert date_of(meter) == "H260115133000"
    assert (said(meter)["CCASN"], stamps(meter)["CCASN"]) == (before["CCASN"], when["CCASN"])
    assert stamps(meter)["UMOY1"] == "H260115133000"
    meter.wait(1800)
    assert (stamps(meter)["CCASN"], stamps(meter)["CCASN-1"]) == ("H260115140000", "H260115130000")


def test_the_filter_starts_at_rest_after_an_outage() -> None:
    meter = Linky(at="2026-01-15T12:00", pref_kva=6)
    meter.load.hold(1.4 * 6000)
    meter.wait(200)
    meter.lose_supply()
    meter.wait(5)
    meter.regain_supply()
    meter.wait(246)
    assert Status.parse(said(meter)["STGE"]).breaker is Breaker.CLOSED
    meter.wait(1)
    assert Status.parse(said(meter)["STGE"]).breaker is Breaker.OVERPOWER


def test_losing_the_supply_twice_or_regaining_it_unasked_changes_nothing() -> None:
    meter = Linky(at="2026-01-15T12:00", load=Hold(Draw.of(1000)))
    meter.regain_supply()
    meter.lose_supply()
    meter.wait(60)
    meter.lose_supply()
    meter.wait(60)
    meter.regain_supply(reserve_s=90)
    assert date_of(meter) == "h260115120130"


def test_waiting_for_something_without_supply_is_refused() -> None:
    meter = Linky()
    meter.lose_supply()
    with pytest.raises(InputError, match="wait_until: the meter is without supply"):
        meter.wait_until(lambda m: False, limit_s=60)


@pytest.mark.nightly
@settings(max_examples=30)
@given(
    instants(),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 2 * DAY_S)), min_size=1, max_size=4),
    st.integers(0, DAY_S),
    st.integers(0, 9),
)
def test_energy_is_what_was_drawn_while_there_was_supply(
    at_us: int, outages: list[tuple[int, int]], reserve_s: int, seed: int
) -> None:
    meter = Linky(at=at_us, load=Hold(Draw.of(3600)), contract="tempo", seed=seed)
    before = int(said(meter)["EAST"])
    for on_s, off_s in outages:
        meter.wait(on_s)
        meter.lose_supply()
        meter.wait(off_s)
        meter.regain_supply(reserve_s=reserve_s)
        check_invariants(meter)
    after = said(meter)
    assert int(after["EAST"]) - before == sum(on_s for on_s, _ in outages)
    assert int(after["EAST"]) == total(after, "EASF", 10) == total(after, "EASD", 4)


def test_a_snapshot_taken_during_an_outage_is_still_in_it() -> None:
    meter = Linky(at="2026-01-15T12:00", load=Hold(Draw.of(1000)))
    meter.lose_supply()
    meter.wait(HOUR_S)
    again = Linky()
    again.restore(meter.snapshot())
    assert not again.powered
    for each in (meter, again):
        each.wait(HOUR_S)
        each.regain_supply(reserve_s=HOUR_S)
    assert again.groups() == meter.groups()
    assert date_of(again) == "h260115130000"


def test_a_year_may_end_in_an_outage() -> None:
    meter = Linky(mode=Mode.STANDARD, at="2026-12-31T23:00", contract="tempo")
    meter.lose_supply()
    meter.wait(2 * HOUR_S)
    meter.regain_supply()
    assert date_of(meter) == "H270101010000"
    assert Status.parse(said(meter)["STGE"]).clock_degraded is False
    assert legal(parse_at("2027-01-01")) - legal(parse_at("2026-12-31")) == timedelta(days=1)
