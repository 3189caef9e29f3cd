# SPDX-License-Identifier: Apache-2.0
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.emulator.legal_time import SECOND_US
from xky.emulator.meter.demand import Demand, Maximum
from xky.emulator.meter.registers import EnergyRegister, PeriodMeans

WH_US = 3600 * SECOND_US * 1000  # in milliwatt-microseconds
B = 0.008  # 54E §7
POWERS = st.integers(0, 36_000_000)
STRETCHES = st.lists(st.tuples(POWERS, st.integers(1, 10**11)), min_size=1, max_size=10)


@given(STRETCHES)
def test_energy_is_the_exact_integral_cut_down_to_whole_units(stretches: list[tuple[int, int]]) -> None:
    energy = EnergyRegister()
    completed = sum(energy.add(power, duration) for power, duration in stretches)
    exact = Fraction(sum(power * duration for power, duration in stretches), WH_US)
    assert energy.count == completed == exact.numerator // exact.denominator


@given(POWERS, st.integers(1, 10**12), st.data())
def test_any_partition_of_time_gives_the_same_energy(power: int, duration: int, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, duration), max_size=20)) | {0, duration})
    whole, parts = EnergyRegister(), EnergyRegister()
    whole.add(power, duration)
    for start, end in pairwise(cuts):
        parts.add(power, end - start)
    assert whole == parts


def test_a_kilowatt_counts_a_watt_hour_each_3_6_seconds() -> None:
    energy = EnergyRegister()
    assert [energy.add(1_000_000, 1_200_000) for _ in range(6)] == [0, 0, 1, 0, 0, 1]


@given(st.lists(st.tuples(st.integers(0, 10**8), st.integers(1, 10**10)), min_size=1))
def test_a_point_of_a_curve_weighs_each_value_by_its_duration(stretches: list[tuple[int, int]]) -> None:
    curve = PeriodMeans(600 * SECOND_US)
    for value, duration in stretches:
        curve.add(value, duration)
    exact = Fraction(sum(v * d for v, d in stretches), 1000 * sum(d for _, d in stretches))
    curve.close(600 * SECOND_US)
    assert abs(curve.points[0].value - exact) <= Fraction(1, 2) + Fraction(1, 10**6)
    assert curve.points[0].at_us == 600 * SECOND_US
    curve.close(1200 * SECOND_US)
    assert len(curve.points) == 1


