# SPDX-License-Identifier: Apache-2.0
"""What a meter counts, seen from its registers after time has passed."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.emulator import Draw, Hold, Household, Linky, contract_names
from xky.emulator.load import Signals
from xky.protocol import Frame, Mode, decode

CONTRACTS = st.sampled_from(contract_names())


def frame_of(meter: Linky) -> Frame:
    (frame,) = decode(meter.frame_bytes(), meter.mode)
    assert isinstance(frame, Frame)
    return frame


def total(frame: Frame, label: str, count: int) -> int:
    return sum(int(frame[f"{label}{n:02}"]) for n in range(1, count + 1))


@settings(max_examples=25)
@given(CONTRACTS, st.integers(0, 99), st.lists(st.integers(1, 3 * 86_400), max_size=8), st.booleans())
def test_index_sums_equal_the_total(contract: str, seed: int, waits_s: list[int], three: bool) -> None:
    phases = 3 if three else 1
    meter = Linky(contract=contract, phases=phases, load=Household(seed, phases), seed=seed, at="2026-10-24T12:34:56")
    began = int(frame_of(meter)["EAST"])
    for wait_s in waits_s:
        meter.wait(wait_s)
        frame = frame_of(meter)
        assert int(frame["EAST"]) == total(frame, "EASF", 10) == total(frame, "EASD", 4)
        assert int(frame["EAST"]) >= began


@settings(max_examples=25)
@given(st.integers(1, 5 * 86_400), st.data())
def test_any_partition_of_time_gives_the_same_frame(seconds: int, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, seconds), max_size=12)) | {0, seconds})

    def meter() -> Linky:
        return Linky(contract="tempo", producer=True, load=Household(5, 1, producer=True), at="2026-03-28T09:59:59")

    whole, parts = meter(), meter()
    whole.wait(seconds)
    for start, end in pairwise(cuts):
        parts.wait(end - start)
        parts.integrate()
    assert parts.frame_bytes() == whole.frame_bytes()


def test_half_an_hour_at_a_kilowatt_is_500_watt_hours_of_the_running_index() -> None:
    meter = Linky(contract="hc", at="2026-01-15T12:00", load=Hold(Draw.of(1000)))
    before = frame_of(meter)
    meter.wait(1800)
    after = frame_of(meter)
    moved = {label: int(after[label]) - int(before[label]) for label in ("EAST", "EASF01", "EASF02")}
    assert moved == {"EAST": 500, "EASF01": 0, "EASF02": 500}


def test_a_change_of_tariff_in_the_middle_shares_the_energy() -> None:
    meter = Linky(contract="hc", at="2026-01-15T22:00", load=Hold(Draw.of(1000)))
    before = frame_of(meter)
    meter.wait(3600)
    after = frame_of(meter)
    assert [int(after[label]) - int(before[label]) for label in ("EASF01", "EASF02")] == [500, 500]


def test_a_night_of_25_hours_counts_9_hours_off_peak() -> None:
    meter = Linky(contract="hc", at="2026-10-24T22:30", load=Hold(Draw.of(1000)))
    before = int(frame_of(meter)["EASF01"])
    meter.wait(86_400)
    assert int(frame_of(meter)["EASF01"]) - before == 9000


def test_curve_points_are_means_of_their_period() -> None:
    meter = Linky(at="2026-01-15T12:00")
    meter.load.hold(1000)
    meter.wait(600)
    meter.load.hold(4000)
    meter.wait(1200)
    frame = frame_of(meter)
    assert frame["CCASN"] == "03000"
    stamps = {group.label: group.timestamp for group in frame.good}
    assert (stamps["CCASN"], stamps["CCASN-1"]) == ("H260115123000", "H260115120000")
    meter.load.hold(0)
    meter.wait(1799)
    assert frame_of(meter)["CCASN"] == "03000"
    meter.wait(1)
    frame = frame_of(meter)
    assert (frame["CCASN"], frame["CCASN-1"]) == ("00000", "03000")


def test_mean_voltage_moves_each_ten_minutes_only() -> None:
    meter = Linky(at="2026-01-15T12:00")
    idle = frame_of(meter)["UMOY1"]
    meter.load.hold(6000)
    meter.wait(599)
    assert frame_of(meter)["UMOY1"] == idle
    meter.wait(1)
    assert frame_of(meter)["UMOY1"] == frame_of(meter)["URMS1"] < idle


def test_what_is_injected_counts_apart_from_what_is_drawn() -> None:
    meter = Linky(producer=True, at="2026-01-15T12:00", load=Hold(Draw.of(-2000)))
    before = frame_of(meter)
    meter.wait(1800)
    after = frame_of(meter)
    assert int(after["EAIT"]) - int(before["EAIT"]) == 1000
    assert after["EAST"] == before["EAST"]
    assert (after["CCAIN"], after["CCASN"]) == ("02000", "00000")
    assert (after["SINSTI"], after["SINSTS"]) == ("02000", "00000")


def test_three_phases_count_their_net_sum() -> None:
    meter = Linky(phases=3, producer=True, load=Hold(Draw.of(3000, -1000, -500)))
    before = frame_of(meter)
    meter.wait(3600)
    after = frame_of(meter)
    assert (int(after["EAST"]) - int(before["EAST"]), after["EAIT"]) == (1500, before["EAIT"])


@pytest.mark.parametrize(
    ("active_w", "reactive_var", "quadrant"), [(1000, 500, 1), (-1000, 500, 2), (-1000, -500, 3), (1000, -500, 4)]
)
def test_reactive_energy_goes_to_its_quadrant(active_w: int, reactive_var: int, quadrant: int) -> None:
    meter = Linky(producer=True, load=Hold(Draw((active_w * 1000,), (reactive_var * 1000,))))
    before = frame_of(meter)
    meter.wait(3600)
    after = frame_of(meter)
    moved = [int(after[f"ERQ{n}"]) - int(before[f"ERQ{n}"]) for n in range(1, 5)]
    assert moved == [500 if n == quadrant else 0 for n in range(1, 5)]


def test_pmax_is_yesterdays_highest_power() -> None:
    meter = Linky(mode=Mode.HISTORIC, phases=3, at="2026-01-15T12:00")
    meter.load.hold(3000)
    meter.wait(7200)
    meter.load.hold(0)
    assert frame_of(meter)["PMAX"] == "00000"
    meter.wait(12 * 3600)
    assert frame_of(meter)["PMAX"] == "03000"
    meter.wait(86_400)
    assert int(frame_of(meter)["PMAX"]) < 10


def test_a_register_rolls_over_after_nine_digits() -> None:
    meter = Linky(contract="base", load=Hold(Draw.of(1000)))
    meter.set(EAST=999_999_999)
    meter.wait(7.2)
    frame = frame_of(meter)
    assert frame["EAST"] == "000000001"
    assert int(frame["EAST"]) == total(frame, "EASF", 10) % 10**9 == total(frame, "EASD", 4) % 10**9


def check_hourly_steps(phases: int, start: str, days: int) -> None:
    def meter() -> Linky:
        load = Household(3, phases, producer=True)
        return Linky(contract="tempo", phases=phases, producer=True, load=load, at=start, seed=3)

    jumped, stepped = meter(), meter()
    jumped.wait(days * 86_400)
    for _ in range(days * 24):
        stepped.wait(3600)
        stepped.integrate()
    assert jumped.frame_bytes() == stepped.frame_bytes()


@pytest.mark.by_day(2)
@pytest.mark.parametrize(
    ("phases", "start"),
    [(1, "2026-03-27"), (3, "2026-03-27"), (1, "2026-08-30"), (1, "2026-10-23"), (3, "2026-10-23"), (1, "2026-12-29")],
)
def test_days_in_one_jump_equal_days_in_hourly_steps(phases: int, start: str) -> None:
    """Around both clock changes, the year of Tempo and that of the calendar."""
    check_hourly_steps(phases, start, days=5)


@pytest.mark.nightly
@pytest.mark.parametrize(("phases", "days"), [(1, 365), (3, 40)])
def test_a_year_in_one_jump_equals_a_year_in_hourly_steps(phases: int, days: int) -> None:
    check_hourly_steps(phases, "2026-01-01", days)


@pytest.mark.by_day(4)
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("contract", contract_names())
def test_weeks_in_an_empty_house_equal_the_same_in_short_steps(contract: str, mode: Mode) -> None:
    """Its days are crossed at midnight alone, and the first of them left out; the meter says the same behind them, and
    of what is drawn then.
    """

    def meter() -> Linky:
        made = Linky(contract=contract, mode=mode, at="2027-03-20T17:23", load=Household(3), seed=3)
        made.wait(7200)
        made.load.hold(0)
        return made

    jumped, stepped = meter(), meter()
    days = 11
    jumped.skip(days * 86_400)
    for _ in range(days * 24):
        stepped.skip(3600)
    assert jumped.frame_bytes() == stepped.frame_bytes()
    assert jumped.counters.demands == stepped.counters.demands, "maxima of days that a quirk may tell"
    for one in (jumped, stepped):
        one.load.hold(1234)
        one.skip(40_000)
    assert jumped.frame_bytes() == stepped.frame_bytes()


class _ByContact:
    """A heater that the dry contact alone switches: it says of no instant that it may change then."""

    def draw(self, at_us: int, signals: Signals) -> tuple[Draw, int | None]:
        return Draw.of(0 if signals.contact_closed_since_us is None else 2000), None


def test_a_house_whose_heater_waits_for_the_contact_is_not_empty() -> None:
    jumped, stepped = (Linky(contract="hc", at="2027-03-20T17:23", load=_ByContact()) for _ in range(2))
    jumped.skip(5 * 86_400)
    for _ in range(5 * 24):
        stepped.skip(3600)
    assert jumped.frame_bytes() == stepped.frame_bytes()