def test_a_curve_shows_its_last_two_points_newest_first() -> None:
    curve = PeriodMeans(600 * SECOND_US)
    for number in range(1, 5):
        curve.add(number * 1000, 600 * SECOND_US)
        curve.close(number * 600 * SECOND_US)
    assert [(point.at_us // SECOND_US, point.value) for point in curve.points] == [(2400, 4), (1800, 3)]


def test_a_broken_period_gives_no_point_and_the_next_one_does() -> None:
    curve = PeriodMeans(600 * SECOND_US)
    curve.add(1000, 600 * SECOND_US)
    curve.close(600 * SECOND_US)
    curve.add(2000, 300 * SECOND_US)
    curve.whole = False
    curve.add(2000, 200 * SECOND_US)
    curve.close(1200 * SECOND_US)
    assert [point.value for point in curve.points] == [1]
    curve.add(3000, 600 * SECOND_US)
    curve.close(1800 * SECOND_US)
    assert [point.value for point in curve.points] == [3, 1]


@given(st.integers(0, 10**8), st.integers(0, 10**15))
def test_a_curve_that_is_settled_goes_on_as_if_the_value_had_always_been_there(value_milli: int, at_us: int) -> None:
    curve = PeriodMeans(600 * SECOND_US)
    shown = round(value_milli / 1000)
    curve.settle(shown, at_us, value_milli)
    end_us = (at_us // curve.period_us + 1) * curve.period_us
    curve.add(value_milli, end_us - at_us)
    curve.close(end_us)
    assert [point.value for point in curve.points] == [shown, shown]
    assert [end_us - point.at_us for point in curve.points] == [0, curve.period_us]


def stepped(powers: list[int], start: float) -> list[float]:
    """Y after each second, as 54E §7 writes it."""
    filtered, result = start, []
    for power in powers:
        filtered = B * power**2 + (1 - B) * filtered
        result.append(filtered)
    return result


@given(st.lists(st.tuples(st.integers(0, 12_000), st.integers(1, 900)), min_size=1, max_size=8), st.integers(0, 9000))
def test_the_closed_form_of_smaxsn_equals_stepping_second_by_second(runs: list[tuple[int, int]], before: int) -> None:
    demand = Demand()
    demand.settle(before, 0)
    second = 0
    for power, seconds in runs:
        demand.run(power, second * SECOND_US, (second + seconds) * SECOND_US)
        second += seconds
    judge = [float(before**2), *stepped([power for power, seconds in runs for _ in range(seconds)], float(before**2))]
    assert demand.today.va == pytest.approx(max(judge) ** 0.5, abs=1)
    reached = demand.today.at_us // SECOND_US
    assert round(judge[reached] ** 0.5) == pytest.approx(demand.today.va, abs=1)
    assert not any(value > judge[reached] * (1 + 1e-9) + 1 for value in judge[:reached])


@given(st.integers(0, 12_000), st.integers(0, 12_000), st.integers(1, 20_000), st.data())
def test_smaxsn_and_its_time_do_not_depend_on_who_asked_when(
    before: int, power: int, seconds: int, data: st.DataObject
) -> None:
    end = seconds * SECOND_US
    cuts = sorted(data.draw(st.sets(st.integers(0, end), max_size=20)) | {0, end})
    whole, parts = Demand(), Demand()
    for demand in (whole, parts):
        demand.settle(before, 0)
    whole.run(power, 0, end)
    for start, stop in pairwise(cuts):
        parts.run(power, start, stop)
    assert abs(parts.today.va - whole.today.va) <= 1  # only where the rounding of a float falls on the edge
    if parts.today.va == whole.today.va:
        assert abs(parts.today.at_us - whole.today.at_us) <= SECOND_US


def test_the_time_of_smaxsn_is_when_it_was_reached_and_then_stands_still() -> None:
    demand = Demand()
    demand.settle(0, 0)
    seen = {}
    for second in range(6000):
        demand.run(2000, second * SECOND_US, (second + 1) * SECOND_US)
        seen.setdefault(demand.today.va, set()).add(demand.today.at_us)
    assert demand.today.va == 2000
    assert all(len(times) == 1 for times in seen.values())
    assert len(seen) > 300


@pytest.mark.parametrize(("factor", "seconds"), [(1.4, 247), (2.5, 39)])  # 54E §7 gives 250 and 40 s
def test_the_filter_reaches_1_3_times_the_cut_off_power_when_54e_says(factor: float, seconds: int) -> None:
    demand = Demand()
    demand.settle(0, 0)
    pcoup = 6000
    passed = []
    for second in range(400):
        demand.run(round(factor * pcoup), second * SECOND_US, (second + 1) * SECOND_US)
        passed.append(demand.today.va >= round(1.3 * pcoup))
    assert passed.index(True) + 1 == pytest.approx(seconds, abs=1)


def test_midnight_makes_today_yesterday_and_starts_from_the_filter() -> None:
    demand = Demand()
    demand.settle(0, 0)
    demand.run(3000, 0, 600 * SECOND_US)
    highest, at_us = demand.today.va, demand.today.at_us
    demand.run(0, 600 * SECOND_US, 700 * SECOND_US)
    demand.close_day(700 * SECOND_US)
    assert demand.days[0] == Maximum(highest, at_us)
    assert 0 < demand.today.va < highest
    assert demand.today.va == round(stepped([3000] * 600 + [0] * 100, 0.0)[-1] ** 0.5)
    assert demand.today.at_us == 700 * SECOND_US


def test_an_energy_is_exact_beyond_the_units_that_it_shows() -> None:
    energy = EnergyRegister(7)
    energy.add(1000, 1800 * SECOND_US)  # 1 W for half an hour
    assert (energy.count, energy.exact) == (7, Fraction(15, 2))
    energy.add(1000, 1800 * SECOND_US)
    assert (energy.count, energy.exact) == (8, 8)
